/** What a run carries from step to step. */
import * as tf from '@tensorflow/tfjs'
import { type Tree, values } from '../expr/tree.js'
import type { Model, Variables } from '../models/index.js'
import type { Optimizer, Training } from '../runtime/index.js'

/** Parameters, the optimizer's state, the model's statistics. */
export type Carry<S> = Training<S> & Pick<Variables, 'stats'>

/** Fresh variables and the state that goes with them, which the caller owns. */
export const begin = <S>(model: Model, seed: number, { init }: Pick<Optimizer<S>, 'init'>): Carry<S> => {
  const { params, stats } = model.init(seed)
  try {
    return { params, stats, state: init(params) }
  } catch (error) {
    tf.dispose([params, stats])
    throw error
  }
}

/** Disposes it all, each tensor once. */
export const disposeCarry = (carry: Carry<unknown>): void =>
  // A state is a nest of tensors and numbers, as tfjs asks; its generic type cannot say so.
  tf.dispose(carry as unknown as tf.TensorContainer)

/** Values in all parameters together. */
export const parameterCount = (params: Tree<tf.Tensor>): number =>
  values(params).reduce((sum, { size }) => sum + size, 0)

/**
 * Bytes of a state on the device: those of its tensors. Its numbers are on the host.
 *
 * @example
 * stateBytes(compile(adam()).init(params)) // 8 for each value of params: two float32
 */
export const stateBytes = (state: unknown): number => {
  if (state instanceof tf.Tensor) return state.size * tf.util.bytesPerElement(state.dtype)
  if (typeof state !== 'object' || state === null) return 0
  return Object.values(state).reduce((sum: number, part) => sum + stateBytes(part), 0)
}
