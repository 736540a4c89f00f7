/** MoMo: a step size from the loss, as Polyak's, by a model of it that momentum builds. */

import { type Expr, expr, fill } from '../../expr/expr.js'
import { type Scalar, scalar } from '../../expr/scalar.js'
import { map, type Tree, zipWith } from '../../expr/tree.js'
import { type Complete, eps, flag, type OptionsOf, options, real, scheduled } from '../../schema/index.js'
import { type Scheduled, toSchedule } from '../../schema/schedule.js'
import { namedChain } from '../combine.js'
import { scalarFrom } from '../context.js'
import { allLeaves } from '../layers.js'
import { debias, ema, zerosLike } from '../moments.js'
import { type MaskOptions, maskOptions } from '../scale.js'
import { type GradientTransform, leafwise } from '../types.js'
import { averaged, type LossModel, polyakStep, slopesAlong, stepDown } from './lossModel.js'

const modelOptions = options({
  ...maskOptions.fields,
  /** $\lambda$, decay by a proximal step, or a schedule of it. */
  weightDecay: scheduled('[0, inf)', 0),
  /** $f_*$, a lower bound of the loss. */
  lowerBound: real('(-inf, inf)', 0),
  /** Whether the bound is estimated on the way, starting from `lowerBound`. */
  adaptLowerBound: flag(false),
})

/** What a rule is given that steps by a model of the loss. */
export interface ModelOptions extends MaskOptions, OptionsOf<typeof modelOptions> {
  /** $\alpha_t$, the largest step size, or a schedule of it. */
  readonly learningRate?: Scheduled
}

type RatedOptions = Complete<typeof modelOptions.fields> & { readonly learningRate: Scheduled }

export const momoOptions = options({
  ...modelOptions.fields,
  /** $\alpha_t$, the largest step size, rather too large, or a schedule of it. */
  learningRate: scheduled('(0, inf)', 1),
  /** $\beta$, the decay of the averages. */
  beta: real('[0, 1)', 0.9),
})

export interface MomoOptions extends Omit<ModelOptions, 'learningRate'>, OptionsOf<typeof momoOptions> {}

export const momoAdamOptions = options({
  ...modelOptions.fields,
  /** $\alpha_t$, the largest step size, or a schedule of it. */
  learningRate: scheduled('(0, inf)', 0.01),
  /** $\beta_1$, the decay of the averages. */
  b1: real('[0, 1)', 0.9),
  /** $\beta_2$, the decay of the second moment. */
  b2: real('[0, 1)', 0.999),
  /** $\varepsilon$, added to the root. */
  eps: eps(1e-8),
})

export interface MomoAdamOptions extends Omit<ModelOptions, 'learningRate'>, OptionsOf<typeof momoAdamOptions> {}

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
const keptBy = ({ weightDecay, mask = allLeaves }: Pick<RatedOptions, 'weightDecay' | 'mask'>) => {
  const decay = toSchedule(weightDecay)
  return (params: Tree<Expr>, count: Scalar, rate: Scalar): Tree<Scalar | undefined> => {
    const kept = scalar(1).div(rate.mul(decay(count)).add(1))
    return map((_, leaf) => (weightDecay !== 0 && mask(leaf, params) ? kept : undefined))(params)
  }
}

const stepByModel = <S>(
  { name, averaging, preconditioner }: Rule<S>,
  { learningRate, lowerBound: least, adaptLowerBound: adapts, ...decay }: RatedOptions,
): GradientTransform<ModelState<S>> => {
  const rate = toSchedule(learningRate)
  const keptAt = keptBy(decay)
  const start = { count: scalar(0), loss: scalar(0), gamma: expr(0) }
  const lowerBound = expr(least)
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
export const stepByMomo = ({ beta, ...model }: Complete<typeof momoOptions.fields>) => {
  // The first loss and gradient are the averages' start, which so lack nothing.
  const averaging = (count: Scalar) => ({ beta: count.equal(1).where(0, beta), correction: scalar(1) })
  return stepByModel({ name: 'momo', averaging, preconditioner: leafwise(g => fill(g, 1)) }, model)
}

/** The steps of MoMo-Adam; the mathematics stands at the optimizer `momoAdam`. */
export const stepByMomoAdam = ({ b1, b2, eps, ...model }: Complete<typeof momoAdamOptions.fields>) => {
  const averaging = (count: Scalar) => ({ beta: scalar(b1), correction: debias(b1, count) })
  const preconditioner = namedChain({
    square: leafwise(g => g.square()),
    average: ema(b2, { biasCorrection: true }),
    root: leafwise(v => v.sqrt().add(eps)),
  })
  return stepByModel({ name: 'momoAdam', averaging, preconditioner }, model)
}
