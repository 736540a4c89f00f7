/** What a schedule is: a hyperparameter as a function of the number of steps taken, on the host, in double precision. */
import { type Scalar, scalar } from '../expr/scalar.js'
import { admit, type Hyperparameter, type Interval } from './hyperparameter.js'

/** A value for each step; `t` counts the steps taken before it, from 0. */
export type Schedule = (t: Scalar) => Scalar

/** A hyperparameter, or a schedule of it over the steps taken, counted from 0. */
export type Scheduled = Hyperparameter | Schedule

/**
 * The same value always.
 *
 * @param value a finite number
 * @throws HyperparameterError
 * @example
 * constant(0.1)
 */
export const constant = (value: Hyperparameter): Schedule => {
  admit('value', value, '(-inf, inf)')
  return () => scalar(value)
}

/** A scheduled hyperparameter as a schedule. */
export const toSchedule = (value: Scheduled): Schedule => (typeof value === 'function' ? value : constant(value))

/** A scheduled hyperparameter as a schedule. @throws HyperparameterError where it is a number out of the interval */
export const scheduleOf = (parameter: string, value: Scheduled, interval: Interval): Schedule =>
  toSchedule(typeof value === 'function' ? value : admit(parameter, value, interval))
