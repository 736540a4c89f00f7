/** What ran: for records, so that a number can be traced to its makers. */
import * as tf from '@tensorflow/tfjs'
import { version } from '../node/version.js'

/** Versions of Plastax, TensorFlow.js and Node. */
export const versions = (): Readonly<Record<string, string>> => ({
  plastax: version(),
  tfjs: tf.version_core,
  node: process.versions.node,
})
