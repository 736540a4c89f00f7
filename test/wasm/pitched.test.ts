import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Axis, Convolution } from '../../src/wasm/kernels/convolution.js'
import { chunksOf, partsOf } from '../../src/wasm/kernels/pitched.js'

const axis: fc.Arbitrary<Axis> = fc
  .record({
    input: fc.integer({ min: 1, max: 300 }),
    taps: fc.integer({ min: 1, max: 11 }),
    stride: fc.integer({ min: 1, max: 4 }),
    before: fc.nat({ max: 5 }),
  })
  .filter(({ input, taps, before }) => input + 2 * before >= taps)
  .map(a => ({ ...a, output: Math.floor((a.input + 2 * a.before - a.taps) / a.stride) + 1 }))

const convolution: fc.Arbitrary<Convolution> = fc.record({
  batch: fc.integer({ min: 1, max: 64 }),
  inChannels: fc.constant(1),
  outChannels: fc.constant(1),
  rows: axis,
  columns: axis,
})

describe('partsOf', () => {
  it('covers each output row of each image once, in chunks that are not long', () => {
    fc.assert(
      fc.property(convolution, convolution => {
        const chunks = chunksOf(convolution)
        const rows = partsOf(chunks, convolution).flatMap(part =>
          Array.from({ length: part.images * part.rows }, (_, i) => {
            const image = part.image + Math.floor(i / part.rows)
            return image * convolution.rows.output + part.row + (i % part.rows)
          }),
        )
        expect(rows.sort((a, b) => a - b)).toEqual([...Array(convolution.batch * convolution.rows.output).keys()])
        // One row may be long, and is not divided.
        const halo = Math.ceil(convolution.rows.taps / convolution.rows.stride)
        expect(chunks.length).toBeLessThanOrEqual(Math.max(1500, halo * chunks.pitch))
      }),
    )
  })
})
