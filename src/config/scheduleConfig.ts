/** Schedules in a configuration: `{ schedule: 'cosineDecay', peak: 0.1, steps: 1000 }`, nested where they take schedules. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { ConfigErrors } from '../runtime/problems.js'
import { HyperparameterError, type Interval } from '../schema/hyperparameter.js'
import { suggestion } from '../schema/suggestion.js'
import {
  constant,
  cosineDecay,
  cosineOnecycle,
  exponentialDecay,
  joined,
  linear,
  linearOnecycle,
  piecewiseConstant,
  piecewiseInterpolate,
  polynomial,
  type Schedule,
  type Scheduled,
  sgdr,
  warmUp,
  warmupConstant,
  warmupCosineDecay,
  warmupExponentialDecay,
} from '../transform/index.js'
import {
  cosineOnecycleOptions,
  linearOnecycleOptions,
  warmupCosineOptions,
  warmupExponentialOptions,
  warmupOptions,
} from '../transform/schedules/cycles.js'
import { exponentialOptions, polynomialOptions, transitionOptions } from '../transform/schedules/decay.js'
import { type Decoded, type Decoder, dictionary, list, number, oneOf, optional, record } from './decode.js'
import { decodersOf } from './fields.js'

type Fields = Readonly<Record<string, Decoder<unknown>>>

/** Reads the keys of a schedule, and makes it. What only the schedule itself can tell is an error at its path. */
const made =
  <const F extends Fields>(fields: F, make: (options: Decoded<F>) => Schedule): Decoder<Schedule> =>
  (value, path) =>
    pipe(
      record({ ...fields, schedule: E.right })(value, path),
      E.flatMap(all => {
        // Without the key that says which it is.
        const { schedule: _, ...options } = all as Decoded<F> & { readonly schedule?: unknown }
        return E.tryCatch(
          () => make(options as Decoded<F>),
          (error): ConfigErrors => {
            if (error instanceof HyperparameterError) return [`${path}: ${error.message}`]
            throw error
          },
        )
      }),
    )

const finite = number('(-inf, inf)')
const positive = number('(0, inf)')
const count = number('integer in [1, inf)')
const factors = dictionary(finite)
const onecycle = { peak: positive, steps: count }

/** A schedule, or the number that it always has. */
const nested: Decoder<Schedule> = (value, path) =>
  typeof value === 'object' ? schedule(value, path) : pipe(finite(value, path), E.map(constant))

// Keys are the parameters' names, so a schedule is written as it is called.
const decoders: Readonly<Record<string, Decoder<Schedule>>> = {
  constant: made({ value: finite }, ({ value }) => constant(value)),
  linear: made(
    { from: finite, to: finite, steps: count, ...decodersOf(transitionOptions.fields) },
    ({ from, to, steps, ...options }) => linear(from, to, steps, options),
  ),
  polynomial: made(
    { from: finite, to: finite, steps: count, ...decodersOf(polynomialOptions.fields) },
    ({ from, to, steps, ...options }) => polynomial(from, to, steps, options),
  ),
  exponentialDecay: made(
    { initial: positive, rate: positive, steps: count, ...decodersOf(exponentialOptions.fields) },
    ({ initial, rate, steps, ...options }) => exponentialDecay(initial, rate, steps, options),
  ),
  cosineDecay: made(
    { peak: positive, steps: count, floor: optional(number('[0, 1]')), exponent: optional(positive) },
    ({ peak, steps, floor, exponent }) => cosineDecay(peak, steps, floor, exponent),
  ),
  piecewiseConstant: made({ initial: finite, factors }, o => piecewiseConstant(o.initial, o.factors)),
  piecewiseInterpolate: made({ kind: oneOf('linear', 'cosine'), initial: finite, factors }, o =>
    piecewiseInterpolate(o.kind, o.initial, o.factors),
  ),
  joined: made({ schedules: list(nested), boundaries: list(count) }, ({ schedules: [first, ...rest], boundaries }) => {
    if (first === undefined) throw new HyperparameterError('schedules', 0, 'at least one')
    return joined([first, ...rest], boundaries)
  }),
  warmUp: made({ steps: count, next: nested }, ({ steps, next }) => warmUp(steps, next)),
  warmupConstant: made(decodersOf(warmupOptions.fields), warmupConstant),
  warmupCosineDecay: made(decodersOf(warmupCosineOptions.fields), warmupCosineDecay),
  warmupExponentialDecay: made(decodersOf(warmupExponentialOptions.fields), warmupExponentialDecay),
  sgdr: made({ cycles: list(record(decodersOf(warmupCosineOptions.fields))) }, ({ cycles }) => sgdr(cycles)),
  cosineOnecycle: made({ ...onecycle, ...decodersOf(cosineOnecycleOptions.fields) }, ({ peak, steps, ...options }) =>
    cosineOnecycle(peak, steps, options),
  ),
  linearOnecycle: made({ ...onecycle, ...decodersOf(linearOnecycleOptions.fields) }, ({ peak, steps, ...options }) =>
    linearOnecycle(peak, steps, options),
  ),
}

/** How deep schedules may nest: beyond, somebody means harm, or has tied a knot. */
const deepest = 20

const schedule: Decoder<Schedule> = (value, path) => {
  const name: unknown = typeof value === 'object' && value !== null && 'schedule' in value ? value.schedule : undefined
  if (path.split(/[.[]/).length > deepest) return E.left([`${path} is nested too deeply`])
  if (typeof name === 'string' && Object.hasOwn(decoders, name))
    return (decoders[name] as Decoder<Schedule>)(value, path)
  const names = Object.keys(decoders)
  const hint = typeof name === 'string' ? `; got '${name}'${suggestion(name, names)}` : ''
  return E.left([`${path}.schedule must be one of '${names.join("', '")}'${hint}`])
}

/**
 * Reads a number of an interval, or a schedule, whose values are not bound to it.
 *
 * @example
 * scheduledIn('(0, inf)')({ schedule: 'linear', from: 0.1, to: 0, steps: 100 }, 'learningRate')
 */
export const scheduledIn =
  (interval: Interval, byDefault?: number): Decoder<Scheduled> =>
  (value, path) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? schedule(value, path)
      : number(interval, byDefault)(value, path)
