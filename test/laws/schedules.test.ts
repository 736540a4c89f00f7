/** The laws of schedules: where they begin and end, that they rise or fall, that pieces meet. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  constant,
  cosineDecay,
  exponentialDecay,
  joined,
  linear,
  piecewiseConstant,
  type Schedule,
  scalar,
  warmUp,
} from '../../src/index.js'
import { thorough } from './settings.js'

/** The value at a step; a schedule of a literal folds to a literal. */
const at = (schedule: Schedule, t: number): number => {
  const { node } = schedule(scalar(t))
  if (node.op !== 'literal') throw new TypeError(`a schedule of a literal gave '${node.op}'`)
  return node.value
}

const value = fc.integer({ min: -1000, max: 1000 }).map(n => n / 100)
const positive = fc.integer({ min: 1, max: 1000 }).map(n => n / 100)
const steps = fc.integer({ min: 1, max: 1000 })
const check = <Ts extends [unknown, ...unknown[]]>(
  arbitraries: { readonly [K in keyof Ts]: fc.Arbitrary<Ts[K]> },
  holds: (...drawn: Ts) => void,
) =>
  fc.assert(
    fc.property(fc.tuple(...(arbitraries as { [K in keyof Ts]: fc.Arbitrary<Ts[K]> })), drawn => {
      holds(...(drawn as Ts)) // and not what it returns: an expectation returns whatever it likes
    }),
    { seed: thorough.seed ?? 0 },
  )

/** Whether values at rising times lie in order, up to rounding. */
const ordered = (schedule: Schedule, times: readonly number[], rises: boolean) => {
  const sorted = times.toSorted((a, b) => a - b)
  const values = sorted.map(t => (rises ? 1 : -1) * at(schedule, t))
  for (const [i, x] of values.entries()) if (i > 0) expect(x).toBeGreaterThanOrEqual((values[i - 1] as number) - 1e-9)
}
const times = fc.array(fc.integer({ min: 0, max: 2000 }), { minLength: 2, maxLength: 6 })

test('constant is its value at every step', () => {
  check([value, steps], (x, t) => expect(at(constant(x), t)).toBe(x))
})

test('linear has its ends, stays there, and is monotone', () => {
  check([value, value, steps, times], (from, to, length, ts) => {
    const schedule = linear(from, to, length)
    expect(at(schedule, 0)).toBeCloseTo(from, 9)
    expect(at(schedule, length)).toBeCloseTo(to, 9)
    expect(at(schedule, length + 7)).toBe(at(schedule, length))
    ordered(schedule, ts, to >= from)
  })
})

test('cosineDecay falls from its peak to its floor, half way in the middle', () => {
  check([positive, steps, fc.constantFrom(0, 0.25, 1), times], (peak, length, floor, ts) => {
    const schedule = cosineDecay(peak, length, floor)
    expect(at(schedule, 0)).toBeCloseTo(peak, 9)
    expect(at(schedule, length / 2)).toBeCloseTo((peak * (1 + floor)) / 2, 9)
    expect(at(schedule, length)).toBeCloseTo(peak * floor, 9)
    expect(at(schedule, length + 7)).toBe(at(schedule, length))
    ordered(schedule, ts, false)
  })
})

test('exponentialDecay is multiplied by its rate every so many steps, smoothly or at once', () => {
  check([positive, fc.constantFrom(0.5, 0.9, 1, 1.1), steps, fc.nat({ max: 5 })], (initial, rate, length, k) => {
    const smooth = exponentialDecay(initial, rate, length)
    const stairs = exponentialDecay(initial, rate, length, { staircase: true })
    expect(at(smooth, k * length) / (initial * rate ** k)).toBeCloseTo(1, 9)
    expect(at(stairs, k * length)).toBeCloseTo(at(smooth, k * length), 9)
    expect(at(stairs, (k + 1) * length - 1)).toBe(at(stairs, k * length))
    ordered(smooth, [0, 1, length, 3 * length], rate >= 1)
  })
})

test('piecewiseConstant changes at its boundaries, and only there', () => {
  check([value, steps, steps, value, value], (initial, first, gap, a, b) => {
    const second = first + gap
    const schedule = piecewiseConstant(initial, { [first]: a, [second]: b })
    expect([0, first - 1, first, second - 1, second, second + 99].map(t => at(schedule, t))).toEqual(
      [initial, initial, initial * a, initial * a, initial * a * b, initial * a * b].map(x => expect.closeTo(x, 9)),
    )
  })
})

test('warmUp rises from 0 and meets what follows', () => {
  check([steps, positive, steps, times], (length, peak, rest, ts) => {
    const schedule = warmUp(length, cosineDecay(peak, rest))
    expect(at(schedule, 0)).toBe(0)
    expect(at(schedule, length)).toBeCloseTo(peak, 9)
    // Continuous: the step into the join is one of the ramp.
    expect(at(schedule, length) - at(schedule, length - 1)).toBeCloseTo(peak / length, 9)
    ordered(
      schedule,
      ts.map(t => Math.min(t, length)),
      true,
    )
    expect(at(schedule, length + rest)).toBeCloseTo(0, 9)
  })
})

test('joined gives each schedule its own clock', () => {
  check([value, value, value, steps, steps, fc.nat({ max: 50 })], (a, b, c, first, gap, t) => {
    const [one, two, three] = [linear(a, b, first), linear(b, c, gap), constant(c)] as const
    const schedule = joined([one, two, three], [first, first + gap])
    expect(at(schedule, Math.min(t, first - 1))).toBe(at(one, Math.min(t, first - 1)))
    expect(at(schedule, first)).toBeCloseTo(b, 9)
    expect(at(schedule, first + Math.min(t, gap - 1))).toBe(at(two, Math.min(t, gap - 1)))
    expect(at(schedule, first + gap + t)).toBe(c)
  })
})
