/** What to do about gradients that are not finite. */

import { type Expr, fill } from '../expr/expr.js'
import { type Scalar, scalar } from '../expr/scalar.js'
import { map, type Tree, values } from '../expr/tree.js'
import { type OptionsOf, options, plain } from '../schema/index.js'
import { branch } from './branch.js'
import { type GradientTransform, leafwise, type Stateless } from './types.js'
import { wrapping } from './wrapping.js'

/**
 * Replaces each NaN by 0; infinities stay, for a clip to bound: one by norm gives its bound, along the infinite elements.
 *
 * @example
 * chain(zeroNans(), clipByGlobalNorm(1), sgd())
 */
export const zeroNans = (): GradientTransform<Stateless> => leafwise(g => g.isNaN().where(0, g))

/** 1 where all elements are finite, else 0; `undefined` where there are none. */
export const allFinite = (updates: Tree<Expr>): Expr | undefined => {
  const all = values(updates).filter(g => g.size > 0) // the minimum of no elements is 0, which reads as false
  return all.length === 0 ? undefined : all.map(g => g.isFinite().min()).reduce((a, b) => a.minimum(b))
}

/** The state of {@link applyIfFinite}. */
export interface FiniteState<S> {
  /** Steps with a non-finite gradient since the last finite one. */
  readonly consecutive: Scalar
  /** Steps with a non-finite gradient in all. */
  readonly total: Scalar
  readonly inner: S
}

const skipping = <S>(f: GradientTransform<S>, maxConsecutive: number): GradientTransform<FiniteState<S>> => ({
  init: params => ({ consecutive: scalar(0), total: scalar(0), inner: f.init(params) }),
  update: (updates, { consecutive, total, inner }, params, context) => {
    const finite = allFinite(updates)
    if (finite === undefined) return [updates, { consecutive, total, inner }]
    const [applied, next] = f.update(updates, inner, params, context)
    const skipped = { consecutive: consecutive.add(1), total: total.add(1), inner }
    const patience = consecutive.less(maxConsecutive)
    return branch(
      finite,
      [applied, { consecutive: scalar(0), total, inner: next }],
      branch(patience, [map((g: Expr) => fill(g, 0))(updates), skipped], [applied, { ...skipped, inner: next }]),
    )
  },
})

const applyIfFiniteOptions = options({
  /** After so many skipped steps in a row, `f` is applied nevertheless; default infinity. */
  maxConsecutive: plain('[0, inf]', Number.POSITIVE_INFINITY),
})

export interface ApplyIfFiniteOptions extends OptionsOf<typeof applyIfFiniteOptions> {}

/**
 * Applies `f` where all gradients are finite; else the update is zero and the state of `f` stands still.
 *
 * The condition is read back from the tensors, so the backend must be able to read synchronously (webgpu may not).
 *
 * @throws HyperparameterError
 * @example
 * applyIfFinite(chain(scaleByAdam(), scaleByLearningRate(1e-3)))
 */
export const applyIfFinite = <S>(
  f: GradientTransform<S>,
  given: ApplyIfFiniteOptions = {},
): GradientTransform<FiniteState<S>> => {
  const { maxConsecutive } = applyIfFiniteOptions.read('applyIfFinite', given)
  return wrapping(
    'applyIfFinite',
    f,
    ({ inner }) => inner,
    g => applyIfFinite(g, { maxConsecutive }),
    skipping(f, maxConsecutive),
  )
}
