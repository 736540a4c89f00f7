/** Sums over the elements of a leaf, in double precision. */

/** $\sum_i x_i y_i$. */
export const dot = (x: ArrayLike<number>, y: ArrayLike<number>): number => {
  let sum = 0
  for (let i = 0; i < x.length; i++) sum += (x[i] as number) * (y[i] as number)
  return sum
}

/** $\sum_i (x_i - y_i)^2$. */
export const squaredDistance = (x: ArrayLike<number>, y: ArrayLike<number>): number => {
  if (x === y) return 0
  let sum = 0
  for (let i = 0; i < x.length; i++) {
    const difference = (x[i] as number) - (y[i] as number)
    sum += difference * difference
  }
  return sum
}

/** $\sum_i r_i^2$ and $\sum_i r_i g_i$ for $r = (\alpha - \alpha_{go})\, g$, where `gradientOnly` may be one number. */
export const gap = (alpha: ArrayLike<number>, gradientOnly: ArrayLike<number>, g: ArrayLike<number>) => {
  let squares = 0
  let along = 0
  const [one, other] = [alpha.length === 1, gradientOnly.length === 1]
  for (let i = 0; i < g.length; i++) {
    const x = g[i] as number
    const r = ((alpha[one ? 0 : i] as number) - (gradientOnly[other ? 0 : i] as number)) * x
    squares += r * r
    along += r * x
  }
  return { squares, along }
}

/** $\sum_i (p_i + c\,(x_i - y_i))^2$. */
export const squaresAfter = (p: ArrayLike<number>, c: number, x: ArrayLike<number>, y: ArrayLike<number>): number => {
  let sum = 0
  for (let i = 0; i < p.length; i++) {
    const moved = (p[i] as number) + c * ((x[i] as number) - (y[i] as number))
    sum += moved * moved
  }
  return sum
}

/** Whether all elements are one number. */
export const isUniform = (x: ArrayLike<number>): boolean => {
  for (let i = 1; i < x.length; i++) if (x[i] !== x[0]) return false
  return true
}
