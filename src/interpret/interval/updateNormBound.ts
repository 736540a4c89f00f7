/** `updateNormBound`: how long a leaf's update can be, whatever the gradient. */
import type { NodeId } from '../../expr/graph.js'
import { sameShape, sizeOf } from '../../expr/shape.js'
import type { GradientTransform } from '../../transform/types.js'
import { capFactorOf, factorsOf, isUniform, normedOf, tensorAt } from '../explain/patterns.js'
import { rulesOf } from '../explain/rule.js'
import { withinStack } from '../machine.js'
import { type Analysis, type Assumptions, analyse, assumptionOptions } from './analysis.js'
import { type Blame, blameDown } from './blame.js'
import { decided, isTame, magnitude } from './interval.js'

/** A bound on $\lVert u \rVert$ of every leaf, or what there is none for. */
export type UpdateNormBound =
  | { readonly kind: 'bounded'; readonly maxNorm: number }
  | { readonly kind: 'unbounded'; readonly reason: string; readonly blame: Blame }

const none = Number.POSITIVE_INFINITY

/** Bounds on the norms of a graph's tensors: from caps on them, and through what is done to them then. */
const normsOf = ({ machine: { graph }, ranges }: Analysis, sized: boolean): ((id: NodeId) => number) => {
  const known = new Map<NodeId, number>()
  const norm = (id: NodeId): number => {
    const found = known.get(id) ?? Math.min(byElements(id), byOperation(id))
    known.set(id, found)
    return found
  }
  const largest = (id: NodeId): number => (isTame(ranges.tensor(id)) ? magnitude(ranges.tensor(id).bounds) : none)
  const scaled = (x: number, factor: number): number => (x === 0 || factor === 0 ? 0 : x * factor)

  const byElements = (id: NodeId): number => {
    const most = largest(id)
    return most === 0 ? 0 : sized ? Math.sqrt(sizeOf(tensorAt(graph, id).shape)) * most : none
  }
  // n(x) c / (n(x) + eps) <= c, and the other factors beside the cap.
  const times = (x: number, capped: NodeId, factor: NodeId, fits: boolean): number => {
    const factors = factorsOf(graph, factor)
    const caps = factors.map(f => {
      const cap = capFactorOf(graph, f)
      return cap !== undefined && normedOf(graph, cap.quantity) === capped ? largest(cap.limit) : undefined
    })
    const at = caps.findIndex(limit => limit !== undefined)
    return at < 0 || !fits
      ? scaled(x, largest(factor))
      : factors.reduce((all, f, i) => (i === at ? all : scaled(all, largest(f))), Math.min(caps[at] ?? none, x))
  }
  const byOperation = (id: NodeId): number => {
    const { operation, args, scalars, shape } = tensorAt(graph, id)
    const [a, b, c] = args as readonly [NodeId, NodeId, NodeId]
    // A value that is broadcast is longer than it was.
    const fits = (arg: NodeId): boolean => sameShape(tensorAt(graph, arg).shape, shape)
    const whole = (arg: NodeId): number => (fits(arg) ? norm(arg) : largest(arg) === 0 ? 0 : none)
    switch (operation.op) {
      case 'neg':
      case 'abs':
        return norm(a)
      case 'add':
      case 'sub':
        return whole(a) + whole(b)
      case 'mul':
        return Math.min(times(whole(a), a, b, fits(a)), times(whole(b), b, a, fits(b)))
      case 'lerp': {
        const t = ranges.scalar(scalars[0] as NodeId)
        return isTame(t)
          ? scaled(whole(a), magnitude([1 - t.bounds[1], 1 - t.bounds[0]])) + scaled(whole(b), magnitude(t.bounds))
          : none
      }
      case 'select': {
        const holds = decided(ranges.scalar(scalars[0] as NodeId))
        return holds === undefined ? Math.max(whole(a), whole(b)) : whole(holds ? a : b)
      }
      case 'where':
        return isUniform(graph, a) ? Math.max(whole(b), whole(c)) : Math.hypot(whole(b), whole(c))
      default:
        return none
    }
  }
  return norm
}

/**
 * Bounds the norm of every leaf's update, where a cap on it makes it so: homeostasis, a clip of the norm.
 *
 * It holds under the same conditions as `modulationBounds`.
 *
 * @param transform any gradient transform
 * @param assumptions what is known of shapes and context; with shapes, elementwise bounds count too
 * @example
 * updateNormBound(homeostasis({ maxUpdateNorm: 2 })) // { kind: 'bounded', maxNorm: 2.000398 }: the gain stays below 1.0002
 */
export const updateNormBound = (
  transform: GradientTransform<unknown>,
  assumptions: Assumptions = {},
): UpdateNormBound =>
  withinStack('updateNormBound', () => bounded(transform, assumptionOptions.read('updateNormBound', assumptions)))

const bounded = (transform: GradientTransform<unknown>, assumptions: Assumptions): UpdateNormBound => {
  const analysis = analyse(transform, assumptions)
  const { signature, updates } = analysis.machine
  const norm = normsOf(analysis, assumptions.shapes !== undefined)
  const norms = updates.map(({ id }) => norm(id))
  const at = norms.findIndex(bound => !Number.isFinite(bound))
  if (at < 0) return { kind: 'bounded', maxNorm: norms.reduce((a, b) => Math.max(a, b), 0) }
  const leaf = signature.present[at] ?? ''
  const update = updates[at]?.id as NodeId
  const { shape } = tensorAt(analysis.machine.graph, update)
  const lacks = (id: NodeId): boolean =>
    sameShape(tensorAt(analysis.machine.graph, id).shape, shape) && !Number.isFinite(norm(id))
  const blame = blameDown(analysis, rulesOf(analysis.machine), leaf, update, lacks)
  return { kind: 'unbounded', reason: `nothing caps the norm of ${blame.formula}`, blame }
}
