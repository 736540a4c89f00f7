/** Inductive invariants of state: ranges that hold at the start and that no step leaves. */
import type { Target } from '../../expr/graph.js'
import type { Machine, Slot } from '../machine.js'
import { anything, hull, type Interval, type Range, range } from './interval.js'
import { type Given, type Ranges, rangesOf } from './ranges.js'

/** Where a bound that keeps moving may come to rest: the ends that the rule itself has, 0, 1 and infinity. */
const restsOf = (machine: Machine, { tensor, scalar }: Ranges): readonly number[] => {
  const ends = [
    ...machine.graph.tensors.map((_, id) => tensor(id)),
    ...machine.graph.scalars.map((_, id) => scalar(id)),
  ].flatMap(({ bounds }) => bounds)
  return [...new Set([...ends, 0, 1, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])].sort((a, b) => a - b)
}

/** After so many steps, a bound that still moves has none. */
const patience = 50

/** A few units in the last place: what rounding of the coefficients adds to a convex combination. */
const slack = 8 * Number.EPSILON

const covers = ([lo, hi]: Interval, [l, h]: Interval): boolean =>
  l >= lo - slack * Math.abs(lo) && h <= hi + slack * Math.abs(hi)

const settled = (old: Range, next: Range): boolean => covers(old.bounds, next.bounds) && (next.finite || !old.finite)

const widened = (old: Range, next: Range, rests: readonly number[]): Range => {
  const [lo, hi] = hull(old.bounds, next.bounds)
  const [l, h] = [rests.findLast(rest => rest <= lo), rests.find(rest => rest >= hi)]
  return range(
    lo < old.bounds[0] ? (l ?? lo) : old.bounds[0],
    hi > old.bounds[1] ? (h ?? hi) : old.bounds[1],
    old.finite && next.finite,
  )
}

/**
 * The ranges of a machine's values at any step, its state included.
 *
 * From the ranges at the start, steps are followed until nothing new appears; a bound that still moves after a few is
 * widened to the next place where it may rest, so that this ends.
 *
 * @param given all but the state's own ranges
 * @param at the range of an input that is not state
 */
export const invariantRanges = (
  machine: Machine,
  given: Omit<Given, 'graph' | 'input'>,
  at: (name: string) => Range,
): Ranges => {
  const start = rangesOf({ ...given, graph: machine.init, input: at, quotient: () => undefined })
  const ofTarget = (ranges: Ranges, { sort, id }: Target): Range =>
    sort === 'expr' ? ranges.tensor(id) : ranges.scalar(id)
  const slots: readonly (readonly [string, Slot])[] = [...machine.slots]

  const follow = (states: ReadonlyMap<string, Range>, step: number, before?: readonly number[]): Ranges => {
    const ranges = rangesOf({ ...given, graph: machine.graph, input: name => states.get(name) ?? at(name) })
    const moved = slots.map(([name, { next }]) => {
      const [old, now] = [states.get(name) as Range, ofTarget(ranges, next)]
      return { name, old, now, still: settled(old, now) }
    })
    if (moved.every(({ still }) => still)) return ranges
    // Those of the first step: later ones would include the moving bounds themselves, and creep.
    const rests = before ?? restsOf(machine, ranges)
    const grown = (old: Range, now: Range): Range =>
      step < 2
        ? { bounds: hull(old.bounds, now.bounds), finite: old.finite && now.finite }
        : widened(old, now, step < patience ? rests : anything)
    return follow(
      new Map(moved.map(({ name, old, now, still }) => [name, still ? old : grown(old, now)])),
      step + 1,
      rests,
    )
  }
  return follow(new Map(slots.map(([name, { initial }]) => [name, ofTarget(start, initial)])), 0)
}
