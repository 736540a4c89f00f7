/** A trace with all that is worked out once for it. */
import { isExpr } from '../expr/expr.js'
import type { Observation, Target } from '../expr/graph.js'
import { type Writer, writer } from '../expr/nest.js'
import type { Shape } from '../expr/shape.js'
import type { SymbolicValue } from '../expr/symbols.js'
import { map, names, type Tree } from '../expr/tree.js'
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
  readonly restore: Writer
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

/** How to put the values of a state into its nesting: between steps in place its tensors are the same, and only numbers change. */
export const restoring = (structure: unknown, first: number): Writer =>
  writer<SymbolicValue>(structure, first, symbol => !isExpr(symbol))
