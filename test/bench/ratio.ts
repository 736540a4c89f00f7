/** Speed as a ratio to a peer: both run alternately in one process, so that what disturbs one disturbs the other. */

export interface Ratio {
  /** Median of the ratios of neighbouring runs, and their quartiles. */
  readonly median: number
  readonly lower: number
  readonly upper: number
  /** Median times in milliseconds; they mean little beyond this machine and this hour. */
  readonly subject: number
  readonly peer: number
}

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.floor(q * (sorted.length - 1))] ?? Number.NaN
const ascending = (xs: readonly number[]): readonly number[] => [...xs].sort((a, b) => a - b)

/** Milliseconds of one call, or a part of them where one call is too short for the clock. */
const time = (f: () => void, calls: number): number => {
  const start = performance.now()
  for (let i = 0; i < calls; i++) f()
  return (performance.now() - start) / calls
}

/**
 * The ratio of the subject's time to the peer's.
 *
 * @param seconds for how long to measure, default 3
 * @param before what is done before each, outside the clock
 */
export const ratio = (
  subject: () => void,
  peer: () => void,
  seconds = 3,
  before: { readonly subject: () => void; readonly peer: () => void } = {
    subject: () => undefined,
    peer: () => undefined,
  },
): Ratio => {
  for (let i = 0; i < 3; i++) {
    before.subject()
    subject()
    before.peer()
    peer()
  }
  // About 2 ms a measurement at least.
  const calls = (f: () => void) => Math.max(1, Math.ceil(2 / Math.max(1e-3, time(f, 3))))
  before.subject()
  const a = calls(subject)
  before.peer()
  const b = calls(peer)
  const pairs: (readonly [number, number])[] = []
  const end = performance.now() + 1000 * seconds
  while (performance.now() < end || pairs.length < 15) {
    before.subject()
    const x = time(subject, a)
    before.peer()
    pairs.push([x, time(peer, b)])
  }
  const ratios = ascending(pairs.map(([x, y]) => x / y))
  return {
    median: quantile(ratios, 0.5),
    lower: quantile(ratios, 0.25),
    upper: quantile(ratios, 0.75),
    subject: quantile(ascending(pairs.map(([x]) => x)), 0.5),
    peer: quantile(ascending(pairs.map(([, y]) => y)), 0.5),
  }
}
