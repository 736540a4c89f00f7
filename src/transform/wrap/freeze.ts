/** Leaves that are not to move. */

import type { LeafSelector } from '../../schema/index.js'
import { admitFunction, admitTransform } from '../admit.js'
import { identity, zero } from '../combine.js'
import { evaluatedLike } from '../evaluate.js'
import { masked } from '../layers.js'
import { ratedLike } from '../rate.js'
import type { GradientTransform, Stateless } from '../types.js'

/**
 * Gives zero for the selected leaves, and applies `f` to the others. `f` sees those alone: its norms do not count the frozen
 * ones, its state does not hold them.
 *
 * optax: `freeze`; with `f`, `selective_transform`.
 *
 * @param select which leaves are frozen
 * @param f default `identity`
 * @example
 * freeze(earlyBlocks, adam({ learningRate: 1e-4 })) // fine-tuning
 */
export function freeze(select: LeafSelector): GradientTransform<Stateless>
export function freeze<S>(select: LeafSelector, f: GradientTransform<S>): GradientTransform<S>
export function freeze(select: LeafSelector, f: GradientTransform<unknown> = identity): GradientTransform<unknown> {
  admitTransform('freeze', 'f', f)
  admitFunction('freeze', 'select', select, 'a function of a name and all parameters, such as named(/kernel$/)')
  const [frozen, free] = [masked(select, zero), masked((name, params) => !select(name, params), f)]
  const transform: GradientTransform<unknown> = {
    init: params => {
      frozen.init(params) // has no state, and tells where it selects nothing
      return free.init(params)
    },
    update: (updates, state, params, context) => {
      const [out, next] = free.update(updates, state, params, context)
      return [frozen.update(out, [], params, context)[0], next]
    },
  }
  return ratedLike(
    f,
    state => state,
    g => freeze(select, g),
    evaluatedLike('freeze', free, state => state, transform),
  )
}
