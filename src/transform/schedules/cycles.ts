/** Up, then down: warm-ups, restarts, one cycle. */
import { scalar } from '../../expr/scalar.js'
import { admit, admitEnds, type Hyperparameter, HyperparameterError } from '../hyperparameter.js'
import { cosineDecay, type ExponentialOptions, exponentialDecay, linear } from './decay.js'
import { joined, piecewiseInterpolate } from './pieces.js'
import { constant, type Schedule } from './schedule.js'

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

export interface WarmupOptions {
  /** The first value, a finite number; default 0. */
  readonly initial?: Hyperparameter | undefined
  /** $\eta > 0$, the value after the warm-up. */
  readonly peak: Hyperparameter
  /** $W$, the steps along a line from the first value to $\eta$; a whole number, 0 for no warm-up. */
  readonly warmupSteps: number
}

const admitWarmup = ({ initial = 0, peak, warmupSteps }: WarmupOptions): void => {
  admit('initial', initial, '(-inf, inf)')
  admit('peak', peak, '(0, inf)')
  admit('warmupSteps', warmupSteps, 'integer in [0, inf)')
}

/** A line up to the peak, then what starts from there. */
const warmedUp = ({ initial = 0, peak, warmupSteps }: WarmupOptions, next: Schedule): Schedule =>
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
export const warmupConstant = (options: WarmupOptions): Schedule => {
  admitWarmup(options)
  return warmedUp(options, constant(options.peak))
}

export interface WarmupCosineOptions extends WarmupOptions {
  /** $T > W$, the steps in all, the warm-up among them; a whole number. */
  readonly decaySteps: number
  /** The last value, in [0, peak]; default 0. */
  readonly endValue?: Hyperparameter | undefined
  /** $q > 0$, the power of the cosine; default 1. */
  readonly exponent?: Hyperparameter | undefined
}

/**
 * Rises from `initial` to `peak` along a line, then half a cosine down to `endValue`: {@link cosineDecay} over $T - W$ steps.
 *
 * optax: `warmup_cosine_decay_schedule`.
 *
 * @throws HyperparameterError
 * @example
 * warmupCosineDecay({ peak: 0.1, warmupSteps: 500, decaySteps: 10_000 })
 */
export const warmupCosineDecay = (options: WarmupCosineOptions): Schedule => {
  const { peak, warmupSteps, decaySteps, endValue = 0, exponent } = options
  admitWarmup(options)
  admit('decaySteps', decaySteps, `integer in (${warmupSteps}, inf)`)
  admit('endValue', endValue, '[0, inf)')
  admitEnds(['endValue', endValue], ['peak', peak])
  return warmedUp(options, cosineDecay(peak, decaySteps - warmupSteps, scalar(endValue).div(peak), exponent))
}

export interface WarmupExponentialOptions extends WarmupOptions, ExponentialOptions {
  /** $r > 0$, the factor. */
  readonly rate: Hyperparameter
  /** $T$, the steps between factors; a whole number from 1. */
  readonly steps: number
}

/**
 * Rises from `initial` to `peak` along a line, then {@link exponentialDecay}, whose steps count from there.
 *
 * optax: `warmup_exponential_decay_schedule`.
 *
 * @throws HyperparameterError
 * @example
 * warmupExponentialDecay({ peak: 0.1, warmupSteps: 500, rate: 0.96, steps: 1000 })
 */
export const warmupExponentialDecay = (options: WarmupExponentialOptions): Schedule => {
  const { peak, rate, steps, ...decay } = options
  admitWarmup(options)
  return warmedUp(options, exponentialDecay(peak, rate, steps, decay))
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

export interface CosineOnecycleOptions {
  /** The part of the steps until the peak, in (0, 1); default 0.3. */
  readonly pctStart?: number | undefined
  /** $d > 0$: the first value is $\eta / d$; default 25. */
  readonly divFactor?: Hyperparameter | undefined
  /** $f > 0$, a further divisor for the last value; default 1e4. */
  readonly finalDivFactor?: Hyperparameter | undefined
}

export interface LinearOnecycleOptions extends CosineOnecycleOptions {
  /** The part of the steps until the first value is back, in (`pctStart`, 1); default 0.85. */
  readonly pctFinal?: number | undefined
}

const admitCycle = (
  peak: Hyperparameter,
  steps: number,
  { pctStart = 0.3, divFactor = 25, finalDivFactor = 1e4 }: CosineOnecycleOptions,
) => ({
  initial: scalar(admit('peak', peak, '(0, inf)')).div(admit('divFactor', divFactor, '(0, inf)')),
  top: turn('pctStart', pctStart, admit('steps', steps, 'integer in [1, inf)'), 0),
  divFactor,
  finalDivFactor: admit('finalDivFactor', finalDivFactor, '(0, inf)'),
})

/** The step at a part of the whole, which must lie after another one and before the end. */
const turn = (parameter: string, part: number, steps: number, after: number): number => {
  admit(parameter, part, '(0, 1)')
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
export const cosineOnecycle = (peak: Hyperparameter, steps: number, options: CosineOnecycleOptions = {}): Schedule => {
  const { initial, top, divFactor, finalDivFactor } = admitCycle(peak, steps, options)
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
export const linearOnecycle = (peak: Hyperparameter, steps: number, options: LinearOnecycleOptions = {}): Schedule => {
  const { initial, top, divFactor, finalDivFactor } = admitCycle(peak, steps, options)
  const back = turn('pctFinal', options.pctFinal ?? 0.85, steps, top)
  const factors = { [top]: divFactor, [back]: scalar(1).div(divFactor), [steps]: scalar(1).div(finalDivFactor) }
  return piecewiseInterpolate('linear', initial, factors)
}
