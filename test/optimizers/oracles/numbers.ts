/** Arithmetic on plain numbers, for oracles. */
export type Numbers = readonly number[]

export const norm = (xs: Numbers): number => Math.sqrt(xs.reduce((sum, x) => sum + x * x, 0))
export const mean = (xs: Numbers): number => xs.reduce((sum, x) => sum + x, 0) / xs.length
export const rms = (xs: Numbers): number => norm(xs) / Math.sqrt(xs.length)
export const dot = (xs: Numbers, ys: Numbers): number => xs.reduce((sum, x, i) => sum + x * (ys[i] as number), 0)
export const times = (k: number, xs: Numbers): Numbers => xs.map(x => k * x)
export const plus = (xs: Numbers, ys: Numbers): Numbers => xs.map((x, i) => x + (ys[i] as number))

/** The kernel is 3 by 2, the bias a vector of 2: row and column of each element, with one row for the vector. */
export const isMatrix = (g: Numbers): boolean => g.length === 6
export const rowOf = (i: number): number => Math.floor(i / 2)
export const columnOf = (i: number): number => i % 2
export const group = (xs: Numbers, of: (i: number) => number, k: number): Numbers => xs.filter((_, i) => of(i) === k)

/** Adam's direction, of one leaf. */
export const adamDirection = ({ b1 = 0.9, b2 = 0.999, eps = 1e-8, epsRoot = 0, nesterov = false }) => {
  let [m, v]: Numbers[] = [[], []]
  return (g: Numbers, t: number): Numbers => {
    m = g.map((x, i) => b1 * (m?.[i] ?? 0) + (1 - b1) * x)
    v = g.map((x, i) => b2 * (v?.[i] ?? 0) + (1 - b2) * x * x)
    return g.map((x, i) => {
      const first = m?.[i] as number
      const ahead = nesterov
        ? (b1 * first) / (1 - b1 ** (t + 1)) + ((1 - b1) * x) / (1 - b1 ** t)
        : first / (1 - b1 ** t)
      return ahead / (Math.sqrt((v?.[i] as number) / (1 - b2 ** t) + epsRoot) + eps)
    })
  }
}
