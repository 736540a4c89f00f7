/** Second moments that take less memory than the parameters: one value per slice of a leaf, not per element. */

import { type Expr, fill } from '../../expr/expr.js'
import { type Scalar, scalar } from '../../expr/scalar.js'
import { map, type Tree, zipWith } from '../../expr/tree.js'
import type { Hyperparameter } from '../../schema/hyperparameter.js'
import { eps, flag, type OptionsOf, options, plain, real } from '../../schema/index.js'
import { average, averages, zerosLike } from '../moments.js'
import type { GradientTransform } from '../types.js'

export const sm3TransformOptions = options({
  /** $\beta_1$, the decay of the average of updates. */
  b1: real('[0, 1)', 0.9),
  /** $\beta_2$, the decay of the squares; 1 adds them up. */
  b2: real('[0, 1]', 1),
  /** $\varepsilon$, added under the root. */
  eps: eps(1e-8),
})

export interface Sm3Options extends OptionsOf<typeof sm3TransformOptions> {}

/** The state of {@link scaleBySm3}: for each leaf a maximum per slice along each of its axes, and the average of updates. */
export interface Sm3State {
  readonly mu: Tree<readonly Expr[]>
  readonly nu: Tree<Expr>
}

/** For each axis of a tensor, the maximum of each slice across it; a vector and a number have one slice per element. */
const sliceMaxima = (x: Expr): readonly Expr[] =>
  x.shape.length < 2 ? [x] : x.shape.map((_, i) => x.max(x.shape.flatMap((_, j) => (i === j ? [] : [j]))))

/** What all slices that an element lies in allow: the minimum of their maxima. */
const least = (maxima: readonly Expr[]): Expr => maxima.reduce((a, b) => a.minimum(b))

/**
 * Scales by the root of accumulated squares, of which only the maximum over each slice is kept (SM3-II):
 * $$ \nu_t = \min_r \mu_{t-1}^{(r)} + g_t^2, \qquad \mu_t^{(r)} = \max_{S_r} \nu_t, \qquad
 *    u_t = \beta_1 u_{t-1} + (1 - \beta_1) \frac{g_t}{\sqrt{\nu_t + \varepsilon}}, $$
 * with 0 for $\nu_t = 0$, and $\nu_t = \beta_2 \min_r \mu_{t-1}^{(r)} + (1 - \beta_2)\, g_t^2$ for $\beta_2 < 1$.
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(chain(scaleBySm3(), scaleByLearningRate(0.1)))
 *
 * Source: Anil et al., arXiv 1901.11150.
 */
export const scaleBySm3 = (given: Sm3Options = {}): GradientTransform<Sm3State> => {
  const { b1, b2, eps } = sm3TransformOptions.read('scaleBySm3', given)
  const part = scalar(b2).equal(1).where(1, scalar(1).sub(b2))
  const scaled = (g: Expr, v: Expr): Expr => v.equal(0).where(0, g.div(v.add(eps).sqrt()))
  return {
    init: params => ({
      mu: map((p: Expr) => sliceMaxima(p).map(x => fill(x, 0)))(params),
      nu: zerosLike(params),
    }),
    update: (updates, state) => {
      const squares = zipWith([updates, state.mu], (g, maxima) => g.square().mul(part).add(least(maxima).mul(b2)))
      const out = averages(zipWith([updates, squares], scaled), state.nu, b1)
      return [out, { mu: map(sliceMaxima)(squares), nu: out }]
    },
  }
}

export const factoredRmsOptions = options({
  /** Whether leaves with two large axes keep one mean per row and per column only. */
  factored: flag(true),
  /** $c$, how fast the decay $1 - t^{-c}$ nears 1. */
  decayRate: real('[0, inf)', 0.8),
  /** Steps that the decay does not count: they count as the first, where optax gives NaN. */
  stepOffset: real('integer in [0, inf)', 0),
  /** The least size of the two largest axes for a leaf to be factored; default 128. */
  minDimSizeToFactor: plain('integer in [1, inf)', 128),
  /** $\varepsilon$, added to the squares. */
  eps: eps(1e-30),
})

export interface FactoredRmsOptions extends OptionsOf<typeof factoredRmsOptions> {}

/** The state of {@link scaleByFactoredRms}: for each leaf its mean squares, or those of its rows and of its columns. */
export interface FactoredRmsState {
  readonly count: Scalar
  readonly nu: Tree<readonly Expr[]>
}

/** The two largest axes of a leaf, of equal ones the later, if both have the size. */
const factoredAxes = (x: Expr, least: number): readonly (readonly number[])[] => {
  const [second, first] = x.shape
    .map((size, axis) => ({ size, axis }))
    .sort((a, b) => a.size - b.size)
    .slice(-2)
  return first === undefined || second === undefined || second.size < least ? [[]] : [[first.axis], [second.axis]]
}

/** $1 - t^{-c}$, with $t$ counted from 1 after so many steps. */
const nearingOne = (count: Scalar, offset: Hyperparameter, c: Hyperparameter): Scalar =>
  scalar(1).sub(count.sub(offset).maximum(0).add(1).pow(scalar(c).neg()))

/** $g / \sqrt{R C / \mathrm{mean}(R)}$, with the mean along the axes of $R$; or $g / \sqrt{R}$ where that is all there is. */
const scaledByRoots = (g: Expr, means: readonly Expr[], axes: readonly number[] | undefined): Expr => {
  const [rows, columns] = means as readonly [Expr, Expr?]
  // The gradient first: by its own row it is of order 1, while the roots alone may overflow together.
  const byRow = g.div(rows.sqrt())
  return columns === undefined ? byRow : byRow.mul(rows.mean(axes).sqrt()).div(columns.sqrt())
}

/**
 * Scales by Adafactor's second moment: a matrix keeps its row means $R$ and column means $C$ of the squares alone,
 * $$ R_t = \rho_t R_{t-1} + (1 - \rho_t)\, \mathrm{mean}_{\text{row}}(g_t^2 + \varepsilon), \quad C_t \text{ likewise}, \quad
 *    \rho_t = 1 - t^{-c}, \qquad u_t = g_t \Big/ \sqrt{\frac{R_t C_t}{\mathrm{mean}(R_t)}}, $$
 * and a leaf without two large axes the moving average of all squares.
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(chain(scaleByFactoredRms(), clipByBlockRms(1), scaleByLearningRate(0.01)))
 *
 * Source: Shazeer and Stern, arXiv 1804.04235.
 */
export const scaleByFactoredRms = (given: FactoredRmsOptions = {}): GradientTransform<FactoredRmsState> => {
  const read = factoredRmsOptions.read('scaleByFactoredRms', given)
  const { factored, decayRate, stepOffset, minDimSizeToFactor, eps } = read
  const axesOf = (x: Expr) => (factored ? factoredAxes(x, minDimSizeToFactor) : [[]])
  const means = (x: Expr): readonly Expr[] => axesOf(x).map(axes => (axes.length === 0 ? x : x.mean(axes)))
  return {
    init: params => ({ count: scalar(0), nu: map((p: Expr) => means(p).map(x => fill(x, 0)))(params) }),
    update: (updates, { count, nu }) => {
      const rho = nearingOne(count, stepOffset, decayRate)
      const next = zipWith([updates, nu], (g, before) =>
        means(g.square().add(eps)).map((x, i) => average(x, before[i] as Expr, rho)),
      )
      const out = zipWith([updates, next], (g, kept) => scaledByRoots(g, kept, axesOf(g)[1]))
      return [out, { count: count.add(1), nu: next }]
    },
  }
}
