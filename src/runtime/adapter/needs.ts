/** What a transform reads of what a step knows. */
import type { Shape } from '../../expr/shape.js'
import { map, names, type Tree } from '../../expr/tree.js'
import { inputName, type Signature, traceUpdate } from '../../interpret/trace.js'
import type { GradientTransform } from '../../transform/types.js'
import type { StepContext, Tensors } from '../types.js'

/** What an adapter may know by itself. */
export const offered = ['epoch', 'totalEpochs', 'loss'] as const

export type Offered = (typeof offered)[number]

/**
 * Which of the numbers {@link offered} a transform reads, found by tracing it: a loss that nobody reads need not be fetched.
 *
 * @param given what the context holds besides
 * @throws ReferenceError where it reads an entry that nobody gives
 */
export const needsOf = (
  transform: GradientTransform<unknown>,
  params: Tree<Shape>,
  given: StepContext,
): ReadonlySet<Offered> => {
  const { graph } = traceUpdate(transform, offering(params, given))
  const read = new Set(graph.scalars.flatMap(node => (node.op === 'input' ? [node.name] : [])))
  return new Set(offered.filter(entry => read.has(inputName.scalar(entry))))
}

/** What a trace depends on, where all is offered that an adapter may know. */
export const offering = (params: Tree<Shape>, given: StepContext): Signature => {
  const numbers = Object.entries(given).flatMap(([entry, value]) => (typeof value === 'number' ? [entry] : []))
  const trees = Object.entries(given).flatMap(([entry, value]) => (typeof value === 'number' ? [] : [[entry, value]]))
  return {
    params,
    present: names(params),
    scalars: [...new Set([...offered, ...numbers])],
    trees: map((tree: Tensors) => map((x: Tensors[string]) => x.shape)(tree))(Object.fromEntries(trees)),
  }
}
