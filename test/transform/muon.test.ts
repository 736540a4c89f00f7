/** What Muon makes of matrices: singular values near 1, whatever the leaf's shape. */
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import * as P from '../../src/index.js'
import { backends, useBackend } from '../support/backend.js'
import { flat, tensors } from '../support/tensors.js'

const wave = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => Math.sin(1.7 * i * i + 0.3))
const sizeOf = (shape: readonly number[]): number => shape.reduce((n, k) => n * k, 1)

const once = (transform: P.GradientTransform<unknown>, shape: readonly number[], g = wave(sizeOf(shape))) => {
  const optimizer = P.compile(transform)
  const shapes = { x: shape }
  const p = tensors({ x: wave(g.length) }, shapes)
  return flat(optimizer.update(tensors({ x: g }, shapes), optimizer.init(p), p)[0]).x ?? []
}

/** The product of a matrix and its transpose, on the smaller side, as rows. */
const gram = (values: readonly number[], rows: number, columns: number): readonly (readonly number[])[] => {
  const [k, inner] = rows < columns ? [rows, columns] : [columns, rows]
  const at = (i: number, j: number) => values[rows < columns ? i * columns + j : j * columns + i] as number
  return Array.from({ length: k }, (_, a) =>
    Array.from({ length: k }, (_, b) =>
      Array.from({ length: inner }, (_, j) => at(a, j) * at(b, j)).reduce((x, y) => x + y),
    ),
  )
}

const close = (xs: readonly number[]) => xs.map(x => expect.closeTo(x, 4))

describe.each(backends)('on %s', backend => {
  beforeAll(() => useBackend(backend))

  // The classical cubic iteration converges to the polar factor, where Muon's own stops near it.
  const converging = P.scaleByMuon({ nsCoeffs: [1.5, -0.5, 0], nsSteps: 40 })

  test.each([
    [3, 5],
    [5, 3],
    [4, 4],
    [1, 6],
    [6, 1],
  ])('a matrix of %i by %i becomes orthogonal where the iteration converges', (rows, columns) => {
    const product = gram(once(converging, [rows, columns]), rows, columns)
    expect(product).toEqual(product.map((row, i) => close(row.map((_, j) => (i === j ? 1 : 0)))))
  })

  test('five steps bring the spectrum near 1', () => {
    const product = gram(once(P.scaleByMuon(), [3, 5]), 3, 5)
    const trace = product.reduce((sum, row, i) => sum + (row[i] as number), 0)
    expect(trace / 3).toBeGreaterThan(0.5)
    expect(trace / 3).toBeLessThan(1.5)
  })

  test('the transpose of a matrix gives the transpose', () => {
    const transposed = (values: readonly number[], rows: number, columns: number) =>
      Array.from({ length: rows * columns }, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)] as number)
    const g = wave(15)
    expect(once(P.scaleByMuon(), [5, 3], transposed(g, 3, 5))).toEqual(
      close(transposed(once(P.scaleByMuon(), [3, 5]), 3, 5)),
    )
  })

  test('a convolution kernel is the matrix of its outputs by all the rest, a vector one row, a number itself', () => {
    const muon = P.scaleByMuon()
    expect(once(muon, [2, 3, 2, 4])).toEqual(close(once(muon, [12, 4])))
    expect(once(muon, [6])).toEqual(close(once(muon, [1, 6])))
    expect(once(muon, [], [0.3])).toEqual(close(once(muon, [1, 1], [0.3])))
  })

  test('a huge gradient and a tiny one give the same, zero gives zero', () => {
    const muon = P.scaleByMuon({ eps: 1e-45 })
    const scaled = (k: number) =>
      once(
        muon,
        [2, 3],
        wave(6).map(x => k * x),
      )
    expect(scaled(1e12)).toEqual(close(scaled(1)))
    expect(scaled(1e-12)).toEqual(close(scaled(1)))
    expect(scaled(0)).toEqual([0, 0, 0, 0, 0, 0])
  })

  test('shapes are scaled by', () => {
    const factor = (shape: readonly number[], options?: P.ShapeOptions) =>
      (once(P.scaleByShape(options), shape, wave(sizeOf(shape)))[0] ?? 0) / (wave(1)[0] ?? 1)
    const shapes = [[2, 8], [8, 2], [3, 3], [2, 2, 2, 32], [9], []]
    expect(shapes.map(shape => factor(shape))).toEqual(close([2, 1, 1, 2, 3, 1]))
    expect(shapes.map(shape => factor(shape, { consistentRms: 0.5 }))).toEqual(
      close([2, 8, 3, 32, 9, 1].map(n => 0.5 * Math.sqrt(Math.max(n, n === 2 ? 8 : n)))),
    )
  })

  test('matrices by Muon, the rest by Adam; convolution kernels as asked', () => {
    const shapes = { conv: [2, 2, 1, 3], kernel: [3, 2], bias: [2], cube: [2, 2, 2] }
    const labels = (options: P.MuonOptions) => {
      const { muon, adam } = P.compile(P.muon(options)).init(
        tensors(Object.fromEntries(Object.entries(shapes).map(([leaf, shape]) => [leaf, wave(sizeOf(shape))])), shapes),
      )
      return [Object.keys(muon.momentum.mu), Object.keys(adam.moments.mu)]
    }
    expect(labels({})).toEqual([['kernel'], ['conv', 'bias', 'cube']])
    expect(labels({ convolutions: true })).toEqual([
      ['conv', 'kernel'],
      ['bias', 'cube'],
    ])
  })

  test('nothing is left behind', () => {
    const optimizer = P.compile(P.scaleByMuon())
    const p = { x: tf.tensor2d([...wave(12)], [3, 4]) }
    let state = optimizer.init(p)
    const before = tf.memory().numTensors
    for (let t = 0; t < 3; t++) {
      const [u, next] = optimizer.update(p, state, p)
      tf.dispose([u, state])
      state = next
    }
    expect(tf.memory().numTensors).toBe(before)
  })
})

test('triples of coefficients only', () => {
  expect(() => P.scaleByMuon({ nsCoeffs: [[1, 2]] as never })).toThrow('nsCoeffs must be triples of numbers')
})
