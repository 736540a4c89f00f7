/** What references compute with: arrays of doubles with a shape, walked by plain loops, and seeded numbers to fill them. */

/** Doubles in row-major order. */
export interface Field {
  readonly shape: readonly number[]
  readonly values: Float64Array
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((size, n) => size * n, 1)

/** A field of which each value is computed from its index. */
export const generate = (shape: readonly number[], value: (index: readonly number[]) => number): Field => {
  const values = new Float64Array(sizeOf(shape))
  let at = 0
  forEach(shape, index => {
    values[at++] = value(index)
  })
  return { shape, values }
}

/** Visits the indices of a shape in row-major order. */
export const forEach = (shape: readonly number[], visit: (index: readonly number[]) => void): void => {
  if (shape.includes(0)) return
  const index = shape.map(() => 0)
  for (;;) {
    visit(index)
    let axis = shape.length - 1
    while (axis >= 0 && ++index[axis]! === shape[axis]) index[axis--] = 0
    if (axis < 0) return
  }
}

/** The place of an index among the values. */
export const placeOf = (shape: readonly number[], index: readonly number[]): number =>
  index.reduce((place, i, axis) => place * shape[axis]! + i, 0)

export const at = ({ shape, values }: Field, index: readonly number[]): number => values[placeOf(shape, index)]!

/** The value that an index meets where shapes are broadcast: axes align at the end, those of one element repeat. */
export const atBroadcast = ({ shape, values }: Field, index: readonly number[]): number =>
  values[shape.reduce((place, n, axis) => place * n + (n === 1 ? 0 : index[index.length - shape.length + axis]!), 0)]!

export const broadcastShape = (a: readonly number[], b: readonly number[]): readonly number[] => {
  const rank = Math.max(a.length, b.length)
  const padded = (shape: readonly number[]) => [...Array<number>(rank - shape.length).fill(1), ...shape]
  const [x, y] = [padded(a), padded(b)]
  return x.map((n, axis) => (n === 1 ? y[axis]! : n))
}

/** Seeded numbers; all of them are float32, so that both sides compute with the same. */
export interface Draw {
  /** A whole number in [low, high]. */
  int(low: number, high: number): number
  pick<T>(from: readonly T[]): T
  real(low: number, high: number): number
  field(shape: readonly number[], low?: number, high?: number): Field
  /** Values at least `gap` apart from each other, in random order around 0: no two compete for a maximum. */
  distinct(shape: readonly number[], gap?: number): Field
  /** Values at least `gap` away from each of the kinks. */
  away(shape: readonly number[], kinks: readonly number[], low: number, high: number, gap?: number): Field
  permutation(n: number): readonly number[]
}

/** Mulberry32, by Tommy Ettinger (public domain). */
const uniform = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

export const drawFrom = (seed: number): Draw => {
  const next = uniform(seed)
  const int = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1))
  const real = (low: number, high: number): number => Math.fround(low + next() * (high - low))
  const field = (shape: readonly number[], low = -1, high = 1): Field => generate(shape, () => real(low, high))
  const permutation = (n: number): readonly number[] => {
    const order = [...Array(n).keys()]
    for (let i = n - 1; i > 0; i--) {
      const j = int(0, i)
      ;[order[i], order[j]] = [order[j]!, order[i]!]
    }
    return order
  }
  return {
    int,
    real,
    field,
    permutation,
    pick: from => from[int(0, from.length - 1)]!,
    distinct: (shape, gap = 0.05) => {
      const order = permutation(sizeOf(shape))
      const middle = (order.length - 1) / 2 + 0.25
      let i = 0
      return generate(shape, () => Math.fround((order[i++]! - middle) * gap))
    },
    away: (shape, kinks, low, high, gap = 0.02) =>
      generate(shape, () => {
        for (;;) {
          const x = real(low, high)
          if (kinks.every(kink => Math.abs(x - kink) >= gap)) return x
        }
      }),
  }
}
