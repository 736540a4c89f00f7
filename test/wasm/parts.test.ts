import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Convolution } from '../../src/wasm/kernels/convolution.js'
import type { Axis } from '../../src/wasm/kernels/geometry.js'
import { partsOf } from '../../src/wasm/kernels/parts.js'

const axis: fc.Arbitrary<Axis> = fc
  .record({
    input: fc.integer({ min: 1, max: 300 }),
    taps: fc.integer({ min: 1, max: 11 }),
    stride: fc.integer({ min: 1, max: 4 }),
    before: fc.nat({ max: 5 }),
    dilation: fc.constant(1),
  })
  .filter(({ input, taps, before }) => input + 2 * before >= taps)
  .map(a => ({ ...a, after: a.before, output: Math.floor((a.input + 2 * a.before - a.taps) / a.stride) + 1 }))

const convolution: fc.Arbitrary<Convolution> = fc.record({
  batch: fc.integer({ min: 1, max: 64 }),
  inChannels: fc.constant(1),
  outChannels: fc.constant(1),
  rows: axis,
  columns: axis,
})

describe('partsOf', () => {
  it('covers each output row of each image once, in parts that are not large, the first of which is the largest', () => {
    fc.assert(
      fc.property(convolution, convolution => {
        const { batch, rows, columns } = convolution
        const parts = partsOf(convolution)
        const covered = parts.flatMap(part =>
          Array.from({ length: part.images * part.rows }, (_, i) => {
            const image = part.image + Math.floor(i / part.rows)
            return image * rows.output + part.row + (i % part.rows)
          }),
        )
        expect(covered.sort((a, b) => a - b)).toEqual([...Array(batch * rows.output).keys()])
        for (const part of parts) {
          expect(part.images).toBeLessThanOrEqual(parts[0]!.images)
          expect(part.rows).toBeLessThanOrEqual(parts[0]!.rows)
          // Rows are not divided.
          expect((part.images * part.rows - 1) * columns.output).toBeLessThan(512)
        }
      }),
    )
  })
})
