/** Functions of two numbers, broadcast, and choices between them. */
import * as tf from '@tensorflow/tfjs'
import { atBroadcast, broadcastShape, type Draw, type Field, generate } from '../field.js'
import type { Row } from '../row.js'

type Two = (a: number, b: number) => number

interface Binary {
  readonly compute: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor
  readonly f: Two
  readonly kernels: readonly string[]
  /** The ranges of both operands; by default -3 to 3, apart from each other and from 0. */
  readonly ranges?: readonly [readonly [number, number], readonly [number, number]]
  readonly layers?: readonly string[]
  readonly gradient?: boolean
  /** Whether TensorFlow.js has a gradient for operands of one shape alone, and refuses others. */
  readonly alike?: boolean
  readonly special?: string
  readonly cpu?: string
  readonly specials?: readonly number[]
}

const float = (f: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor) => (a: tf.Tensor, b: tf.Tensor) => f(a, b).toFloat()
const holds =
  (f: (a: number, b: number) => boolean): Two =>
  (a, b) =>
    Number(f(a, b))

const binary: Readonly<Record<string, Binary>> = {
  add: { compute: tf.add, f: (a, b) => a + b, kernels: ['Add'], layers: ['add'] },
  sub: { compute: tf.sub, f: (a, b) => a - b, kernels: ['Sub', 'Neg'] },
  mul: { compute: tf.mul, f: (a, b) => a * b, kernels: ['Multiply'], layers: ['multiply', 'dropout', 'masking'] },
  div: {
    compute: tf.div,
    f: (a, b) => a / b,
    kernels: ['RealDiv'],
    ranges: [
      [-3, 3],
      [0.5, 3],
    ],
  },
  divNoNan: {
    compute: tf.divNoNan,
    gradient: false,
    f: (a, b) => (b === 0 ? 0 : a / b),
    kernels: ['RealDiv'],
    ranges: [
      [-3, 3],
      [0.5, 3],
    ],
  },
  floorDiv: {
    compute: float(tf.floorDiv),
    f: (a, b) => Math.floor(a / b),
    kernels: ['FloorDiv'],
    ranges: [
      [-3, 3],
      [0.5, 3],
    ],
    gradient: false,
    special: 'float32, so that NaN stays',
    cpu: 'int32, also of float32',
    specials: [-7],
  },
  maximum: {
    alike: true,
    compute: tf.maximum,
    f: Math.max,
    kernels: ['Maximum', 'GreaterEqual', 'Less'],
    layers: ['maximum'],
  },
  minimum: {
    alike: true,
    compute: tf.minimum,
    f: Math.min,
    kernels: ['Minimum', 'LessEqual', 'Greater'],
    layers: ['minimum'],
  },
  mod: {
    compute: tf.mod,
    f: (a, b) => a - b * Math.floor(a / b),
    kernels: ['Mod'],
    ranges: [
      [0.1, 0.9],
      [1, 3],
    ],
  },
  pow: {
    compute: tf.pow,
    f: (a, b) => a ** b,
    kernels: ['Pow'],
    ranges: [
      [0.3, 3],
      [-2, 2],
    ],
  },
  atan2: { compute: tf.atan2, f: Math.atan2, kernels: ['Atan2'] },
  squaredDifference: {
    alike: true,
    compute: tf.squaredDifference,
    f: (a, b) => (a - b) ** 2,
    kernels: ['SquaredDifference'],
  },
  equal: { compute: float(tf.equal), f: holds((a, b) => a === b), kernels: ['Equal'], gradient: false },
  notEqual: { compute: float(tf.notEqual), f: holds((a, b) => a !== b), kernels: ['NotEqual'], gradient: false },
  greater: { compute: float(tf.greater), f: holds((a, b) => a > b), kernels: ['Greater'], gradient: false },
  greaterEqual: {
    compute: float(tf.greaterEqual),
    f: holds((a, b) => a >= b),
    kernels: ['GreaterEqual'],
    gradient: false,
  },
  less: { compute: float(tf.less), f: holds((a, b) => a < b), kernels: ['Less'], gradient: false },
  lessEqual: { compute: float(tf.lessEqual), f: holds((a, b) => a <= b), kernels: ['LessEqual'], gradient: false },
  logicalAnd: {
    compute: (a, b) => tf.logicalAnd(a.greater(0), b.greater(0)).toFloat(),
    f: holds((a, b) => a > 0 && b > 0),
    kernels: ['LogicalAnd'],
    gradient: false,
  },
  logicalOr: {
    compute: (a, b) => tf.logicalOr(a.greater(0), b.greater(0)).toFloat(),
    f: holds((a, b) => a > 0 || b > 0),
    kernels: ['LogicalOr'],
    gradient: false,
  },
  logicalXor: {
    compute: (a, b) => tf.logicalXor(a.greater(0), b.greater(0)).toFloat(),
    f: holds((a, b) => a > 0 !== b > 0),
    kernels: ['LogicalAnd', 'LogicalNot'],
    gradient: false,
  },
  logicalNot: {
    compute: (a, b) => tf.logicalNot(a.greater(b)).toFloat(),
    f: holds((a, b) => !(a > b)),
    kernels: ['LogicalNot'],
    gradient: false,
  },
}

const broadcast = (f: Two, a: Field, b: Field): Field =>
  generate(broadcastShape(a.shape, b.shape), index => f(atBroadcast(a, index), atBroadcast(b, index)))

/** Two shapes that broadcast: axes missing at the front, or of one element. */
const drawShapes = (draw: Draw): [number[], number[]] => {
  const shape = Array.from({ length: draw.int(0, 3) }, () => draw.int(1, 4))
  const thinned = () => shape.map(n => (draw.int(0, 3) === 0 ? 1 : n))
  const shapes: [number[], number[]] = [shape, thinned().slice(draw.int(0, shape.length))]
  return draw.int(0, 1) === 0 ? shapes : [shapes[1], shapes[0]]
}

const rowOf = (op: string, { compute, f, ranges, alike, ...rest }: Binary): Row => ({
  op,
  ...rest,
  geometry: draw => {
    const shapes = drawShapes(draw)
    const [left, right] = alike && rest.gradient !== false ? [shapes[0], shapes[0]] : shapes
    // One on multiples of 1/4, the other 1/10 beside them: nowhere equal, and neither is 0.
    const apart = (shape: readonly number[], by: number): Field =>
      generate(shape, () => Math.fround(draw.int(-8, 8) / 4 + by))
    const [a, b] = ranges
      ? [draw.field(left, ...ranges[0]), draw.field(right, ...ranges[1])]
      : [apart(left, 0.05), apart(right, 0.15)]
    // Where there is no derivative, some are equal.
    const second = rest.gradient === false && !ranges && draw.int(0, 1) === 0 ? apart(right, 0.05) : b
    return {
      inputs: [a, second],
      compute: (a, b) => compute(a!, b!),
      reference: (a, b) => broadcast(f, a!, b!),
      says: { left, right },
    }
  },
})

const rows: readonly Row[] = Object.entries(binary).flatMap(([op, of]) => [
  rowOf(op, of),
  ...(of.alike ? [rowOf(`${op}, broadcast`, { ...of, kernels: of.kernels.slice(0, 1), gradient: false })] : []),
])

export const binaries: readonly Row[] = [
  ...rows,
  {
    op: 'prelu',
    kernels: ['Prelu', 'Multiply', 'Select'],
    layers: ['prelu'],
    geometry: draw => {
      const shape = Array.from({ length: draw.int(1, 4) }, () => draw.int(1, 4))
      const slopes = shape.map(n => (draw.int(0, 2) === 0 ? 1 : n)).slice(draw.int(0, shape.length))
      return {
        inputs: [draw.away(shape, [0], -3, 3), draw.field(slopes, 0.1, 2)],
        compute: (x, alpha) => tf.prelu(x!, alpha!),
        reference: (x, alpha) => broadcast((x, a) => (x < 0 ? a * x : x), x!, alpha!),
        says: { shape, slopes },
      }
    },
  },
  {
    op: 'where',
    kernels: ['Select'],
    geometry: draw => {
      const shape = Array.from({ length: draw.int(0, 3) }, () => draw.int(1, 4))
      const chosen = generate(shape, () => draw.int(0, 1))
      return {
        inputs: [draw.field(shape), draw.field(shape)],
        compute: (a, b) => tf.where(tf.tensor(Array.from(chosen.values), shape).toBool(), a!, b!),
        reference: (a, b) => ({ shape, values: chosen.values.map((c, i) => (c === 1 ? a! : b!).values[i]!) }),
        says: { shape },
      }
    },
  },
  {
    op: 'addN',
    kernels: ['AddN'],
    geometry: draw => {
      const shape = Array.from({ length: draw.int(1, 3) }, () => draw.int(1, 4))
      return {
        inputs: Array.from({ length: draw.int(2, 4) }, () => draw.field(shape)),
        compute: (...xs) => tf.addN([...xs]),
        reference: (...xs) => ({
          shape,
          values: xs[0]!.values.map((_, i) => xs.reduce((sum, x) => sum + x.values[i]!, 0)),
        }),
      }
    },
  },
]
