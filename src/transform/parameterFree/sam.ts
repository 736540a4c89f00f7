/** Sharpness-aware minimization: climb a little, and descend by the gradient found there. */

import type { Expr } from '../../expr/expr.js'
import { type Scalar, scalar } from '../../expr/scalar.js'
import { map, type Tree, zipWith } from '../../expr/tree.js'
import { flag, type OptionsOf, options, plain } from '../../schema/index.js'
import { admitTransform } from '../admit.js'
import { branch } from '../branch.js'
import { allNormable } from '../normable.js'
import { present } from '../present.js'
import { ratedLike } from '../rate.js'
import { type GradientTransform, type Stateless, stateless } from '../types.js'
import { globalNorm, ratio } from '../whole.js'
import { restart } from './restart.js'

/**
 * The direction of the whole gradient: $u = g / \lVert g \rVert$ over all leaves, and 0 for none.
 *
 * @example
 * chain(normalize(), scaleByLearningRate(0.05))
 */
export const normalize = (): GradientTransform<Stateless> =>
  stateless(updates => {
    const tree = allNormable(updates)
    const norm = globalNorm(tree)
    return map((g: Expr) => ratio(g, norm))(tree)
  })

const samOptions = options({
  /** $k$: after $k - 1$ steps uphill there is one downhill; default 2. */
  syncPeriod: plain('integer in [1, inf)', 2),
  /** Whether the adversary then begins anew. */
  resetState: flag(true),
})

export interface SamOptions extends OptionsOf<typeof samOptions> {}

/** The state of {@link sam}. */
export interface SamState<So, Sa> {
  readonly count: Scalar
  readonly optimizer: So
  readonly adversary: Sa
  /** The parameters that the climb began at. */
  readonly cache: Tree<Expr>
}

/** A step of either kind, from a state in which `cache` is the centre. */
type Move<So, Sa> = GradientTransform<SamState<So, Sa>>['update']

/** $u = \phi - p + \mathrm{optimizer}(g)$. */
const descent =
  <So, Sa>(optimizer: GradientTransform<So>): Move<So, Sa> =>
  (updates, state, params, context) => {
    const [steps, next] = optimizer.update(updates, state.optimizer, state.cache, context)
    const out = zipWith([steps, state.cache, params], (u, centre, p) => centre.sub(p).add(u))
    // Where it arrives, for a leaf that will have no gradient when the next climb begins.
    const cache = zipWith([steps, state.cache], (u, centre) => centre.add(u))
    return [out, { ...state, optimizer: next, cache }]
  }

/** $u = -\mathrm{adversary}(g)$. */
const ascent =
  <So, Sa>(adversary: GradientTransform<Sa>): Move<So, Sa> =>
  (updates, state, params, context) => {
    const [steps, next] = adversary.update(updates, state.adversary, params, context)
    return [map((u: Expr) => u.neg())(steps), { ...state, adversary: next, cache: present(updates, state.cache) }]
  }

/** Steps uphill, and every so often one downhill from where the climb began. */
const alternating = <So, Sa>(
  optimizer: GradientTransform<So>,
  adversary: GradientTransform<Sa>,
  { syncPeriod, resetState }: Required<SamOptions>,
): GradientTransform<SamState<So, Sa>> => ({
  init: params => ({
    count: scalar(0),
    optimizer: optimizer.init(params),
    adversary: adversary.init(params),
    cache: params,
  }),
  update: (updates, before, params, context) => {
    const count = before.count.add(1)
    const centre = branch(before.count.mod(syncPeriod).equal(0), params, before.cache)
    const state = { ...before, count, cache: centre }
    const rested = resetState ? restart(adversary, state.adversary, updates, params) : state.adversary
    const down = descent<So, Sa>(optimizer)(updates, { ...state, adversary: rested }, params, context)
    const up = ascent<So, Sa>(adversary)(updates, state, params, context)
    return branch(count.mod(syncPeriod).equal(0), down, up)
  },
  evaluate: (params, state) => {
    const home = branch(state.count.mod(syncPeriod).equal(0), params, present(params, state.cache))
    return { ...home, ...optimizer.evaluate?.(home, state.optimizer) }
  },
})

/**
 * Sharpness-aware minimization, a gradient a step: $k - 1$ steps climb by an adversary, turned round, from where the
 * parameters were, $\phi$; the next one goes back there and descends by the gradient found above:
 * $$ u_t = \begin{cases} \phi - p_t + \mathrm{optimizer}(g_t) & k \mid t \\ -\mathrm{adversary}(g_t) & \text{else} \end{cases} $$
 * with $t$ from 1. So every $k$-th step alone is a step of the optimizer; on the way, what is evaluated is $\phi$. This is
 * optax's transparent mode. A leaf that has no gradient on its way keeps its place.
 *
 * @param optimizer gives steps downhill
 * @param adversary gives steps downhill too, which are taken uphill; in the paper one of length $\rho$ along the gradient
 * @throws HyperparameterError
 * @example
 * sam(sgd({ learningRate: 0.01 }), chain(normalize(), scaleByLearningRate(0.1)))
 *
 * Source: Foret et al., arXiv 2010.01412.
 */
export const sam = <So, Sa>(
  optimizer: GradientTransform<So>,
  adversary: GradientTransform<Sa>,
  given: SamOptions = {},
): GradientTransform<SamState<So, Sa>> => {
  admitTransform('sam', 'the optimizer', optimizer)
  admitTransform('sam', 'the adversary', adversary)
  const options = samOptions.read('sam', given)
  return ratedLike(
    optimizer,
    state => state.optimizer,
    other => sam(other, adversary, options),
    alternating(optimizer, adversary, options),
  )
}
