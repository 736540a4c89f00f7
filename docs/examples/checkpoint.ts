import * as tf from '@tensorflow/tfjs'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { adamw, compile, decodeState, encodeState, type Training } from 'plastax'
import { loadCheckpoint, saveCheckpoint } from 'plastax/node'

const transform = adamw({ learningRate: 0.1, weightDecay: 0.01 })
const optimizer = compile(transform)
type State = ReturnType<typeof transform.init>

const go = (training: Training<State>): Training<State> => {
  const grads = { w: training.params.w?.sub(3).mul(2) }
  const next = optimizer.step(training, grads)
  tf.dispose(grads)
  return next
}

const params = { w: tf.tensor1d([1, 2]) }
const training = go(go({ params, state: optimizer.init(params) }))

const bytes = encodeState(transform, training) // a Uint8Array, for IndexedDB, a download, a request
export const resumed = pipe(decodeState(transform, bytes), E.map(go))

/** In Node, the same as a file, whole or not there. */
export const throughAFile = (path: string) =>
  pipe(
    saveCheckpoint(path, transform, training),
    TE.flatMap(() => loadCheckpoint(path, transform)),
    TE.map(go),
  )

export const refused = decodeState(transform, bytes.subarray(0, 100))

/** Without stopping. It consumes the training, and so comes last. */
export const straight = () => go(training)
