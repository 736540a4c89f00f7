/** From one value to another: along a power, by a factor, along a cosine. */

import { type Scalar, scalar } from '../../expr/scalar.js'
import { admit, type Hyperparameter } from '../../schema/hyperparameter.js'
import { flag, type OptionsOf, options, plain, real } from '../../schema/index.js'
import type { Schedule } from '../../schema/schedule.js'

/** The part of `steps` that has passed since `begin`, from 0 to 1. */
const progress = (t: Scalar, steps: number, begin = 0): Scalar => t.sub(begin).div(steps).clipByValue(0, 1)

export const transitionOptions = options({
  /** $B$, the steps at the first value before it changes; default 0. */
  transitionBegin: plain('integer in [0, inf)', 0),
})

/** What begins later than at the first step. */
export interface TransitionOptions extends OptionsOf<typeof transitionOptions, undefined> {}

export const polynomialOptions = options({
  ...transitionOptions.fields,
  /** $q$; 1 is {@link linear}. */
  power: real('(0, inf)', 1),
})

export interface PolynomialOptions extends TransitionOptions, OptionsOf<typeof polynomialOptions, undefined> {}

/**
 * From `from` to `to` along a power, then constant:
 * $$ \eta_t = b + (a - b)\,(1 - s)^q, \qquad s = \mathrm{clip}\bigl((t - B) / T,\ 0,\ 1\bigr). $$
 *
 * optax: `polynomial_schedule`.
 *
 * @param from $a$, a finite number
 * @param to $b$, a finite number
 * @param steps $T$, a whole number from 1
 * @throws HyperparameterError
 * @example
 * polynomial(0.1, 0.001, 1000, { power: 2 })
 */
export const polynomial = (
  from: Hyperparameter,
  to: Hyperparameter,
  steps: number,
  given: PolynomialOptions = {},
): Schedule => {
  const { power, transitionBegin } = polynomialOptions.read('polynomial', given)
  admit('from', from, '(-inf, inf)')
  admit('to', to, '(-inf, inf)')
  admit('steps', steps, 'integer in [1, inf)')
  return t => {
    const left = scalar(1)
      .sub(progress(t, steps, transitionBegin))
      .pow(power)
    // Weighed, not scaled and shifted: both ends are exact.
    return left.mul(from).add(scalar(1).sub(left).mul(to))
  }
}

/**
 * From `from` to `to` along a line, then constant: $\eta_t = a + (b - a)\, \mathrm{clip}((t - B) / T,\ 0,\ 1)$.
 *
 * optax: `linear_schedule`.
 *
 * @param from $a$, a finite number
 * @param to $b$, a finite number
 * @param steps $T$, a whole number from 1
 * @throws HyperparameterError
 * @example
 * linear(0.1, 0, 1000)
 */
export const linear = (
  from: Hyperparameter,
  to: Hyperparameter,
  steps: number,
  given: TransitionOptions = {},
): Schedule => polynomial(from, to, steps, transitionOptions.read('linear', given))

export const exponentialOptions = options({
  ...transitionOptions.fields,
  /** Whether to change every $T$ steps at once, or smoothly. */
  staircase: flag(false),
  /** Where to stop: the least value for $r < 1$, else the greatest; default nowhere. */
  endValue: real('(-inf, inf)'),
})

export interface ExponentialOptions extends TransitionOptions, OptionsOf<typeof exponentialOptions, undefined> {}

/**
 * Multiplied by `rate` every `steps` steps, smoothly: $\eta_t = \eta\, r^{s}$, $s = \max(0, t - B) / T$; with `staircase` at once,
 * $r^{\lfloor s \rfloor}$.
 *
 * optax: `exponential_decay`.
 *
 * @param initial $\eta > 0$
 * @param rate $r > 0$
 * @param steps $T$, a whole number from 1
 * @throws HyperparameterError
 * @example
 * exponentialDecay(0.1, 0.96, 1000, { staircase: true, endValue: 1e-4 })
 */
export const exponentialDecay = (
  initial: Hyperparameter,
  rate: Hyperparameter,
  steps: number,
  given: ExponentialOptions = {},
): Schedule => {
  const { staircase, transitionBegin, endValue } = exponentialOptions.read('exponentialDecay', given)
  admit('initial', initial, '(0, inf)')
  admit('rate', rate, '(0, inf)')
  admit('steps', steps, 'integer in [1, inf)')
  return t => {
    const passed = t.sub(transitionBegin).maximum(0).div(steps)
    const value = scalar(rate)
      .pow(staircase ? passed.floor() : passed)
      .mul(initial)
    return endValue === undefined ? value : scalar(rate).less(1).where(value.maximum(endValue), value.minimum(endValue))
  }
}

/**
 * Half a cosine from `peak` down to a part of it:
 * $$ \eta_t = \eta\,\Bigl((1 - a)\,\bigl(\tfrac{1 + \cos(\pi \min(1, t/T))}{2}\bigr)^q + a\Bigr). $$
 *
 * optax: `cosine_decay_schedule`.
 *
 * @param peak $\eta > 0$
 * @param steps $T$, a whole number from 1
 * @param floor $a$ in [0, 1], the part that remains at the end, default 0
 * @param exponent $q > 0$, default 1
 * @throws HyperparameterError
 * @example
 * cosineDecay(0.1, 1000, 0.01)
 *
 * Source: Loshchilov and Hutter, arXiv 1608.03983.
 */
export const cosineDecay = (
  peak: Hyperparameter,
  steps: number,
  floor: Hyperparameter = 0,
  exponent: Hyperparameter = 1,
): Schedule => {
  admit('peak', peak, '(0, inf)')
  admit('steps', steps, 'integer in [1, inf)')
  admit('floor', floor, '[0, 1]')
  admit('exponent', exponent, '(0, inf)')
  return t => {
    const wave = progress(t, steps).mul(Math.PI).cos().add(1).div(2).pow(exponent)
    return wave.mul(scalar(1).sub(floor)).add(floor).mul(peak)
  }
}
