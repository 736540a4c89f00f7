/** A model of the loss that averages of gradients build, and Polyak's step down it: the mathematics of MoMo. */
import type { Expr } from '../../expr/expr.js'
import { type Scalar, scalar } from '../../expr/scalar.js'
import { type Tree, zipWith } from '../../expr/tree.js'
import type { Hyperparameter } from '../../schema/hyperparameter.js'
import { average, averages } from '../moments.js'
import { dot, total } from '../whole.js'

/** $\bar f + \langle m, q \rangle - \gamma$, the loss at parameters $q$ by what gradients were. */
export interface LossModel {
  /** $m$, the average gradient. */
  readonly mu: Tree<Expr>
  /** $\bar f$, the average loss. */
  readonly loss: Scalar
  /** $\gamma$, the average of $\langle g, p \rangle$. */
  readonly gamma: Expr
}

/** The model with the gradients at `params` taken in, where the loss is `seen`. */
export const averaged = (
  { mu, loss, gamma }: LossModel,
  updates: Tree<Expr>,
  params: Tree<Expr>,
  seen: Scalar,
  beta: Scalar,
): LossModel => ({
  mu: averages(updates, mu, beta),
  loss: loss.mul(beta).add(seen.mul(scalar(1).sub(beta))),
  gamma: average(dot(updates, params), gamma, beta),
})

/** How high the model is, and how fast it falls along a direction: $\langle m, u \rangle$. */
interface Slope {
  readonly height: Expr
  readonly fall: Expr
}

/** The model at the parameters, and at what decay keeps of them. */
export interface Slopes {
  readonly here: Slope
  readonly decayed: Slope
}

/** The slopes of the model. @param kept the part $\kappa$ of each leaf that decay keeps; none where it does not decay */
export const slopesAlong = (
  direction: Tree<Expr>,
  { mu, loss, gamma }: LossModel,
  params: Tree<Expr>,
  kept: Tree<Scalar | undefined>,
): Slopes => {
  const heights = zipWith([mu, params], (m, p) => m.mul(p).sum())
  const falls = zipWith([mu, direction], (m, u) => m.mul(u).sum())
  const slope = (weighted: (terms: Tree<Expr>) => Tree<Expr>): Slope => ({
    height: total(weighted(heights)).sub(gamma).add(loss),
    fall: total(weighted(falls)),
  })
  return {
    here: slope(terms => terms),
    decayed: slope(terms => zipWith([terms, kept], (x, part) => x.mul(part ?? 1))),
  }
}

/** What a step goes by. */
interface Aim {
  /** The lower bound of the loss. */
  readonly bound: Expr
  /** Whether the bound is estimated on the way, from `least` up. */
  readonly adapts: boolean
  readonly least: Hyperparameter
  /** The largest step size. */
  readonly longest: Scalar
  /** What the averages amount to: $1 - \beta^t$ where they started at 0. */
  readonly correction: Scalar
}

/** Where the model is below the bound already, half its height; else the bound. */
const lowered = ({ bound, least, correction }: Aim, { decayed: { height } }: Slopes): Expr =>
  height.less(bound.mul(correction)).where(height.div(correction.mul(2)).maximum(least), bound)

/** $\tau$, which brings the model down to the bound (0 where it does not fall), and the lower bound after the step. */
export const polyakStep = (aim: Aim, slopes: Slopes): { readonly tau: Expr; readonly lowerBound: Expr } => {
  const { bound, adapts, least, longest, correction } = aim
  const { here, decayed } = slopes
  const gap = decayed.height.sub((adapts ? lowered(aim, slopes) : bound).mul(correction)).maximum(0)
  const tau = here.fall.lessEqual(Number.EPSILON).where(0, gap.div(decayed.fall)).minimum(longest.div(correction))
  const reached = here.height.sub(tau.mul(here.fall).div(2)).div(correction).maximum(least)
  return { tau, lowerBound: adapts ? reached : bound }
}

/** $-\tau u - (1 - \kappa)\, p$. */
export const stepDown = (u: Expr, p: Expr, kept: Scalar | undefined, tau: Expr): Expr => {
  if (kept === undefined) return u.mul(tau.neg())
  const shrinkage = p.mul(scalar(1).sub(kept))
  return u.mul(tau).add(shrinkage).neg()
}
