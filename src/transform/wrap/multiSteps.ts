/** Several gradients to a step. */

import type { Expr } from '../../expr/expr.js'
import { type Scalar, scalar } from '../../expr/scalar.js'
import { map, type Tree, zipWith } from '../../expr/tree.js'
import { callback, flag, type OptionsOf, options } from '../../schema/index.js'
import { branch } from '../branch.js'
import { identity } from '../combine.js'
import { zerosLike } from '../moments.js'
import { type Schedule, scheduleOf } from '../schedules/index.js'
import type { GradientTransform, Stateless } from '../types.js'
import { wrapping } from '../wrapping.js'
import type { SkipCondition } from './skip.js'

const multiStepsOptions = options({
  /** Whether `f` is given the mean of the gradients, or their sum. */
  useGradMean: flag(true),
  /** Which gradients to leave out, as if they had not been: {@link isNotFinite}, {@link isLarge}; default none. */
  shouldSkip: callback<SkipCondition>(),
})

export interface MultiStepsOptions extends OptionsOf<typeof multiStepsOptions> {}

/** The state of {@link multiSteps}. */
export interface MultiStepsState<S> {
  /** Gradients accumulated since the last step of `f`. */
  readonly miniStep: Scalar
  /** Steps of `f`. */
  readonly gradientStep: Scalar
  /** Gradients left out. */
  readonly skipped: Scalar
  /** The sum of the gradients since the last step of `f`. */
  readonly accumulated: Tree<Expr>
  readonly inner: S
}

const start = { miniStep: scalar(0), gradientStep: scalar(0), skipped: scalar(0) }

const accumulating = <S>(
  f: GradientTransform<S>,
  k: Schedule,
  { useGradMean, shouldSkip }: { readonly useGradMean: boolean; readonly shouldSkip: SkipCondition },
): GradientTransform<MultiStepsState<S>> => ({
  init: params => ({ ...start, accumulated: zerosLike(params), inner: f.init(params) }),
  update: (updates, state, params, context) => {
    const miniStep = state.miniStep.add(1)
    const accumulated = zipWith([updates, state.accumulated], (g, sum) => sum.add(g))
    const input = map((sum: Expr) => sum.div(useGradMean ? miniStep : 1))(accumulated)
    const [out, inner] = f.update(input, state.inner, params, context)
    const still = zerosLike(updates)
    const gradientStep = state.gradientStep.add(1)
    const stepped = { ...state, miniStep: start.miniStep, gradientStep, accumulated: still, inner }
    const waiting = { ...state, miniStep, accumulated }
    return branch(
      shouldSkip(updates, state.gradientStep, params),
      [still, { ...state, skipped: state.skipped.add(1) }],
      branch(miniStep.greaterEqual(k(state.gradientStep)), [out, stepped], [still, waiting]),
    )
  },
})

/**
 * Accumulates gradients, and applies `f` to their mean every `everyK` steps; between, the update is zero and the state of
 * `f` stands still:
 * $$ u_t = \begin{cases} f\bigl(\tfrac1k \sum_{i=0}^{k-1} g_{t-i}\bigr) & k \mid t \\ 0 & \text{else.} \end{cases} $$
 * So $k$ small batches do what one of $k$ times the size would. A leaf without a gradient at some of the steps counts as zero
 * at those, as it does in the mean of the losses; without one at the step of `f`, its sum stays for the next.
 *
 * optax: `MultiSteps`.
 *
 * @param everyK $k$, a whole number from 1, or a schedule of it over the steps of `f`, counted from 0
 * @throws HyperparameterError
 * @example
 * multiSteps(adam(), 4)
 * @example
 * multiSteps(adam(), piecewiseConstant(1, { 1000: 4 }), { shouldSkip: isNotFinite })
 */
export const multiSteps = <S>(
  f: GradientTransform<S>,
  everyK: number | Schedule,
  given: MultiStepsOptions = {},
): GradientTransform<MultiStepsState<S>> => {
  const k = scheduleOf('everyK', everyK, 'integer in [1, inf)')
  const { useGradMean, shouldSkip = () => scalar(0) } = multiStepsOptions.read('multiSteps', given)
  const options = { useGradMean, shouldSkip }
  return wrapping(
    'multiSteps',
    f,
    ({ inner }) => inner,
    g => multiSteps(g, everyK, options),
    accumulating(f, k, options),
  )
}

/**
 * Accumulates gradients, and passes their sum on every `k` steps, zero between. What follows in a chain runs at every step:
 * for a whole optimizer take {@link multiSteps}.
 * $$ u_t = \sum_{i=0}^{k-1} g_{t-i} \text{ where } k \mid t, \text{ else } 0. $$
 *
 * optax: `apply_every`.
 *
 * @param k a whole number from 1, default 1
 * @throws HyperparameterError
 * @example
 * chain(applyEvery(4), scaleByLearningRate(0.01))
 */
export const applyEvery = (k = 1): GradientTransform<MultiStepsState<Stateless>> =>
  multiSteps(identity, k, { useGradMean: false })
