import { describe, expect, it } from 'vitest'
import { type Field, sizeOf } from './field.js'
import { convolution, depthwise, transposedConvolution } from './rows/convolution.js'
import { functionOf } from './rows/elementwise.js'
import { batchNorm, bilinear, localResponse, nearest } from './rows/normalization.js'
import { average, dilation, largest } from './rows/pooling.js'
import { einsum, product } from './rows/product.js'
import { gru, lstm, recur } from './rows/recurrent.js'
import { logSumExp, scan, softmax, variance } from './rows/reduction.js'
import { axisOf } from './windows.js'

const field = (shape: readonly number[], values: readonly number[]): Field => {
  expect(values.length).toBe(sizeOf(shape))
  return { shape, values: Float64Array.from(values) }
}
const valuesOf = ({ values }: Field): number[] => [...values]
const nine = field([1, 3, 3, 1], [1, 2, 3, 4, 5, 6, 7, 8, 9])
const twoByTwo = (pad: 'same' | 'valid', stride = 1) => [axisOf(3, 2, stride, 1, pad), axisOf(3, 2, stride, 1, pad)]

describe('the references, by published examples and by hand', () => {
  it('padding, as in the notes of https://www.tensorflow.org/api_docs/python/tf/nn: 13 positions, filter 6, stride 5', () => {
    expect(axisOf(13, 6, 5, 1, 'valid')).toMatchObject({ output: 2, before: 0 })
    expect(axisOf(13, 6, 5, 1, 'same')).toMatchObject({ output: 3, before: 1 })
    expect(axisOf(9, 3, 3, 1, 1).output).toBe(3)
    expect(axisOf(9, 2, 3, 1, 1).output).toBe(4)
  })

  it('convolutions: sums of neighbours, the corner of the filter, and their transpose', () => {
    const w = field([2, 2, 1, 1], [1, 1, 1, 10])
    expect(valuesOf(convolution(twoByTwo('valid'), nine, w))).toEqual([57, 70, 96, 109])
    expect(valuesOf(convolution(twoByTwo('same', 2), nine, w))).toEqual([57, 9, 15, 9])
    expect(valuesOf(depthwise(twoByTwo('valid'), nine, w))).toEqual([57, 70, 96, 109])
    const y = field([1, 2, 2, 1], [1, 0, 0, 2])
    expect(valuesOf(transposedConvolution(twoByTwo('valid'), y, w))).toEqual([1, 1, 0, 1, 12, 2, 0, 2, 20])
    // Two voxels of two channels: conv3d by the product rule.
    const axes = [axisOf(2, 1, 1, 1, 'valid'), axisOf(1, 1, 1, 1, 'valid'), axisOf(1, 1, 1, 1, 'valid')]
    expect(valuesOf(convolution(axes, field([1, 2, 1, 1, 2], [1, 2, 3, 4]), field([1, 1, 1, 2, 1], [3, 4])))).toEqual([
      11, 25,
    ])
  })

  it('pools leave the padding out, and know negative numbers', () => {
    const axes = [axisOf(3, 2, 2, 1, 'same')]
    expect(valuesOf(average(axes, field([1, 3, 1], [1, 2, 4])))).toEqual([1.5, 4])
    expect(valuesOf(largest(axes, field([1, 3, 1], [-5, -6, -7])))).toEqual([-5, -7])
    expect(valuesOf(dilation(axes, field([1, 3, 1], [-5, -6, -7]), field([2, 1], [0, 3])))).toEqual([-3, -7])
  })

  it('resizing: two pixels to four, in the three ways', () => {
    const two = field([1, 1, 2, 1], [0, 1])
    const one = { from: 1, to: 1, alignCorners: false, halfPixelCenters: false }
    const of = (alignCorners: boolean, halfPixelCenters: boolean) => ({
      from: 2,
      to: 4,
      alignCorners,
      halfPixelCenters,
    })
    expect(valuesOf(bilinear(two, one, of(false, false)))).toEqual([0, 0.5, 1, 1])
    expect(valuesOf(bilinear(two, one, of(false, true)))).toEqual([0, 0.25, 0.75, 1])
    expect(valuesOf(bilinear(two, one, of(true, false)))).toEqual([0, 1 / 3, 2 / 3, 1])
    expect(valuesOf(nearest(two, one, of(false, false)))).toEqual([0, 0, 1, 1])
  })

  it('numbers out of tables: erf(1), selu(-1), softmax of 1, 2, 3', () => {
    expect(functionOf('erf').f(1)).toBeCloseTo(0.8427007929497149, 12)
    expect(functionOf('selu').f(-1)).toBeCloseTo(-1.1113307378125628, 12)
    expect(functionOf('round').f(2.5)).toBe(2)
    softmax([1, 2, 3]).forEach((p, i) => {
      expect(p).toBeCloseTo([0.09003057317038046, 0.24472847105479767, 0.6652409557748219][i]!, 12)
    })
    expect(logSumExp([0, 0])).toBeCloseTo(Math.LN2, 12)
    expect(variance([1, 2, 3, 4])).toBe(1.25)
  })

  it('running sums, as in https://www.tensorflow.org/api_docs/python/tf/math/cumsum', () => {
    const sums = (exclusive: boolean, reverse: boolean) => scan((a, b) => a + b, 0, exclusive, reverse)([2, 4, 6, 8])
    expect(sums(false, false)).toEqual([2, 6, 12, 20])
    expect(sums(true, false)).toEqual([0, 2, 6, 12])
    expect(sums(false, true)).toEqual([20, 18, 14, 8])
    expect(sums(true, true)).toEqual([18, 14, 8, 0])
  })

  it('normalizations of one number', () => {
    const one = (value: number) => field([1], [value])
    expect(valuesOf(batchNorm([field([1, 1], [5]), one(1), one(4), one(10), one(3)], 0))).toEqual([16])
    expect(valuesOf(localResponse(field([1, 1, 1, 2], [3, 4]), 1, 0, 1, 0.5))).toEqual([0.6, 0.8])
  })

  it('products, also over named axes', () => {
    const [a, b] = [field([2, 2], [1, 2, 3, 4]), field([2, 2], [5, 6, 7, 8])]
    expect(valuesOf(product(a, b, false, false))).toEqual([19, 22, 43, 50])
    expect(valuesOf(product(a, b, true, false))).toEqual([26, 30, 38, 44])
    expect(valuesOf(einsum('ij,jk->ik', [a, b]))).toEqual([19, 22, 43, 50])
    expect(valuesOf(einsum('ij,ij->', [a, b]))).toEqual([70])
  })

  it('recurrent cells of which only the bias of the candidate is not 0: all gates are one half', () => {
    const [x, zeros] = [field([1, 1, 1], [1]), (n: number) => Array<number>(n).fill(0)]
    const lstmBias = field([4], [0, 0, 1, 0])
    const h = recur(lstm, [x, field([1, 4], zeros(4)), field([1, 4], zeros(4)), lstmBias], 1)
    expect(valuesOf(h)).toEqual([0.5 * Math.tanh(0.5 * Math.tanh(1))])
    const gruBias = field([3], [0, 0, 1])
    expect(valuesOf(recur(gru, [x, field([1, 3], zeros(3)), field([1, 3], zeros(3)), gruBias], 1))).toEqual([
      0.5 * Math.tanh(1),
    ])
  })
})
