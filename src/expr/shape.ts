/** Shapes and how they broadcast, as in TensorFlow.js. */

/** The sizes of a tensor's axes, outermost first; `[]` is a single value. */
export type Shape = readonly number[]

/** The number of elements of a shape. */
export const sizeOf = (shape: Shape): number => shape.reduce((size, n) => size * n, 1)

export const sameShape = (a: Shape, b: Shape): boolean => {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** The common shape of two that broadcast to each other: axes align at the last one, and an axis of size 1 stretches. */
export const broadcastShapes = (a: Shape, b: Shape): Shape => {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, i) => {
    const [m, n] = [a[a.length - rank + i] ?? 1, b[b.length - rank + i] ?? 1]
    if (m !== n && m !== 1 && n !== 1) throw new TypeError(`shapes [${a}] and [${b}] do not broadcast to each other`)
    return m === 1 ? n : m
  })
}
