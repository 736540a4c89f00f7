/** A trace with all that is worked out once for it. */
import { isExpr } from '../expr/expr.js'
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
  const present = new Set(signature.present)
  const absent = leaves.filter(leaf => !present.has(leaf))
  const inputNames = inputNamesOf(signature, absent, slots)
  return {
    ...trace,
    signature,
    leaves,
    absent,
    observations,
    readState: readingState(structure),
    restore: restoring(structure, signature.present.length),
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

/**
 * Puts values into the nesting that they were flattened from. Given an old nesting whose tensors are the values' own, it takes
 * over each part of it that has no number.
 */
export type Restore = (values: readonly Value[], old?: unknown) => unknown

/**
 * How to put values back into a nesting.
 *
 * @param first where among the values its own begin
 */
export const restoring = (structure: unknown, first: number): Restore => {
  let place = first
  const build = (part: unknown): { readonly restore: Restore; readonly numbers: boolean } => {
    if (isSymbol(part)) {
      const i = place++
      return { restore: list => list[i], numbers: !isExpr(part) }
    }
    const keys = Object.keys(part as object)
    const items = keys.map(key => build((part as Readonly<Record<string, unknown>>)[key]))
    const changing = keys.flatMap((key, i) => (items[i]?.numbers ? [[key, items[i].restore] as const] : []))
    const restore: Restore = (list, old) => {
      if (old === undefined) {
        const values = items.map(item => item.restore(list))
        return Array.isArray(part) ? values : Object.fromEntries(keys.map((key, i) => [key, values[i]]))
      }
      if (changing.length === 0) return old
      const now = (Array.isArray(part) ? [...(old as unknown[])] : { ...old }) as Record<string, unknown>
      for (const [key, item] of changing) now[key] = item(list, now[key])
      return now
    }
    return { restore, numbers: changing.length > 0 }
  }
  return build(structure).restore
}
