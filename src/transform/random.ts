/** Randomness that a key determines: the same key gives the same numbers, on every backend and after a pause. */

/** Hashes a string to 32 bits (FNV-1a). */
const hash = (text: string): number =>
  [...text].reduce((h, char) => Math.imul(h ^ (char.codePointAt(0) ?? 0), 0x01000193), 0x811c9dc5) >>> 0

/** A generator of numbers in [0, 1), mulberry32, from a key. It advances at each call; keep it local. */
export const uniforms = (key: string): (() => number) => {
  let seed = hash(key)
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let x = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The permutation of 0 ... n - 1 that a key determines (Fisher and Yates). */
export const permutation = (n: number, key: string): Int32Array => {
  const uniform = uniforms(key)
  const order = Int32Array.from({ length: n }, (_, i) => i)
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(uniform() * (i + 1))
    const held = order[i] as number
    order[i] = order[j] as number
    order[j] = held
  }
  return order
}

/** The n standard normal numbers that a key determines (Box and Muller, the cosine of each pair). */
export const gaussians = (n: number, key: string): Float32Array => {
  const uniform = uniforms(key)
  // 1 - u lies in (0, 1], where the logarithm is finite.
  return Float32Array.from(
    { length: n },
    () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  )
}
