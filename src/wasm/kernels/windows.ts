/** Windows that move over images or volumes, by plain loops: what pools and dilations are made of. */
import type { Axis } from './geometry.js'

/** Windows over a batch, channels last: two or three axes. */
export interface Windows {
  readonly batch: number
  readonly channels: number
  readonly axes: readonly Axis[]
}

/**
 * Visits each window: where its result begins, how many of its taps meet the input, where in the input they do, and which
 * taps they are. All but the taps count in elements; both lists are used anew for the next window.
 */
export const forEachWindow = (
  { batch, channels, axes }: Windows,
  visit: (to: number, count: number, places: Int32Array, taps: Int32Array) => void,
): void => {
  const one: Axis = { input: 1, output: 1, taps: 1, stride: 1, dilation: 1, before: 0, after: 0 }
  const [depth, rows, columns] = (axes.length === 2 ? [one, ...axes] : axes) as [Axis, Axis, Axis]
  const places = new Int32Array(depth.taps * rows.taps * columns.taps)
  const taps = new Int32Array(places.length)
  let to = 0
  for (let image = 0; image < batch; image++)
    for (let d = 0; d < depth.output; d++)
      for (let r = 0; r < rows.output; r++)
        for (let c = 0; c < columns.output; c++, to += channels) {
          let count = 0
          for (let i = 0; i < depth.taps; i++) {
            const z = d * depth.stride + i * depth.dilation - depth.before
            if (z < 0 || z >= depth.input) continue
            for (let j = 0; j < rows.taps; j++) {
              const y = r * rows.stride + j * rows.dilation - rows.before
              if (y < 0 || y >= rows.input) continue
              const line = ((image * depth.input + z) * rows.input + y) * columns.input
              const tap = (i * rows.taps + j) * columns.taps
              for (let k = 0; k < columns.taps; k++) {
                const x = c * columns.stride + k * columns.dilation - columns.before
                if (x < 0 || x >= columns.input) continue
                places[count] = (line + x) * channels
                taps[count++] = tap + k
              }
            }
          }
          visit(to, count, places, taps)
        }
}
