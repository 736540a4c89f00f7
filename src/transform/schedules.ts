/** Schedules: hyperparameters as functions of the number of steps taken, on the host, in double precision. */
import { type Scalar, scalar } from '../expr/scalar.js'
import { admit, type Hyperparameter, HyperparameterError, type Interval } from './hyperparameter.js'

/** A value for each step; `t` counts the steps taken before it, from 0. */
export type Schedule = (t: Scalar) => Scalar

/** The same value always. */
export const constant =
  (value: Hyperparameter): Schedule =>
  () =>
    scalar(admit('value', value, '(-inf, inf)'))

/** A hyperparameter, or a schedule of it over the steps taken, counted from 0. */
export type Scheduled = Hyperparameter | Schedule

/** A scheduled hyperparameter as a schedule. @throws HyperparameterError where it is a number out of the interval */
export const scheduleOf = (parameter: string, value: Scheduled, interval: Interval): Schedule =>
  typeof value === 'function' ? value : constant(admit(parameter, value, interval))

const progress = (t: Scalar, steps: number): Scalar => t.div(steps).clipByValue(0, 1)

/**
 * From `from` to `to` along a line, then constant: $\eta_t = a + (b - a) \min(1, t / T)$.
 *
 * @param steps $T$, a whole number from 1
 * @throws HyperparameterError
 */
export const linear = (from: number, to: number, steps: number): Schedule => {
  admit('from', from, '(-inf, inf)')
  admit('to', to, '(-inf, inf)')
  admit('steps', steps, 'integer in [1, inf)')
  return t =>
    progress(t, steps)
      .mul(to - from)
      .add(from)
}

/**
 * Half a cosine from `peak` down to a part of it: $\eta_t = \eta\,\bigl((1 - a)\,\tfrac{1 + \cos(\pi \min(1, t/T))}{2} + a\bigr)$.
 *
 * @param steps $T$, a whole number from 1
 * @param floor $a$ in [0, 1], the part that remains at the end, default 0
 * @throws HyperparameterError
 *
 * Source: Loshchilov and Hutter, arXiv 1608.03983.
 */
export const cosineDecay = (peak: number, steps: number, floor = 0): Schedule => {
  admit('peak', peak, '(0, inf)')
  admit('steps', steps, 'integer in [1, inf)')
  admit('floor', floor, '[0, 1]')
  return t => {
    const wave = progress(t, steps).mul(Math.PI).cos().add(1).div(2)
    return wave
      .mul(1 - floor)
      .add(floor)
      .mul(peak)
  }
}

/**
 * Multiplied by `rate` every `steps` steps, smoothly: $\eta_t = \eta\, r^{t/T}$; with `staircase` at once, $r^{\lfloor t/T \rfloor}$.
 *
 * @param rate $r > 0$
 * @param steps $T$, a whole number from 1
 * @throws HyperparameterError
 */
export const exponentialDecay = (
  initial: number,
  rate: number,
  steps: number,
  { staircase = false }: { readonly staircase?: boolean } = {},
): Schedule => {
  admit('initial', initial, '(0, inf)')
  admit('rate', rate, '(0, inf)')
  admit('steps', steps, 'integer in [1, inf)')
  const exponent = (t: Scalar): Scalar => (staircase ? t.div(steps).floor() : t.div(steps))
  return t => scalar(rate).pow(exponent(t)).mul(initial)
}

const admitBoundaries = (boundaries: readonly number[]): void => {
  boundaries.forEach((boundary, i) => {
    admit('boundary', boundary, `integer in [${i === 0 ? 1 : (boundaries[i - 1] as number) + 1}, inf)`)
  })
}

/**
 * Schedules one after another, each counting from its own start.
 *
 * @param schedules one more than boundaries
 * @param boundaries the steps at which the next one takes over, rising
 * @throws HyperparameterError
 * @example
 * joined([linear(0, 0.1, 500), cosineDecay(0.1, 9500)], [500])
 */
export const joined = (schedules: readonly [Schedule, ...Schedule[]], boundaries: readonly number[]): Schedule => {
  admitBoundaries(boundaries)
  if (schedules.length !== boundaries.length + 1)
    throw new HyperparameterError('schedules', schedules.length, `one more than the ${boundaries.length} boundaries`)
  const [first, ...rest] = schedules
  return t =>
    rest.reduce((value, next, i) => {
      const boundary = boundaries[i] as number // as many as rest
      return t.less(boundary).where(value, next(t.sub(boundary)))
    }, first(t))
}

/**
 * Constant pieces: `initial`, multiplied by each factor from its boundary on.
 *
 * @param factors boundary (a step, a whole number from 1) -> factor
 * @throws HyperparameterError
 * @example
 * piecewiseConstant(0.1, { 1000: 0.5, 2000: 0.1 })
 */
export const piecewiseConstant = (initial: number, factors: Readonly<Record<number, number>>): Schedule => {
  admit('initial', initial, '(-inf, inf)')
  const steps = Object.entries(factors).map(([boundary, factor]) => ({
    boundary: admit('boundary', Number(boundary), 'integer in [1, inf)'),
    factor: admit(`the factor at ${boundary}`, factor, '(-inf, inf)'),
  }))
  return t =>
    steps.reduce((value, { boundary, factor }) => value.mul(t.less(boundary).where(1, factor)), scalar(initial))
}

/**
 * Rises from 0 to where `then` starts, along a line, and goes on with it: $\eta_t = \eta'_0\, t / T$ for $t < T$, then $\eta'_{t - T}$.
 *
 * @param steps $T$, a whole number from 1
 * @throws HyperparameterError
 * @example
 * warmUp(500, cosineDecay(0.1, 9500))
 */
export const warmUp = (steps: number, then: Schedule): Schedule => {
  admit('steps', steps, 'integer in [1, inf)')
  return joined([t => then(scalar(0)).mul(t.div(steps)), then], [steps])
}
