/** MoMo: a step size from the loss, as Polyak's, by a model of it that momentum builds. */
import { type Expr, expr, fill } from '../../expr/expr.js'
import { type Scalar, scalar } from '../../expr/scalar.js'
import { get, map, type Tree, zipWith } from '../../expr/tree.js'
import { namedChain } from '../combine.js'
import { scalarFrom } from '../context.js'
import { admit, admitEps, type Hyperparameter } from '../hyperparameter.js'
import { allLeaves } from '../layers.js'
import { average, debias, ema, zerosLike } from '../moments.js'
import type { MaskOptions } from '../scale.js'
import { type Scheduled, scheduleOf } from '../schedules/index.js'
import { type GradientTransform, leafwise } from '../types.js'
import { dot, total } from './whole.js'

/** What a rule is given that steps by a model of the loss. */
export interface ModelOptions extends MaskOptions {
  /** $\alpha_t > 0$, the largest step size, or a schedule of it. */
  readonly learningRate?: Scheduled
  /** $\lambda \ge 0$, or a schedule of it; default 0. */
  readonly weightDecay?: Scheduled
  /** $f_*$, a lower bound of the loss; default 0. */
  readonly lowerBound?: Hyperparameter
  /** Whether the bound is estimated on the way, starting from `lowerBound`; default false. */
  readonly adaptLowerBound?: boolean
}

export interface MomoOptions extends ModelOptions {
  /** $\beta$ in [0, 1), default 0.9. */
  readonly beta?: Hyperparameter
}

export interface MomoAdamOptions extends ModelOptions {
  /** $\beta_1$ in [0, 1), default 0.9. */
  readonly b1?: Hyperparameter
  /** $\beta_2$ in [0, 1), default 0.999. */
  readonly b2?: Hyperparameter
  /** $\varepsilon > 0$, default 1e-8. */
  readonly eps?: Hyperparameter
}

/** The state of a rule that steps by a model of the loss; `S` is that of its preconditioner. */
export interface ModelState<S> {
  readonly count: Scalar
  readonly mu: Tree<Expr>
  /** $\bar f$, the average loss. */
  readonly loss: Scalar
  /** $\gamma$, the average of $\langle g, p \rangle$. */
  readonly gamma: Expr
  readonly lowerBound: Expr
  readonly preconditioner: S
}

interface Model<S> {
  readonly name: string
  /** $\beta_t$ of the averages, and what these lack still, after so many steps. */
  readonly averaging: (count: Scalar) => { readonly rho: Scalar; readonly correction: Scalar }
  /** Gives $D$ for gradients. */
  readonly preconditioner: GradientTransform<S>
}

/** How high the model of the loss is, and how fast it falls along the direction. */
interface Slope {
  readonly height: Expr
  readonly fall: Expr
}

/** What a step is taken by: the model at the decayed parameters. */
interface Descent extends Slope {
  /** The fall at the parameters themselves. */
  readonly along: Expr
  readonly correction: Scalar
}

/** The lower bound to go by: where the model is below it already, half the model's height. */
const lowered = ({ height, correction }: Descent, bound: Expr, least: Hyperparameter): Expr =>
  height.less(bound.mul(correction)).where(height.div(correction.mul(2)).maximum(least), bound)

/** The step that brings the model down to the bound, at most `longest`; none where it does not fall. */
const polyakStep = ({ height, fall, along, correction }: Descent, bound: Expr, longest: Scalar): Expr => {
  const gap = height.sub(bound.mul(correction)).maximum(0)
  return along.greater(Number.EPSILON).where(gap.div(fall), 0).minimum(longest.div(correction))
}

const stepByModel = <S>(
  { name, averaging, preconditioner }: Model<S>,
  {
    learningRate,
    weightDecay = 0,
    mask = allLeaves,
    lowerBound = 0,
    adaptLowerBound = false,
  }: ModelOptions & Required<Pick<ModelOptions, 'learningRate'>>,
): GradientTransform<ModelState<S>> => {
  const rate = scheduleOf('learningRate', learningRate, '(0, inf)')
  const decay = scheduleOf('weightDecay', weightDecay, '[0, inf)')
  admit('lowerBound', lowerBound, '(-inf, inf)')
  const start = { count: scalar(0), loss: scalar(0), gamma: expr(0), lowerBound: expr(lowerBound) }
  return {
    init: params => ({ ...start, mu: zerosLike(params), preconditioner: preconditioner.init(params) }),
    update: (updates, state, params, context) => {
      const count = state.count.add(1)
      const { rho, correction } = averaging(count)
      const [longest, lambda] = [rate(state.count), decay(state.count)]
      const decays = (leaf: string) => weightDecay !== 0 && mask(leaf, params)
      const kept = (leaf: string) => scalar(1).div(decays(leaf) ? longest.mul(lambda).add(1) : 1)

      const [d, next] = preconditioner.update(updates, state.preconditioner, params, context)
      const mu = zipWith([updates, state.mu], (g, m) => average(g, m, rho))
      const direction = zipWith([mu, d], (m, x) => m.div(x))
      const loss = state.loss.mul(rho).add(scalarFrom(context, 'loss', name).mul(scalar(1).sub(rho)))
      const gamma = average(dot(updates, params), state.gamma, rho)

      const heights = zipWith([mu, params], (m, p) => m.mul(p).sum())
      const falls = zipWith([mu, direction], (m, u) => m.mul(u).sum())
      const slopeOf = (weight: (x: Expr, leaf: string) => Expr): Slope => ({
        height: total(map(weight)(heights)).sub(gamma).add(loss),
        fall: total(map(weight)(falls)),
      })
      const slope = slopeOf(x => x)
      const descent = { ...slopeOf((x, leaf) => x.mul(kept(leaf))), along: slope.fall, correction }
      const bound = adaptLowerBound ? lowered(descent, state.lowerBound, lowerBound) : state.lowerBound
      const tau = polyakStep(descent, bound, longest)

      const shrink = (p: Expr, leaf: string): Expr => p.mul(scalar(1).sub(kept(leaf)))
      const step = (u: Expr, leaf: string) =>
        decays(leaf)
          ? u
              .mul(tau)
              .add(shrink(get(leaf)(params), leaf))
              .neg()
          : u.mul(tau.neg())
      const reached = slope.height.sub(tau.mul(slope.fall).div(2)).div(correction).maximum(lowerBound)
      const out = map(step)(direction)
      return [out, { count, mu, loss, gamma, lowerBound: adaptLowerBound ? reached : bound, preconditioner: next }]
    },
  }
}

/** MoMo's steps; the mathematics stands at the optimizer `momo`. */
export const stepByMomo = ({ beta = 0.9, learningRate = 1, ...options }: MomoOptions = {}) => {
  admit('beta', beta, '[0, 1)')
  // The first loss and gradient are the averages' start, which so lack nothing.
  const averaging = (count: Scalar) => ({ rho: count.equal(1).where(0, beta), correction: scalar(1) })
  return stepByModel(
    { name: 'momo', averaging, preconditioner: leafwise(g => fill(g, 1)) },
    { learningRate, ...options },
  )
}

/** The steps of MoMo-Adam; the mathematics stands at the optimizer `momoAdam`. */
export const stepByMomoAdam = ({
  b1 = 0.9,
  b2 = 0.999,
  eps = 1e-8,
  learningRate = 1e-2,
  ...options
}: MomoAdamOptions = {}) => {
  admit('b1', b1, '[0, 1)')
  admit('b2', b2, '[0, 1)')
  admitEps('eps', eps)
  const averaging = (count: Scalar) => ({ rho: scalar(b1), correction: debias(b1, count) })
  const preconditioner = namedChain({
    square: leafwise(g => g.square()),
    average: ema(b2, { biasCorrection: true }),
    root: leafwise(v => v.sqrt().add(eps)),
  })
  return stepByModel({ name: 'momoAdam', averaging, preconditioner }, { learningRate, ...options })
}
