/** Up, then down: warm-ups, restarts, one cycle. */

import { scalar } from '../../expr/scalar.js'
import { admit, admitEnds, type Hyperparameter, HyperparameterError } from '../../schema/hyperparameter.js'
import { type Complete, needed, type OptionsOf, options, plain, real } from '../../schema/index.js'
import { constant, type Schedule } from '../../schema/schedule.js'
import { cosineDecay, type ExponentialOptions, exponentialDecay, exponentialOptions, linear } from './decay.js'
import { joined, piecewiseInterpolate } from './pieces.js'

/**
 * Rises from 0 to where `next` starts, along a line, and goes on with it: $\eta_t = \eta'_0\, t / T$ for $t < T$, then $\eta'_{t - T}$.
 *
 * @param steps $T$, a whole number from 1
 * @param next any schedule
 * @throws HyperparameterError
 * @example
 * warmUp(500, cosineDecay(0.1, 9500))
 */
export const warmUp = (steps: number, next: Schedule): Schedule => {
  admit('steps', steps, 'integer in [1, inf)')
  return joined([t => next(scalar(0)).mul(t.div(steps)), next], [steps])
}

export const warmupOptions = options({
  /** The first value. */
  initial: real('(-inf, inf)', 0),
  /** $\eta$, the value after the warm-up. */
  peak: needed(real('(0, inf)')),
  /** $W$, the steps along a line from the first value to $\eta$, 0 for no warm-up. */
  warmupSteps: needed(plain('integer in [0, inf)')),
})

export interface WarmupOptions extends OptionsOf<typeof warmupOptions, undefined> {}

/** A line up to the peak, then what starts from there. */
const warmedUp = ({ initial, peak, warmupSteps }: Complete<typeof warmupOptions.fields>, next: Schedule): Schedule =>
  warmupSteps === 0 ? next : joined([linear(initial, peak, warmupSteps), next], [warmupSteps])

/**
 * Rises from `initial` to `peak` along a line, and stays there.
 *
 * optax: `warmup_constant_schedule`, which without steps stays at the first value.
 *
 * @throws HyperparameterError
 * @example
 * warmupConstant({ peak: 0.1, warmupSteps: 500 })
 */
export const warmupConstant = (given: WarmupOptions): Schedule => {
  const read = warmupOptions.read('warmupConstant', given)
  return warmedUp(read, constant(read.peak))
}

export const warmupCosineOptions = options({
  ...warmupOptions.fields,
  /** $T > W$, the steps in all, the warm-up among them. */
  decaySteps: needed(plain('integer in [1, inf)')),
  /** The last value, at most the peak. */
  endValue: real('[0, inf)', 0),
  /** $q$, the power of the cosine. */
  exponent: real('(0, inf)', 1),
})

export interface WarmupCosineOptions extends WarmupOptions, OptionsOf<typeof warmupCosineOptions, undefined> {}

/**
 * Rises from `initial` to `peak` along a line, then half a cosine down to `endValue`: {@link cosineDecay} over $T - W$ steps.
 *
 * optax: `warmup_cosine_decay_schedule`.
 *
 * @throws HyperparameterError
 * @example
 * warmupCosineDecay({ peak: 0.1, warmupSteps: 500, decaySteps: 10_000 })
 */
export const warmupCosineDecay = (given: WarmupCosineOptions): Schedule => {
  const read = warmupCosineOptions.read('warmupCosineDecay', given)
  const { peak, warmupSteps, decaySteps, endValue, exponent } = read
  admit('decaySteps', decaySteps, `integer in (${warmupSteps}, inf)`)
  admitEnds(['endValue', endValue], ['peak', peak])
  return warmedUp(read, cosineDecay(peak, decaySteps - warmupSteps, scalar(endValue).div(peak), exponent))
}

export const warmupExponentialOptions = options({
  ...warmupOptions.fields,
  ...exponentialOptions.fields,
  /** $r$, the factor. */
  rate: needed(real('(0, inf)')),
  /** $T$, the steps between factors. */
  steps: needed(plain('integer in [1, inf)')),
})

export interface WarmupExponentialOptions
  extends WarmupOptions,
    ExponentialOptions,
    OptionsOf<typeof warmupExponentialOptions, undefined> {}

/**
 * Rises from `initial` to `peak` along a line, then {@link exponentialDecay}, whose steps count from there.
 *
 * optax: `warmup_exponential_decay_schedule`.
 *
 * @throws HyperparameterError
 * @example
 * warmupExponentialDecay({ peak: 0.1, warmupSteps: 500, rate: 0.96, steps: 1000 })
 */
export const warmupExponentialDecay = (given: WarmupExponentialOptions): Schedule => {
  const read = warmupExponentialOptions.read('warmupExponentialDecay', given)
  return warmedUp(read, exponentialDecay(read.peak, read.rate, read.steps, exponentialOptions.from(read)))
}

/**
 * Warm restarts: one {@link warmupCosineDecay} after another.
 *
 * optax: `sgdr_schedule`.
 *
 * @param cycles at least one; each takes its `decaySteps`, and the last one's end stays
 * @throws HyperparameterError
 * @example
 * sgdr([100, 200, 400].map(decaySteps => ({ peak: 0.1, warmupSteps: 10, decaySteps })))
 *
 * Source: Loshchilov and Hutter, arXiv 1608.03983.
 */
export const sgdr = (cycles: readonly WarmupCosineOptions[]): Schedule => {
  const [first, ...rest] = cycles
  if (first === undefined) throw new HyperparameterError('cycles', cycles.length, 'at least one')
  const cycle = warmupCosineDecay(first)
  return rest.length === 0 ? cycle : joined([cycle, sgdr(rest)], [first.decaySteps])
}

export const cosineOnecycleOptions = options({
  /** The part of the steps until the peak; default 0.3. */
  pctStart: plain('(0, 1)', 0.3),
  /** $d$: the first value is $\eta / d$. */
  divFactor: real('(0, inf)', 25),
  /** $f$, a further divisor for the last value. */
  finalDivFactor: real('(0, inf)', 1e4),
})

export interface CosineOnecycleOptions extends OptionsOf<typeof cosineOnecycleOptions, undefined> {}

export const linearOnecycleOptions = options({
  ...cosineOnecycleOptions.fields,
  /** The part of the steps until the first value is back, more than `pctStart`; default 0.85. */
  pctFinal: plain('(0, 1)', 0.85),
})

export interface LinearOnecycleOptions
  extends CosineOnecycleOptions,
    OptionsOf<typeof linearOnecycleOptions, undefined> {}

/** Where a cycle begins, and the step of its peak. */
const cycleOf = (peak: Hyperparameter, steps: number, pctStart: number, divFactor: Hyperparameter) => ({
  initial: scalar(admit('peak', peak, '(0, inf)')).div(divFactor),
  top: turn('pctStart', pctStart, admit('steps', steps, 'integer in [1, inf)'), 0),
})

/** The step at a part of the whole, which must lie after another one and before the end. */
const turn = (parameter: string, part: number, steps: number, after: number): number => {
  const step = Math.floor(part * steps)
  if (step <= after)
    throw new HyperparameterError(parameter, part, `so large that its step, ${step}, comes after step ${after}`)
  return step
}

/**
 * One cycle along half cosines: from $\eta / d$ up to the peak $\eta$, then down to $\eta / (d f)$.
 *
 * optax: `cosine_onecycle_schedule`.
 *
 * @param peak $\eta > 0$
 * @param steps the steps in all, a whole number from 1
 * @throws HyperparameterError
 * @example
 * cosineOnecycle(0.1, 1000, { pctStart: 0.25 })
 *
 * Source: Smith and Topin, arXiv 1708.07120.
 */
export const cosineOnecycle = (peak: Hyperparameter, steps: number, given: CosineOnecycleOptions = {}): Schedule => {
  const { pctStart, divFactor, finalDivFactor } = cosineOnecycleOptions.read('cosineOnecycle', given)
  const { initial, top } = cycleOf(peak, steps, pctStart, divFactor)
  const last = scalar(1).div(scalar(divFactor).mul(finalDivFactor))
  return piecewiseInterpolate('cosine', initial, { [top]: divFactor, [steps]: last })
}

/**
 * One cycle along lines: from $\eta / d$ up to the peak $\eta$, back to $\eta / d$, then down to $\eta / (d f)$.
 *
 * optax: `linear_onecycle_schedule`.
 *
 * @param peak $\eta > 0$
 * @param steps the steps in all, a whole number from 1
 * @throws HyperparameterError
 * @example
 * linearOnecycle(0.1, 1000, { pctStart: 0.4, pctFinal: 0.8 })
 *
 * Source: Smith and Topin, arXiv 1708.07120.
 */
export const linearOnecycle = (peak: Hyperparameter, steps: number, given: LinearOnecycleOptions = {}): Schedule => {
  const { pctStart, pctFinal, divFactor, finalDivFactor } = linearOnecycleOptions.read('linearOnecycle', given)
  const { initial, top } = cycleOf(peak, steps, pctStart, divFactor)
  const back = turn('pctFinal', pctFinal, steps, top)
  const factors = { [top]: divFactor, [back]: scalar(1).div(divFactor), [steps]: scalar(1).div(finalDivFactor) }
  return piecewiseInterpolate('linear', initial, factors)
}
