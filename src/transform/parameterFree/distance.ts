/** Step sizes from the distance travelled and the gradients met: DoG and DoWG. */

import { type Expr, expr } from '../../expr/expr.js'
import { map, type Tree } from '../../expr/tree.js'
import type { Hyperparameter } from '../../schema/hyperparameter.js'
import { eps, type OptionsOf, options, real, wordWith } from '../../schema/index.js'
import { minus } from '../present.js'
import type { GradientTransform } from '../types.js'
import { globalNorm, squaredNorm } from '../whole.js'
import { perLeaf } from './perLeaf.js'

/** What the first step of DoG is made from, and its value. */
export type InitStep = readonly [kind: 'heuristic' | 'distance' | 'learningRate', value: Hyperparameter]

export const dogTransformOptions = options({
  /**
   * $r_0$: `'heuristic'`, $\alpha (1 + \lVert p_0 \rVert)$; `'distance'`, the value itself; or `'learningRate'`, the first
   * step size rather. Default `['heuristic', 1e-6]`; 1e-4 is for models with batch normalization.
   */
  initStep: wordWith(['heuristic', 'distance', 'learningRate'], '(0, inf)', ['heuristic', 1e-6]),
  /** $\varepsilon$, added under the root. */
  eps: eps(1e-8),
})

export interface DogOptions extends OptionsOf<typeof dogTransformOptions> {}

/** The state of {@link scaleByDog}. */
export interface DogState {
  readonly initParams: Tree<Expr>
  readonly maxDist: Expr
  readonly sumSqNormGrads: Expr
}

// What r_0 is, given the parameters. At no distance the step size is the first one.
const starts = {
  heuristic: (alpha: Hyperparameter) => (params: Tree<Expr>) => globalNorm(params).add(1).mul(alpha),
  distance: (r: Hyperparameter) => () => expr(r),
  learningRate: () => () => expr(0),
}

/**
 * Distance over gradients, over the whole tree:
 * $$ \bar r_t = \max(\bar r_{t-1}, \lVert p_t - p_0 \rVert), \quad G_t = G_{t-1} + \lVert g_t \rVert^2, \quad
 *    u_t = \frac{\bar r_t}{\sqrt{G_t + \varepsilon}}\, g_t. $$
 * With `initStep: ['learningRate', eta]`, $u_t = \eta\, g_t$ until the parameters have moved.
 *
 * The authors recommend averaged parameters for evaluation: {@link emaParams}.
 *
 * @throws HyperparameterError
 * @example
 * chain(scaleByDog(), scaleByLearningRate(1))
 * perLeaf(scaleByDog()) // layer-wise
 *
 * Source: Ivgi, Hinder and Carmon, arXiv 2302.12022.
 */
export const scaleByDog = (given: DogOptions = {}): GradientTransform<DogState> => {
  const { initStep, eps } = dogTransformOptions.read('scaleByDog', given)
  const [kind, value] = initStep
  const start = starts[kind](value)
  return {
    init: params => ({ initParams: params, maxDist: start(params), sumSqNormGrads: expr(0) }),
    update: (updates, state, params) => {
      const maxDist = state.maxDist.maximum(globalNorm(minus(updates, params, state.initParams)))
      const sumSqNormGrads = state.sumSqNormGrads.add(squaredNorm(updates))
      const eta = maxDist.div(sumSqNormGrads.add(eps).sqrt())
      const step = kind === 'learningRate' ? maxDist.equal(0).where(value, eta) : eta
      return [map((g: Expr) => g.mul(step))(updates), { ...state, maxDist, sumSqNormGrads }]
    },
  }
}

const distanceOverGradientsOptions = options({
  /** $\alpha$, with $r_0 = \alpha (1 + \lVert p_0 \rVert)$; for models with batch normalization 1e-4. */
  repsRel: real('(0, inf)', 1e-6),
  /** $\varepsilon$, added under the root. */
  eps: eps(1e-8),
  /** The factor; -1 makes a step downhill of it. */
  globalScale: real('(-inf, inf)', 1),
})

export interface DistanceOverGradientsOptions extends OptionsOf<typeof distanceOverGradientsOptions> {}

/**
 * Distance over gradients, leaf by leaf (L-DoG): {@link scaleByDog} with norms of the leaf alone, times a factor.
 *
 * @throws HyperparameterError
 * @example
 * scaleByDistanceOverGradients({ globalScale: -1 })
 *
 * Source: Ivgi, Hinder and Carmon, arXiv 2302.12022.
 */
export const scaleByDistanceOverGradients = (
  given: DistanceOverGradientsOptions = {},
): GradientTransform<Tree<DogState>> => {
  const { repsRel, eps, globalScale } = distanceOverGradientsOptions.read('scaleByDistanceOverGradients', given)
  const dog = perLeaf(scaleByDog({ initStep: ['heuristic', repsRel], eps }))
  return {
    ...dog,
    update: (...inputs) => {
      const [out, next] = dog.update(...inputs)
      return [map((u: Expr) => u.mul(globalScale))(out), next]
    },
  }
}

export const dowgTransformOptions = options({
  /** $\bar r_0^2$, a guess of the squared distance to the solution; default $\varepsilon$. */
  initEstimSqDist: real('(0, inf)'),
  /** $\varepsilon$, added to the root. */
  eps: eps(1e-4),
})

export interface DowgOptions extends OptionsOf<typeof dowgTransformOptions> {}

/** The state of {@link scaleByDowg}. */
export interface DowgState {
  readonly initParams: Tree<Expr>
  readonly estimSqDist: Expr
  readonly weightedSqNormGrads: Expr
}

/**
 * Distance over weighted gradients, over the whole tree:
 * $$ \bar r_t^2 = \max(\bar r_{t-1}^2, \lVert p_t - p_0 \rVert^2), \quad v_t = v_{t-1} + \bar r_t^2 \lVert g_t \rVert^2, \quad
 *    u_t = \frac{\bar r_t^2}{\sqrt{v_t} + \varepsilon}\, g_t. $$
 *
 * @throws HyperparameterError
 * @example
 * chain(scaleByDowg(), scaleByLearningRate(1))
 *
 * Source: Khaled, Mishchenko and Jin, arXiv 2305.16284.
 */
export const scaleByDowg = (given: DowgOptions = {}): GradientTransform<DowgState> => {
  const { eps, initEstimSqDist = eps } = dowgTransformOptions.read('scaleByDowg', given)
  return {
    init: params => ({ initParams: params, estimSqDist: expr(initEstimSqDist), weightedSqNormGrads: expr(0) }),
    update: (updates, state, params) => {
      const estimSqDist = state.estimSqDist.maximum(squaredNorm(minus(updates, params, state.initParams)))
      const weightedSqNormGrads = state.weightedSqNormGrads.add(estimSqDist.mul(squaredNorm(updates)))
      const step = estimSqDist.div(weightedSqNormGrads.sqrt().add(eps))
      return [map((g: Expr) => g.mul(step))(updates), { ...state, estimSqDist, weightedSqNormGrads }]
    },
  }
}
