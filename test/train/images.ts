/** Made-up images that a small model learns in a few steps: noise, with a bright row that tells the class. */
import type { ImageSet } from '../../src/data/index.js'

const PIXELS = 28 * 28

/** Images of all ten classes in turn; the same for the same arguments. */
export const stripes = (count: number, start = 1): ImageSet => {
  let state = start
  const byte = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return state >>> 24
  }
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 10)
  const images = Uint8Array.from({ length: count * PIXELS }, (_, i) => {
    const row = Math.floor((i % PIXELS) / 28)
    const bright = row === 2 * (labels[Math.floor(i / PIXELS)] as number)
    return bright ? 255 : byte() >> 1
  })
  return { images, labels, count, shape: [28, 28, 1], classes: 10 }
}
