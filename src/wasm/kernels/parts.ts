/** A batch in parts, small enough to stay in the cache while loops go through them again and again. */
import type { Convolution } from './convolution.js'
import { copyRun } from './runs.js'

/** Part of a batch: whole images, or some rows of one. Counted in images and rows of the output. */
export interface Part {
  readonly image: number
  readonly images: number
  readonly row: number
  readonly rows: number
}

/** The size of an image with its padding, or of a part of it. */
export interface Padded {
  readonly height: number
  readonly width: number
}

// Flat from 256 to 1024, as measured: less of calls that take longer than their loops, more is out of the cache. Sums of so
// many terms are accurate in single precision.
const POSITIONS = 512

const starts = (size: number, step: number): readonly number[] =>
  Array.from({ length: Math.ceil(size / step) }, (_, i) => i * step)

/** The parts of a batch, in order; none has more images or rows than the first. */
export const partsOf = ({ batch, rows, columns }: Convolution): readonly Part[] => {
  const bands = Math.min(rows.output, Math.ceil((rows.output * columns.output) / POSITIONS))
  const band = Math.ceil(rows.output / bands)
  const group = bands > 1 ? 1 : Math.max(1, Math.floor(POSITIONS / (rows.output * columns.output)))
  return starts(batch, group).flatMap(image =>
    starts(rows.output, band).map(row => ({
      image,
      images: Math.min(group, batch - image),
      row,
      rows: Math.min(band, rows.output - row),
    })),
  )
}

/** The size of the input that so many rows of the output meet. */
export const paddedBy = ({ rows, columns }: Convolution, outRows: number): Padded => ({
  height: (outRows - 1) * rows.stride + rows.taps,
  width: (columns.output - 1) * columns.stride + columns.taps,
})

/** Writes the input that a part meets, [batch, rows, columns, channels], to `target`, with zeros for the padding. */
export const pad = (
  target: Float32Array,
  x: Float32Array,
  { rows, columns, inChannels }: Convolution,
  { height, width }: Padded,
  part: Part,
): void => {
  target.fill(0)
  const origin = part.row * rows.stride - rows.before
  const end = Math.min(rows.input, origin + (part.rows - 1) * rows.stride + rows.taps)
  const run = Math.min(columns.input, width - columns.before) * inChannels
  for (let image = 0; image < part.images; image++)
    for (let row = Math.max(0, origin); row < end; row++) {
      const to = ((image * height + row - origin) * width + columns.before) * inChannels
      copyRun(target, to, x, ((part.image + image) * rows.input + row) * columns.input * inChannels, run)
    }
}
