/** Which interpreter runs a trace. */
import * as tf from '@tensorflow/tfjs'
import type { Graph, Target } from '../expr/graph.js'
import { fuse } from '../interpret/fused/index.js'
import { evaluate, type Value } from '../interpret/tfjs/evaluate.js'

export type Interpreter = 'tfjs' | 'fused'

/** Values of a trace's targets from its inputs; `donated` are inputs that may be overwritten, each by the target in its place. */
export type Runner = (inputs: ReadonlyMap<string, Value>, donated: readonly (Value | undefined)[]) => readonly Value[]

/**
 * What runs a trace: the interpreter asked for, or the fused one wherever the `wasm` backend is current.
 *
 * @param replaces for each target, the name of the input whose place it takes, if any
 * @throws Error at run time, where the fused interpreter is asked for on another backend
 */
export const runnerOf = (
  interpreter: Interpreter | undefined,
  graph: Graph,
  targets: readonly Target[],
  replaces: readonly (string | undefined)[],
): Runner => {
  const fused = fuse(graph, targets, replaces)
  return (inputs, donated) => {
    const onWasm = tf.getBackend() === 'wasm'
    if (interpreter === 'fused' && !onWasm)
      throw new Error(
        `the fused interpreter runs on the 'wasm' backend; the current one is '${tf.getBackend()}': call useWasm()`,
      )
    if (interpreter === 'tfjs' || !onWasm) return evaluate(graph, targets, inputs)
    return tf.tidy(() => fused.run(inputs, soleIn(inputs, donated)) as Value[])
  }
}

/** The donated tensors whose buffer occurs once among all inputs. */
const soleIn = (
  inputs: ReadonlyMap<string, Value>,
  donated: readonly (Value | undefined)[],
): readonly (tf.Tensor | undefined)[] => {
  const seen = new Map<object, number>()
  for (const value of inputs.values())
    if (typeof value !== 'number') seen.set(value.dataId, (seen.get(value.dataId) ?? 0) + 1)
  return donated.map(value => (value instanceof tf.Tensor && seen.get(value.dataId) === 1 ? value : undefined))
}
