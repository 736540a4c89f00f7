/** A trace with all that is worked out once for it. */
import type { Observation, Target } from '../expr/graph.js'
import type { Shape } from '../expr/shape.js'
import { isSymbol } from '../expr/structure.js'
import { map, names, type Tree } from '../expr/tree.js'
import type { Value } from '../interpret/tfjs/evaluate.js'
import { inputName, type Signature, type StateSlot, traceUpdate, type UpdateTrace } from '../interpret/trace.js'
import type { GradientTransform } from '../transform/types.js'
import { type ReadState, readingState } from './check.js'
import { requested } from './observations.js'
import { type Interpreter, type Runner, runnerOf } from './runner.js'
import type { Gradients, StepContext, Tensors } from './types.js'

export interface Program extends UpdateTrace {
  readonly signature: Signature
  /** All leaves, and those without a gradient. */
  readonly leaves: readonly string[]
  readonly absent: readonly string[]
  readonly observations: readonly Observation[]
  /** Reads the values of a state, and puts values back into its nesting. */
  readonly readState: ReadState
  readonly restore: Restore
  /** How updates and the next state are computed, and how the next parameters and state. */
  readonly update: Runner
  readonly step: Runner
}

/** Traces a transform for one signature. */
export const programOf = (
  transform: GradientTransform<unknown>,
  signature: Signature,
  labels: readonly string[],
  interpreter: Interpreter | undefined,
): Program => {
  const trace = traceUpdate(transform, signature)
  const { graph, slots, structure, next } = trace
  const observations = requested(graph.observations, labels)
  const rest: readonly Target[] = [
    ...next,
    ...observations.map(({ tensor }) => ({ sort: 'expr', id: tensor }) as const),
  ]
  const replaces = [...signature.present.map(inputName.param), ...slots.map(({ path }) => inputName.state(path))]
  const leaves = names(signature.params)
  const absent = leaves.filter(leaf => !signature.present.includes(leaf))
  const inputNames = inputNamesOf(signature, absent, slots)
  return {
    ...trace,
    signature,
    leaves,
    absent,
    observations,
    readState: readingState(structure),
    restore: restoring(structure),
    update: runnerOf(interpreter, graph, [...trace.updates, ...rest], inputNames, []),
    step: runnerOf(interpreter, graph, [...trace.params, ...rest], inputNames, replaces),
  }
}

const inputNamesOf = (
  signature: Signature,
  absent: readonly string[],
  slots: readonly StateSlot[],
): ReadonlyMap<string, number> => {
  const inOrder = [
    ...signature.present.map(inputName.param),
    ...slots.map(({ path }) => inputName.state(path)),
    ...signature.present.map(inputName.gradient),
    ...absent.map(inputName.param),
    ...signature.scalars.map(inputName.scalar),
    ...Object.entries(signature.trees).flatMap(([entry, tree]) => names(tree).map(leaf => inputName.tree(entry, leaf))),
  ]
  return new Map(inOrder.map((name, i) => [name, i]))
}

/** The shape of each leaf. */
export const shapesOf: (tensors: Tensors) => Tree<Shape> = map(x => x.shape)

/** What a trace depends on, of inputs that have been checked. */
export const signatureOf = (grads: Gradients, params: Tensors, context: StepContext): Signature => {
  const entries = Object.entries(context)
  // Its own: a leaf may be named as a method that every object has.
  const hasGradient = (leaf: string) => Object.hasOwn(grads, leaf) && grads[leaf] !== undefined && grads[leaf] !== null
  return {
    params: shapesOf(params),
    present: names(params).filter(hasGradient),
    scalars: entries.flatMap(([entry, value]) => (typeof value === 'number' ? [entry] : [])),
    trees: Object.fromEntries(
      entries.flatMap(([entry, value]) => (typeof value === 'number' ? [] : [[entry, shapesOf(value)]])),
    ),
  }
}

/** Puts values into the nesting that they were flattened from; what has not changed since `old` is that very part of it. */
export type Restore = (values: readonly Value[], old?: unknown) => unknown

/** How to put values back into a nesting. */
export const restoring = (structure: unknown): Restore => {
  let place = 0
  const build = (part: unknown): Restore => {
    if (isSymbol(part)) {
      const i = place++
      return list => list[i]
    }
    const keys = Object.keys(part as object)
    const items = keys.map(key => build((part as Readonly<Record<string, unknown>>)[key]))
    const isArray = Array.isArray(part)
    return (list, old) => {
      const before = (old ?? {}) as Readonly<Record<string, unknown>>
      const now = items.map((item, i) => item(list, before[keys[i] as string]))
      // With tensors overwritten in place, most of a state stays the object that it is.
      if (old !== undefined && now.every((value, i) => value === before[keys[i] as string])) return old
      return isArray ? now : Object.fromEntries(keys.map((key, i) => [key, now[i]]))
    }
  }
  return build(structure)
}
