/** A transform as a machine: its update graph, what its state starts from, and what it becomes. */
import type { Graph, NodeId, Target } from '../expr/graph.js'
import type { Path } from '../expr/nest.js'
import { admitTransform } from '../transform/admit.js'
import type { GradientTransform } from '../transform/types.js'
import { withoutGuards } from './guards.js'
import { inputName, type Signature, traceInit, traceUpdate } from './trace.js'

/** One place of the state. */
export interface Slot {
  readonly path: Path
  /** Its value at the start, in the graph of `init`. */
  readonly initial: Target
  /** Its value after a step, in the graph of `update`. */
  readonly next: Target
}

export interface Machine {
  readonly signature: Signature
  readonly init: Graph
  readonly graph: Graph
  readonly updates: readonly Target[]
  /** By the name of the input that the state is. */
  readonly slots: ReadonlyMap<string, Slot>
}

/**
 * What `read` makes of a transform, formulas and bounds being read by recursion.
 *
 * @throws RangeError with a sentence where an expression is nested deeper than the machine's stack
 */
export const withinStack = <T>(what: string, read: () => T): T => {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof Error) || !/call stack|too much recursion/.test(error.message)) throw error
    throw new RangeError(
      `${what}: an expression of this rule is nested too deeply to be read; it can be run all the same`,
      {
        cause: error,
      },
    )
  }
}

/** Traces a transform whole. */
export const machineOf = (transform: GradientTransform<unknown>, signature: Signature): Machine => {
  admitTransform('an analysis', 'what it is given', transform)
  const init = traceInit(transform, signature.params)
  const { slots, structure: _, ...traced } = traceUpdate(transform, signature)
  const { graph, targets } = withoutGuards(traced.graph)
  const [updates, next] = [traced.updates.map(targets), traced.next.map(targets)]
  const entries = slots.map(
    ({ path }, i) =>
      [inputName.state(path), { path, initial: init.graph.roots[i] as Target, next: next[i] as Target }] as const,
  )
  // A label that starts with a dot is there for diagnostics: neither a formula nor a bound speaks of it.
  const observations = graph.observations.filter(({ label }) => !label.startsWith('.'))
  return { signature, init: init.graph, graph: { ...graph, observations }, updates, slots: new Map(entries) }
}

/** The state that an input is, if it is one. */
export const slotAt = ({ graph, slots }: Machine, id: NodeId, sort: Target['sort']): Slot | undefined => {
  const node = sort === 'expr' ? graph.tensors[id]?.operation : graph.scalars[id]
  return node?.op === 'input' ? slots.get(node.name) : undefined
}
