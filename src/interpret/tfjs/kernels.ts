/** What each operation of the algebra is in TensorFlow.js, on any backend. */
import * as tf from '@tensorflow/tfjs'
import type { BinaryOperation, Reduction, UnaryOperation } from '../../expr/expr.js'
import { type Shape, sizeOf } from '../../expr/shape.js'

type T = tf.Tensor

export const unary: Readonly<Record<UnaryOperation, (x: T) => T>> = {
  abs: tf.abs,
  neg: tf.neg,
  sqrt: tf.sqrt,
  square: tf.square,
  exp: tf.exp,
  log: tf.log,
  // By e^-|x|, which never overflows: the least values of the other form are lost.
  sigmoid: x => {
    const e = tf.exp(tf.neg(tf.abs(x)))
    return tf.div(tf.where(tf.less(x, 0), e, 1), tf.add(e, 1))
  },
  tanh: tf.tanh,
  // Not tf.sign, which on the wasm backend is 0 for |x| < 1.
  sign: x => tf.where(tf.greater(x, 0), 1, tf.where(tf.less(x, 0), -1, x)),
  isNaN: x => tf.isNaN(x),
  isFinite: x => tf.isFinite(x),
  logicalNot: tf.logicalNot,
}

// On the wasm backend a NaN in the second operand is lost; one in the first goes through everywhere.
const throughNaN =
  (pick: (a: T, b: T) => T) =>
  (a: T, b: T, constant: boolean): T =>
    constant ? pick(a, b) : tf.where(tf.isNaN(b), b, pick(a, b))

/** As `Math.pow`, which the cpu backend has; C's, which the wasm backend has, gives 1 for 1 and -1 to the power of infinity, and for 1 to that of NaN. */
const power = (a: T, b: T): T =>
  tf.where(tf.logicalAnd(tf.equal(tf.abs(a), 1), tf.logicalNot(tf.isFinite(b))), Number.NaN, tf.pow(a, b))

/** With `constant`, the second operand is a number of the rule's own and no NaN. */
export const binary: Readonly<Record<BinaryOperation, (a: T, b: T, constant: boolean) => T>> = {
  add: tf.add,
  sub: tf.sub,
  mul: tf.mul,
  div: tf.div,
  pow: power,
  minimum: throughNaN(tf.minimum),
  maximum: throughNaN(tf.maximum),
  greater: tf.greater,
  greaterEqual: tf.greaterEqual,
  less: tf.less,
  lessEqual: tf.lessEqual,
  equal: tf.equal,
  notEqual: tf.notEqual,
  logicalAnd: tf.logicalAnd,
  logicalOr: tf.logicalOr,
}

/** The longest run that is summed in one go. A backend's own float32 sum is off by 5e-3 at 10^7 elements. */
const block = 256

/** The longest run that is not above the block and divides n, so that a matrix of runs needs no copy; 1 where there is none. */
const runOf = (n: number): number => {
  const runs = Array.from({ length: block }, (_, i) => block - i)
  return runs.find(run => n % run === 0) ?? 1
}

/** The accurate sum of each row: of runs, then of their sums in the same way. */
const sumRows = (rows: T, width: number, n: number): T => {
  if (n <= block) return tf.sum(rows, 1)
  const run = runOf(n)
  // Few long runs: split what does not fit off, which costs a copy.
  if (run < 16) {
    const whole = n - (n % block)
    const head = sumRows(tf.slice(rows, [0, 0], [width, whole]), width, whole)
    return tf.add(head, sumRows(tf.slice(rows, [0, whole]), width, n - whole))
  }
  return sumRows(tf.sum(tf.reshape(rows, [width, n / run, run]), 2), width, n / run)
}

/** The accurate sum over axes, of which there may be many short ones or one long one; 0 where there is nothing to add. */
const sumAxes = (x: T, axes: readonly number[]): T => {
  const kept = x.shape.map((_, axis) => axis).filter(axis => !axes.includes(axis))
  const count = sizeOf(axes.map(axis => x.shape[axis] ?? 1))
  const shape = x.shape.map((n, axis) => (axes.includes(axis) ? 1 : n))
  if (x.size === 0) return tf.zeros(shape)
  const rows = tf.reshape(tf.transpose(x, [...kept, ...axes]), [x.size / count, count])
  return tf.reshape(sumRows(rows, x.size / count, count), shape)
}

const sumAll = (x: T): T =>
  x.size === 0 ? tf.scalar(0) : tf.reshape(sumRows(tf.reshape(x, [1, x.size]), 1, x.size), [])

const sum = (x: T, axes: readonly number[] | undefined): T => (axes === undefined ? sumAll(x) : sumAxes(x, axes))

const extreme =
  (of: (x: T, axes?: number[], keepDims?: boolean) => T) =>
  (x: T, axes: readonly number[] | undefined): T => {
    const shape = axes === undefined ? [] : x.shape.map((n, axis) => (axes.includes(axis) ? 1 : n))
    if (x.size === 0) return tf.zeros(shape)
    return axes === undefined ? of(x) : of(x, [...axes], true)
  }

export const reduction: Readonly<Record<Reduction, (x: T, axes: readonly number[] | undefined) => T>> = {
  sum,
  max: extreme(tf.max),
  min: extreme(tf.min),
  // Scaled by the largest magnitude, so that the squares of 1e-30 and of 1e30 count. Infinity and NaN go through.
  norm: (x, axes) => {
    const largest = extreme(tf.max)(tf.abs(x), axes)
    const unit = tf.where(tf.logicalAnd(tf.greater(largest, 0), tf.isFinite(largest)), largest, 1)
    return tf.mul(tf.sqrt(sum(tf.square(tf.div(x, unit)), axes)), unit)
  },
}

/**
 * $\min(\max(x, lo), hi)$, and NaN where one of them is. tf.clipByValue refuses bounds in the wrong order; on the wasm backend it
 * makes a NaN the lower bound, and computes nothing where the bounds are one float32.
 */
export const clip = (x: T, lo: number, hi: number): T =>
  Number.isNaN(lo) || Number.isNaN(hi) ? tf.fill(x.shape, Number.NaN) : tf.minimum(tf.maximum(x, lo), hi)

/** $(1 - t)\,a + t\,b$: a form that gives exactly its ends at 0 and 1; there, the other side is not even looked at. */
export const lerp = (a: T, b: T, t: number): T => tf.add(tf.mul(a, 1 - t), tf.mul(b, t))

export const broadcast = (x: T, shape: Shape): T =>
  x.size === 1 ? tf.mul(tf.ones([...shape]), x) : tf.broadcastTo(x, [...shape])
