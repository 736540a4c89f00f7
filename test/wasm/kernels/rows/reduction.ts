/** Sums, products and choices over axes. */
import * as tf from '@tensorflow/tfjs'
import { at, type Draw, type Field, forEach, generate, placeOf } from '../field.js'
import type { Row } from '../row.js'

/** What is made of the values that meet in one element of the result. */
type Fold = (values: readonly number[]) => number

/** Gathers the values over some axes and folds them. */
const fold = (x: Field, axes: readonly number[], keepDims: boolean, f: Fold): Field => {
  const kept = x.shape.map((n, axis) => (axes.includes(axis) ? 1 : n))
  const groups = generate(kept, () => 0)
  const lists = Array.from(groups.values, (): number[] => [])
  forEach(x.shape, index => {
    const to = placeOf(
      kept,
      index.map((i, axis) => (axes.includes(axis) ? 0 : i)),
    )
    lists[to]!.push(x.values[placeOf(x.shape, index)]!)
  })
  const shape = keepDims ? kept : x.shape.filter((_, axis) => !axes.includes(axis))
  return { shape, values: Float64Array.from(lists, f) }
}

const sum: Fold = values => values.reduce((a, b) => a + b, 0)
const product: Fold = values => values.reduce((a, b) => a * b, 1)
const largest: Fold = values => values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
const smallest: Fold = values => values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
const mean: Fold = values => sum(values) / values.length
export const logSumExp: Fold = values => {
  const most = largest(values)
  return most + Math.log(sum(values.map(value => Math.exp(value - most))))
}
export const variance: Fold = values => mean(values.map(value => (value - mean(values)) ** 2))

type Reduce = (x: tf.Tensor, axes: number[], keepDims: boolean) => tf.Tensor

const drawAxes = (draw: Draw, rank: number): number[] =>
  [...draw.permutation(rank)].slice(0, draw.int(1, Math.max(1, rank)))

const reduction = (op: string, compute: Reduce, f: Fold, kernels: readonly string[], more: Partial<Row> = {}): Row => ({
  op,
  kernels,
  ...more,
  geometry: draw => {
    const x = draw.distinct(
      Array.from({ length: draw.int(1, 4) }, () => draw.int(1, 4)),
      0.03,
    )
    const axes = drawAxes(draw, x.shape.length)
    const keepDims = draw.int(0, 1) === 1
    return {
      inputs: [x],
      compute: x => compute(x!, axes, keepDims),
      reference: x => fold(x!, axes, keepDims, f),
      says: { shape: x.shape, axes, keepDims },
    }
  },
})

/** Functions along the last axis that give as many values. */
const alongLast = (
  op: string,
  compute: (x: tf.Tensor) => tf.Tensor,
  f: (values: readonly number[]) => readonly number[],
  kernels: readonly string[],
  more: Partial<Row> = {},
): Row => ({
  op,
  kernels,
  ...more,
  geometry: draw => {
    const x = draw.distinct(
      Array.from({ length: draw.int(1, 3) }, () => draw.int(1, 5)),
      0.1,
    )
    return {
      inputs: [x],
      compute: x => compute(x!),
      reference: x => {
        const n = x!.shape.at(-1)!
        const values = Array.from(x!.values)
        const rows = Array.from({ length: values.length / n }, (_, i) => f(values.slice(i * n, (i + 1) * n)))
        return { shape: [...x!.shape.slice(0, -1), rows[0]!.length], values: Float64Array.from(rows.flat()) }
      },
      says: { shape: x.shape },
    }
  },
})

export const scan =
  (f: (a: number, b: number) => number, first: number, exclusive: boolean, reverse: boolean) =>
  (values: readonly number[]) => {
    const order = reverse ? [...values].reverse() : values
    let running = first
    const done = order.map(value => {
      const before = running
      running = f(running, value)
      return exclusive ? before : running
    })
    return reverse ? done.reverse() : done
  }

type Cumulate = (x: tf.Tensor, axis: number, exclusive: boolean, reverse: boolean) => tf.Tensor

/** Running sums and products along any axis. */
const cumulative = (
  op: string,
  compute: Cumulate,
  f: (a: number, b: number) => number,
  first: number,
  more: Pick<Row, 'kernels'> & Partial<Row>,
): Row => ({
  op,
  cpu: 'wrong axes where they are counted from the end',
  ...more,
  geometry: (draw, compared) => {
    const x = draw.field(Array.from({ length: draw.int(1, 3) }, () => draw.int(1, 4)))
    const rank = x.shape.length
    const axis = draw.int(0, rank - 1)
    const [exclusive, reverse, negative] = [
      draw.int(0, 1) === 1,
      draw.int(0, 1) === 1,
      draw.int(0, 1) === 1 && !compared,
    ]
    const run = scan(f, first, exclusive, reverse)
    return {
      inputs: [x],
      compute: x => compute(x!, negative ? axis - rank : axis, exclusive, reverse),
      reference: x =>
        generate(x!.shape, index => {
          const line = Array.from({ length: x!.shape[axis]! }, (_, i) => at(x!, index.with(axis, i)))
          return run(line)[index[axis]!]!
        }),
      says: { shape: x.shape, axis, exclusive, reverse, negative },
    }
  },
})

export const softmax = (values: readonly number[]): number[] => values.map(value => Math.exp(value - logSumExp(values)))
const ofNothing = (value: string): string => `of nothing ${value}`

export const reductions: readonly Row[] = [
  reduction('sum', (x, axes, keep) => tf.sum(x, axes, keep), sum, ['Sum'], { special: ofNothing('0') }),
  reduction('mean', (x, axes, keep) => tf.mean(x, axes, keep), mean, ['Mean'], {
    special: ofNothing('0'),
    layers: ['average', 'globalAveragePooling1d', 'globalAveragePooling2d'],
  }),
  reduction('max', (x, axes, keep) => tf.max(x, axes, keep), largest, ['Max', 'Equal'], { special: ofNothing('NaN') }),
  reduction('min', (x, axes, keep) => tf.min(x, axes, keep), smallest, ['Min', 'Equal'], { special: ofNothing('NaN') }),
  reduction('prod', (x, axes, keep) => tf.prod(x, axes, keep), product, ['Prod', 'Cumprod'], {
    special: ofNothing('1'),
  }),
  reduction('logSumExp', (x, axes, keep) => tf.logSumExp(x, axes, keep), logSumExp, ['Max', 'Exp', 'Log'], {
    special: ofNothing('NaN'),
  }),
  reduction('moments', (x, axes, keep) => tf.moments(x, axes, keep).variance, variance, ['Mean', 'Square'], {
    special: ofNothing('0'),
    gradient: true,
  }),
  reduction(
    'all',
    (x, axes, keep) => tf.all(x.greater(-0.5), axes, keep).toFloat(),
    values => Number(values.every(value => value > -0.5)),
    ['All'],
    { gradient: false, special: ofNothing('false') },
  ),
  reduction(
    'any',
    (x, axes, keep) => tf.any(x.greater(0.5), axes, keep).toFloat(),
    values => Number(values.some(value => value > 0.5)),
    ['Any'],
    { gradient: false, special: ofNothing('false') },
  ),
  alongLast(
    'argMax',
    x => tf.argMax(x, -1).toFloat().expandDims(-1),
    values => [values.indexOf(largest(values))],
    ['ArgMax'],
    { gradient: false, special: ofNothing('0') },
  ),
  alongLast(
    'argMin',
    x => tf.argMin(x, -1).toFloat().expandDims(-1),
    values => [values.indexOf(smallest(values))],
    ['ArgMin'],
    { gradient: false, special: ofNothing('0') },
  ),
  alongLast(
    'topk',
    x => tf.topk(x, 1).values,
    values => [largest(values)],
    ['TopK'],
    { gradient: false },
  ),
  alongLast('softmax', x => tf.softmax(x), softmax, ['Softmax'], { layers: ['softmax'] }),
  alongLast(
    'logSoftmax',
    x => tf.logSoftmax(x),
    values => values.map(value => value - logSumExp(values)),
    ['Max', 'Exp', 'Sum'],
  ),
  cumulative(
    'cumsum',
    (x, axis, exclusive, reverse) => tf.cumsum(x, axis, exclusive, reverse),
    (a, b) => a + b,
    0,
    {
      kernels: ['Cumsum'],
      special:
        'the gradient of TensorFlow.js, on every backend, is right for the last axis alone; `useWasm` puts another in its place',
      specialGradient: false,
    },
  ),
  cumulative(
    'cumprod',
    (x, axis, exclusive, reverse) => tf.cumprod(x, axis, exclusive, reverse),
    (a, b) => a * b,
    1,
    {
      kernels: ['Cumprod'],
      gradient: false,
    },
  ),
]
