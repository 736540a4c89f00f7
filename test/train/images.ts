/** Made-up images that a small model learns in a few steps: noise, with a bright row that tells the class. */
import type { ImageSet } from '../../src/data/index.js'

/** Images of all classes in turn, of `side` x `side` pixels; the same for the same arguments. */
export const stripes = (count: number, start = 1, side = 28, classes = 10): ImageSet => {
  let state = start
  const byte = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return state >>> 24
  }
  const pixels = side * side
  const labels = Uint8Array.from({ length: count }, (_, i) => i % classes)
  const images = Uint8Array.from({ length: count * pixels }, (_, i) => {
    const row = Math.floor((i % pixels) / side)
    const bright = row === 2 * (labels[Math.floor(i / pixels)] as number)
    return bright ? 255 : byte() >> 1
  })
  return { images, labels, count, shape: [side, side, 1], classes }
}
