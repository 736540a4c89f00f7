/**
 * Sums over axes, in double precision.
 *
 * The stock kernels sum in single precision: off by 3e-4 of the sum at 10^6 elements, 5e-3 at 10^7. A double has 29 bits more
 * than a float, so that here the only rounding that counts is that of the result.
 */
import * as tf from '@tensorflow/tfjs'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { required, type WasmKernel, wasmKernel } from './kernel.js'
import { floats, sizeOf, usingTemporary, zeros } from './tensors.js'

/** A tensor seen as [outer, terms, inner], to be summed over its terms. */
interface Terms {
  readonly outer: number
  readonly terms: number
  readonly inner: number
}

/** A reduction that a kernel was called for. */
export interface Reduction {
  readonly x: tf.TensorInfo
  /** The axes to be summed over, ascending. */
  readonly axes: readonly number[]
  /** How many elements make one of the result. */
  readonly terms: number
  readonly outShape: number[]
}

/** Reads the call of a kernel that reduces. */
export const reductionOf = ({ inputs, attrs }: Parameters<WasmKernel>[0]): Reduction => {
  const x = required(inputs, 'x')
  // Without axes, TensorFlow.js means all of them; its types want that said as `null` turned away.
  const axes = tf.util.parseAxisParam((attrs?.axis ?? null) as number[], x.shape).sort((a, b) => a - b)
  const [kept, reduced] = tf.backend_util.computeOutAndReduceShapes(x.shape, axes)
  const outShape = attrs?.keepDims === true ? tf.backend_util.expandShapeToKeepDim(kept, axes) : kept
  return { x, axes, terms: sizeOf(reduced), outShape }
}

// Additions to one sum wait for one another; those to four do not. In loops as hot as these, V8 wants each variable declared
// by itself: destructuring boxes the numbers, and takes three times as long.
const sumRun = (source: Float32Array, start: number, end: number): number => {
  let a = 0
  let b = 0
  let c = 0
  let d = 0
  let at = start
  for (; at + 3 < end; at += 4) {
    a += source[at]!
    b += source[at + 1]!
    c += source[at + 2]!
    d += source[at + 3]!
  }
  for (; at < end; at++) a += source[at]!
  return a + b + (c + d)
}

const sumRows = (target: Float32Array, source: Float32Array, rows: number, terms: number, divisor: number): void => {
  for (let row = 0; row < rows; row++) target[row] = sumRun(source, row * terms, (row + 1) * terms) / divisor
}

// So many sums stay in the first-level cache.
const COLUMNS = 1024

const sumColumns = (
  target: Float32Array,
  source: Float32Array,
  { outer, terms, inner }: Terms,
  divisor: number,
): void => {
  const sums = new Float64Array(Math.min(COLUMNS, inner))
  for (let o = 0; o < outer; o++)
    for (let first = 0; first < inner; first += COLUMNS) {
      const columns = Math.min(COLUMNS, inner - first)
      sums.fill(0)
      let row = 0
      let at = o * terms * inner + first
      for (; row + 3 < terms; row += 4, at += 4 * inner) {
        const b = at + inner
        const c = b + inner
        const d = c + inner
        for (let i = 0; i < columns; i++)
          sums[i]! += source[at + i]! + source[b + i]! + (source[c + i]! + source[d + i]!)
      }
      for (; row < terms; row++, at += inner) for (let i = 0; i < columns; i++) sums[i]! += source[at + i]!
      const to = o * inner + first
      for (let i = 0; i < columns; i++) target[to + i] = sums[i]! / divisor
    }
}

/** The view of a tensor in which axes next to each other are summed; undefined where other axes are between them. */
const termsOf = (shape: readonly number[], axes: readonly number[]): Terms | undefined => {
  // An axis of one element is summed over, or not, all the same.
  const reduced = axes.filter(axis => shape[axis] !== 1)
  const [first, last] = [reduced[0] ?? 0, reduced[reduced.length - 1] ?? -1]
  const between = shape.slice(first, last + 1)
  if (between.some((n, i) => n !== 1 && !axes.includes(first + i))) return undefined
  return { outer: sizeOf(shape.slice(0, first)), terms: sizeOf(between), inner: sizeOf(shape.slice(last + 1)) }
}

const usingTerms = <R>(backend: BackendWasm, { x, axes }: Reduction, use: (x: tf.TensorInfo, terms: Terms) => R): R => {
  const terms = termsOf(x.shape, axes)
  if (terms !== undefined) return use(x, terms)
  const kept = x.shape.map((_, axis) => axis).filter(axis => !axes.includes(axis))
  const perm = [...kept, ...axes]
  return usingTemporary(backend, wasmKernel('Transpose')({ inputs: { x }, backend, attrs: { perm } }), moved =>
    use(moved, {
      outer: sizeOf(kept.map(axis => x.shape[axis]!)),
      terms: sizeOf(axes.map(axis => x.shape[axis]!)),
      inner: 1,
    }),
  )
}

/**
 * Sums a float32 tensor over axes, as a new tensor. A sum of no terms is 0; what is not finite goes through.
 *
 * @param reduction what to sum over
 * @param divisor by which each sum is divided before it is rounded
 */
export const summed = (backend: BackendWasm, reduction: Reduction, divisor: number): tf.TensorInfo => {
  if (reduction.x.shape.includes(0)) return zeros(backend, reduction.outShape)
  const out = backend.makeOutput(reduction.outShape, 'float32')
  usingTerms(backend, reduction, (x, terms) => {
    const [target, source] = [floats(backend, out), floats(backend, x)]
    if (terms.inner === 1) sumRows(target, source, terms.outer, terms.terms, divisor)
    else sumColumns(target, source, terms, divisor)
  })
  return out
}
