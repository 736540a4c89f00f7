/** Schedules in pieces: one after another, with jumps, or with values to go through. */
import { type Scalar, scalar } from '../../expr/scalar.js'
import { admit, choose, type Hyperparameter, HyperparameterError } from '../../schema/hyperparameter.js'
import type { Schedule } from '../../schema/schedule.js'

const admitBoundaries = (boundaries: readonly number[]): void => {
  boundaries.forEach((boundary, i) => {
    admit('boundary', boundary, `integer in [${i === 0 ? 1 : (boundaries[i - 1] as number) + 1}, inf)`)
  })
}

/**
 * Schedules one after another, each counting from its own start.
 *
 * optax: `join_schedules`.
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

/** Boundary (a step) -> factor. JavaScript keeps such keys in rising order. */
export type FactorsByStep = Readonly<Record<number, Hyperparameter>>

const admitFactors = (factors: FactorsByStep) =>
  Object.entries(factors).map(([boundary, factor]) => ({
    boundary: admit('boundary', Number(boundary), 'integer in [1, inf)'),
    factor: admit(`the factor at ${boundary}`, factor, '(-inf, inf)'),
  }))

/**
 * Constant pieces: `initial`, multiplied by each factor from its boundary on.
 *
 * optax: `piecewise_constant_schedule`.
 *
 * @param initial a finite number
 * @param factors boundary (a step, a whole number from 1) -> factor
 * @throws HyperparameterError
 * @example
 * piecewiseConstant(0.1, { 1000: 0.5, 2000: 0.1 })
 */
export const piecewiseConstant = (initial: Hyperparameter, factors: FactorsByStep): Schedule => {
  admit('initial', initial, '(-inf, inf)')
  const steps = admitFactors(factors)
  return t =>
    steps.reduce((value, { boundary, factor }) => value.mul(t.less(boundary).where(1, factor)), scalar(initial))
}

/** How to get from one value to the next. */
export type Interpolation = 'linear' | 'cosine'

const interpolations: Readonly<Record<Interpolation, (part: Scalar) => Scalar>> = {
  linear: part => part,
  cosine: part => scalar(1).sub(part.mul(Math.PI).cos()).div(2),
}

/**
 * Through values, along lines or half cosines: `initial`, at each boundary multiplied once more by its factor, then constant.
 *
 * optax: `piecewise_interpolate_schedule`.
 *
 * @param kind `'linear'` or `'cosine'`
 * @param initial a finite number
 * @param factors boundary (a step, a whole number from 1) -> factor
 * @throws HyperparameterError
 * @example
 * piecewiseInterpolate('linear', 0.01, { 300: 10, 1000: 0.01 }) // 0.01 up to 0.1, then down to 0.001
 */
export const piecewiseInterpolate = (
  kind: Interpolation,
  initial: Hyperparameter,
  factors: FactorsByStep,
): Schedule => {
  const along = choose('kind', kind, interpolations)
  admit('initial', initial, '(-inf, inf)')
  const steps = admitFactors(factors)
  return t => {
    const pieces = steps.reduce(
      ({ value, start, from }, { boundary, factor }) => {
        const to = from.mul(factor)
        const part = along(t.sub(start).div(boundary - start))
        const between = scalar(1).sub(part).mul(from).add(part.mul(to))
        return { value: t.less(start).where(value, t.less(boundary).where(between, to)), start: boundary, from: to }
      },
      { value: scalar(initial), start: 0, from: scalar(initial) },
    )
    return pieces.value
  }
}
