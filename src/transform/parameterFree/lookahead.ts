/** Lookahead: steps forward, and a step back. */

import type { Expr } from '../../expr/expr.js'
import { type Scalar, scalar } from '../../expr/scalar.js'
import { type Tree, zipWith } from '../../expr/tree.js'
import { flag, type OptionsOf, options, plain, real } from '../../schema/index.js'
import { admitTransform } from '../admit.js'
import { branch } from '../branch.js'
import { present } from '../present.js'
import { ratedLike } from '../rate.js'
import type { GradientTransform } from '../types.js'
import { restart } from './restart.js'

const lookaheadOptions = options({
  /** $k$: every so many steps fast and slow parameters meet; default 5. */
  syncPeriod: plain('integer in [1, inf)', 5),
  /** $\alpha$, how far the slow ones go to meet the fast. */
  slowStepSize: real('(0, 1]', 0.5),
  /** Whether the fast optimizer then begins anew. */
  resetState: flag(false),
})

export interface LookaheadOptions extends OptionsOf<typeof lookaheadOptions> {}

/** The state of {@link lookahead}. */
export interface LookaheadState<S> {
  readonly count: Scalar
  readonly fast: S
  /** The slow parameters, which are to be evaluated. */
  readonly slow: Tree<Expr>
}

/** A step of the fast parameters, and every so often one of the slow ones to meet them. */
const goingAhead =
  <S>(
    fast: GradientTransform<S>,
    { syncPeriod, slowStepSize, resetState }: Required<LookaheadOptions>,
  ): GradientTransform<LookaheadState<S>>['update'] =>
  (updates, state, params, context) => {
    const [steps, next] = fast.update(updates, state.fast, params, context)
    const count = state.count.add(1)
    const slow = present(updates, state.slow)
    const ahead = zipWith([steps, params, slow], (b, p, phi) => p.sub(phi).add(b))
    const met = {
      out: zipWith([steps, ahead], (b, a) => b.sub(a.mul(scalar(1).sub(slowStepSize)))),
      slow: zipWith([slow, ahead], (phi, a) => phi.add(a.mul(slowStepSize))),
      fast: resetState ? restart(fast, state.fast, updates, params) : next,
    }
    const { out, ...chosen } = branch(count.mod(syncPeriod).equal(0), met, { out: steps, slow, fast: next })
    return [out, { count, ...chosen }]
  }

/**
 * Lookahead: a fast optimizer goes ahead, and every $k$ steps slow parameters follow a part of the way, where the fast ones
 * start again. With its step $b_t$ from the fast parameters $p_t$, and the slow ones $\phi$,
 * $$ u_t = \begin{cases} b_t - (1 - \alpha)(p_t + b_t - \phi) & k \mid t \\ b_t & \text{else} \end{cases} \qquad
 *    \phi' = \begin{cases} \phi + \alpha\, (p_t + b_t - \phi) & k \mid t \\ \phi & \text{else} \end{cases} $$
 * with $t$ from 1. optax has parameters that are pairs of fast and slow ones; here parameters are the fast ones, and the slow
 * ones stand in the state, and are what is evaluated. Its `syncPeriod` and `slowStepSize` have no defaults; these are the paper's.
 *
 * @param fast any optimizer whose updates are steps; nothing may change them afterwards
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(lookahead(adam({ learningRate: 1e-3 }), { syncPeriod: 5, slowStepSize: 0.5 }))
 *
 * Source: Zhang et al., arXiv 1907.08610.
 */
export const lookahead = <S>(
  fast: GradientTransform<S>,
  given: LookaheadOptions = {},
): GradientTransform<LookaheadState<S>> => {
  admitTransform('lookahead', 'the fast optimizer', fast)
  const options = lookaheadOptions.read('lookahead', given)
  return ratedLike(
    fast,
    state => state.fast,
    f => lookahead(f, options),
    {
      init: params => ({ count: scalar(0), fast: fast.init(params), slow: params }),
      update: goingAhead(fast, options),
      evaluate: (_, { slow }) => slow,
    },
  )
}
