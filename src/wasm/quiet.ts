/** Keeps the banner and the warnings of TensorFlow.js off a user's terminal. */
import * as tf from '@tensorflow/tfjs'

/**
 * Silences what TensorFlow.js says about itself: the "Hi, looks like you are running TensorFlow.js in Node.js" banner of
 * the `cpu` backend, "kernel already registered", "backend was already registered" and deprecation notes.
 *
 * Sets the flags of TensorFlow.js that are meant for this (`PROD`, `DEPRECATION_WARNINGS_ENABLED`); the console is left as
 * it is, and what anybody else prints still appears. Calling it again changes nothing. Call it before tensors are made.
 *
 * @example
 * quiet()
 * await tf.setBackend('cpu') // no banner
 * @see tfjs-core `log.ts`, where `warn` and `log` ask for `PROD`
 */
export const quiet = (): void => {
  // Not `disableDeprecationWarnings()`, which announces itself with a warning.
  tf.env().set('DEPRECATION_WARNINGS_ENABLED', false)
  tf.env().set('PROD', true)
}
