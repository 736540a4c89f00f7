/** MoMo: a step size from the loss, as Polyak's, by a model of it that momentum builds. */
import { type Expr, expr, fill } from '../../expr/expr.js'
import { type Scalar, scalar } from '../../expr/scalar.js'
import { map, type Tree, zipWith } from '../../expr/tree.js'
import { namedChain } from '../combine.js'
import { scalarFrom } from '../context.js'
import { admit, admitEach, admitEps, type Hyperparameter } from '../hyperparameter.js'
import { allLeaves } from '../layers.js'
import { debias, ema, zerosLike } from '../moments.js'
import type { MaskOptions } from '../scale.js'
import { type Scheduled, scheduleOf } from '../schedules/index.js'
import { type GradientTransform, leafwise } from '../types.js'
import { averaged, type LossModel, polyakStep, slopesAlong, stepDown } from './lossModel.js'

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

type RatedOptions = ModelOptions & Required<Pick<ModelOptions, 'learningRate'>>

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
export interface ModelState<S> extends LossModel {
  readonly count: Scalar
  readonly lowerBound: Expr
  readonly preconditioner: S
}

/** In what such rules differ. */
interface Rule<S> {
  readonly name: string
  /** $\beta$ of the averages at a step, and what these amount to after it: $1 - \beta^t$, or 1. */
  readonly averaging: (count: Scalar) => { readonly beta: Scalar; readonly correction: Scalar }
  /** Gives $D$ for gradients. */
  readonly preconditioner: GradientTransform<S>
}

/** The part of each leaf that decay keeps, $1 / (1 + \alpha_t \lambda_t)$; none for a leaf that does not decay. */
const keptBy = ({ weightDecay = 0, mask = allLeaves }: ModelOptions) => {
  const decay = scheduleOf('weightDecay', weightDecay, '[0, inf)')
  return (params: Tree<Expr>, count: Scalar, rate: Scalar): Tree<Scalar | undefined> => {
    const kept = scalar(1).div(rate.mul(decay(count)).add(1))
    return map((_, leaf) => (weightDecay !== 0 && mask(leaf, params) ? kept : undefined))(params)
  }
}

const stepByModel = <S>(
  { name, averaging, preconditioner }: Rule<S>,
  { learningRate, lowerBound: least = 0, adaptLowerBound: adapts = false, ...decay }: RatedOptions,
): GradientTransform<ModelState<S>> => {
  const rate = scheduleOf('learningRate', learningRate, '(0, inf)')
  const keptAt = keptBy(decay)
  const start = { count: scalar(0), loss: scalar(0), gamma: expr(0) }
  const lowerBound = expr(admit('lowerBound', least, '(-inf, inf)'))
  return {
    init: params => ({ ...start, lowerBound, mu: zerosLike(params), preconditioner: preconditioner.init(params) }),
    update: (updates, state, params, context) => {
      const count = state.count.add(1)
      const { beta, correction } = averaging(count)
      const longest = rate(state.count)
      const kept = keptAt(params, state.count, longest)
      const [d, next] = preconditioner.update(updates, state.preconditioner, params, context)
      const model = averaged(state, updates, params, scalarFrom(context, 'loss', name), beta)
      const direction = zipWith([model.mu, d], (m, x) => m.div(x))
      const slopes = slopesAlong(direction, model, params, kept)
      const { tau, lowerBound } = polyakStep({ bound: state.lowerBound, least, adapts, longest, correction }, slopes)
      const out = zipWith([direction, params, kept], (u, p, part) => stepDown(u, p, part, tau))
      return [out, { ...model, count, lowerBound, preconditioner: next }]
    },
  }
}

/** MoMo's steps; the mathematics stands at the optimizer `momo`. */
export const stepByMomo = ({ beta = 0.9, learningRate = 1, ...options }: MomoOptions = {}) => {
  admit('beta', beta, '[0, 1)')
  // The first loss and gradient are the averages' start, which so lack nothing.
  const averaging = (count: Scalar) => ({ beta: count.equal(1).where(0, beta), correction: scalar(1) })
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
  admitEach('[0, 1)', { b1, b2 })
  admitEps('eps', eps)
  const averaging = (count: Scalar) => ({ beta: scalar(b1), correction: debias(b1, count) })
  const preconditioner = namedChain({
    square: leafwise(g => g.square()),
    average: ema(b2, { biasCorrection: true }),
    root: leafwise(v => v.sqrt().add(eps)),
  })
  return stepByModel({ name: 'momoAdam', averaging, preconditioner }, { learningRate, ...options })
}
