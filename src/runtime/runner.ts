/** Which interpreter runs a trace. */
import * as tf from '@tensorflow/tfjs'
import type { Graph, Target } from '../expr/graph.js'
import type { Fused, FusedPlan } from '../interpret/fused/index.js'
import { fuser } from '../interpret/fuser.js'
import { evaluate, type Value } from '../interpret/tfjs/evaluate.js'

export type Interpreter = 'tfjs' | 'fused'

/** What runs a step: loops of the fused interpreter and what it leaves to tfjs, or tfjs altogether. */
export type ExecutionPlan =
  | ({ readonly interpreter: 'fused' } & FusedPlan)
  | { readonly interpreter: 'tfjs'; readonly reason: string }

export interface Runner {
  /** Values of a trace's targets; `donated` are, in their places, the inputs that may be overwritten. */
  run(inputs: readonly Value[], donated: readonly (tf.Tensor | undefined)[]): readonly Value[]
  /** What a run with these numbers would do, on the current backend. */
  plan(input: (name: string) => number): ExecutionPlan
}

/**
 * What runs a trace: the interpreter asked for, or the fused one wherever the `wasm` backend is current and `useWasm` was called.
 *
 * @param inputNames the place of each input, by name
 * @param replaces for each target, the name of the input whose place it takes, if any
 * @throws Error at run time, where the fused interpreter is asked for on another backend, or without `useWasm`
 */
export const runnerOf = (
  interpreter: Interpreter | undefined,
  graph: Graph,
  targets: readonly Target[],
  inputNames: ReadonlyMap<string, number>,
  replaces: readonly (string | undefined)[],
): Runner => {
  let known: Fused | undefined
  const fused = (): Fused | undefined => {
    known ??= fuser()?.(graph, targets, inputNames, replaces)
    return known
  }
  /** The loops, or why it is tfjs that runs. */
  const chosen = (): Fused | string => {
    const backend = tf.getBackend()
    if (interpreter === 'tfjs') return 'it was asked for'
    const loops = backend === 'wasm' ? fused() : undefined
    if (loops !== undefined) return loops
    if (interpreter === 'fused')
      throw new Error(
        `the fused interpreter runs on the 'wasm' backend; the current one is '${backend}': call useWasm()${backend === 'wasm' ? ", of 'plastax/wasm', which brings it" : ''}`,
      )
    return backend === 'wasm' ? "useWasm() of 'plastax/wasm' was not called" : `the backend is '${backend}', not 'wasm'`
  }
  return {
    run: (inputs, donated) => {
      const loops = chosen()
      return typeof loops === 'string'
        ? evaluate(graph, targets, name => inputs[inputNames.get(name) as number] as Value)
        : loops.run(inputs, donated)
    },
    plan: input => {
      const loops = chosen()
      return typeof loops === 'string'
        ? { interpreter: 'tfjs', reason: loops }
        : { interpreter: 'fused', ...loops.plan(input) }
    },
  }
}
