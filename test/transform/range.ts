/** Hyperparameters at the ends of their ranges. */
import { describe, expect, test } from 'vitest'
import { HyperparameterError } from '../../src/index.js'

/** A hyperparameter: what makes something with it, its name, values just inside its range and just outside. */
export type Range = readonly [
  source: string,
  make: (value: never) => unknown,
  parameter: string,
  inside: readonly unknown[],
  outside: readonly unknown[],
]

const errorOf = (f: () => unknown): unknown => {
  try {
    f()
  } catch (error) {
    return error
  }
  return undefined
}

/** A test for each: inside is accepted; outside is refused, by name and value, and so are NaN and, but for words, no number at all. */
export const checkRanges = (ranges: readonly Range[]): void => {
  describe('ranges', () => {
    test.each(ranges.map(range => [`${range[0]} ${range[2]}`, range] as const))(
      '%s',
      (_, [, make, parameter, inside, outside]) => {
        for (const value of inside)
          expect(
            errorOf(() => make(value as never)),
            `${parameter} = ${value}`,
          ).toBeUndefined()
        for (const value of [...outside, Number.NaN]) {
          const error = errorOf(() => make(value as never))
          expect(error, `${parameter} = ${value}`).toBeInstanceOf(HyperparameterError)
          expect(error).toMatchObject({ parameter, value })
          expect((error as HyperparameterError).admissible.length).toBeGreaterThan(3)
        }
      },
    )
  })
}

/** Values about the ends of a decay: [0, 1). */
export const decayRange = { inside: [0, 0.999999], outside: [-1e-9, 1] } as const
