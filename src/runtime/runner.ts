/** Which interpreter runs a trace. */
import * as tf from '@tensorflow/tfjs'
import type { Graph, Target } from '../expr/graph.js'
import { type Fused, fuse } from '../interpret/fused/index.js'
import { evaluate, type Value } from '../interpret/tfjs/evaluate.js'

export type Interpreter = 'tfjs' | 'fused'

/** Values of a trace's targets from its inputs; `donated` are inputs that may be overwritten, each by the target in its place. */
export type Runner = (inputs: readonly Value[], donated: readonly (Value | undefined)[]) => readonly Value[]

/**
 * What runs a trace: the interpreter asked for, or the fused one wherever the `wasm` backend is current.
 *
 * @param inputNames the place of each input, by name
 * @param replaces for each target, the name of the input whose place it takes, if any
 * @throws Error at run time, where the fused interpreter is asked for on another backend
 */
export const runnerOf = (
  interpreter: Interpreter | undefined,
  graph: Graph,
  targets: readonly Target[],
  inputNames: ReadonlyMap<string, number>,
  replaces: readonly (string | undefined)[],
): Runner => {
  let fused: Fused | undefined
  return (inputs, donated) => {
    const onWasm = tf.getBackend() === 'wasm'
    if (interpreter === 'fused' && !onWasm)
      throw new Error(
        `the fused interpreter runs on the 'wasm' backend; the current one is '${tf.getBackend()}': call useWasm()`,
      )
    if (interpreter === 'tfjs' || !onWasm)
      return evaluate(graph, targets, name => inputs[inputNames.get(name) as number] as Value)
    fused ??= fuse(graph, targets, inputNames, replaces)
    const { run } = fused
    return tf.tidy(() => run(inputs, soleAmong(inputs, donated)) as Value[])
  }
}

/** The donated tensors whose buffer occurs once among all inputs. */
const soleAmong = (
  inputs: readonly Value[],
  donated: readonly (Value | undefined)[],
): readonly (tf.Tensor | undefined)[] => {
  if (donated.length === 0) return []
  const seen = new Set<object>()
  const shared = new Set<object>()
  for (const value of inputs) if (typeof value !== 'number') (seen.has(value.dataId) ? shared : seen).add(value.dataId)
  return donated.map(value => (value instanceof tf.Tensor && !shared.has(value.dataId) ? value : undefined))
}
