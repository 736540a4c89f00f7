/** Functions of one number, each with where it is asked and where it has kinks. */
import * as tf from '@tensorflow/tfjs'
import { type Field, generate } from '../field.js'
import type { Row } from '../row.js'

interface Unary {
  readonly compute: (x: tf.Tensor) => tf.Tensor
  readonly f: (x: number) => number
  readonly kernels: readonly string[]
  readonly range?: readonly [low: number, high: number]
  readonly kinks?: readonly number[]
  readonly layers?: readonly string[]
  readonly gradient?: boolean
  readonly special?: string
  readonly cpu?: string
  readonly specials?: readonly number[]
}

/** The series of the error function: https://dlmf.nist.gov/7.6.E1. */
const erf = (x: number): number => {
  let [sum, term] = [0, x]
  for (let n = 0; n < 60; n++) {
    sum += term / (2 * n + 1)
    term *= -(x * x) / (n + 1)
  }
  return (2 / Math.sqrt(Math.PI)) * sum
}

// Klambauer et al. 2017, arXiv 1706.02515.
const [SCALE, ALPHA] = [1.0507009873554805, 1.6732632423543772]
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))
const softplus = (x: number): number => Math.log1p(Math.exp(x))
// To the nearest whole number, halves to even.
const round = (x: number): number => {
  const [down, rest] = [Math.floor(x), x - Math.floor(x)]
  return rest < 0.5 || (rest === 0.5 && down % 2 === 0) ? down : down + 1
}
const whole = Array.from({ length: 9 }, (_, i) => i - 4)
const halves = whole.flatMap(n => [n, n + 0.5])
const bool = (f: (x: tf.Tensor) => tf.Tensor) => (x: tf.Tensor) => f(x).toFloat()

const unary: Readonly<Record<string, Unary>> = {
  abs: { compute: tf.abs, f: Math.abs, kernels: ['Abs', 'Step'], kinks: [0] },
  acos: { compute: tf.acos, f: Math.acos, kernels: ['Acos'], range: [-0.9, 0.9] },
  acosh: { compute: tf.acosh, f: Math.acosh, kernels: ['Acosh'], range: [1.2, 5] },
  asin: { compute: tf.asin, f: Math.asin, kernels: ['Asin'], range: [-0.9, 0.9] },
  asinh: { compute: tf.asinh, f: Math.asinh, kernels: ['Asinh'] },
  atan: { compute: tf.atan, f: Math.atan, kernels: ['Atan'] },
  atanh: { compute: tf.atanh, f: Math.atanh, kernels: ['Atanh'], range: [-0.9, 0.9] },
  ceil: { compute: tf.ceil, f: Math.ceil, kernels: ['Ceil', 'ZerosLike'], kinks: whole },
  clipByValue: {
    compute: x => tf.clipByValue(x, -1, 2),
    f: x => Math.min(Math.max(x, -1), 2),
    kernels: ['ClipByValue', 'Select'],
    kinks: [-1, 2],
  },
  cos: { compute: tf.cos, f: Math.cos, kernels: ['Cos', 'Sin'] },
  cosh: { compute: tf.cosh, f: Math.cosh, kernels: ['Cosh', 'Sinh'] },
  elu: {
    compute: tf.elu,
    f: x => (x < 0 ? Math.expm1(x) : x),
    kernels: ['Elu', 'EluGrad'],
    layers: ['elu'],
    kinks: [0],
  },
  erf: { compute: tf.erf, f: erf, kernels: ['Erf'] },
  exp: { compute: tf.exp, f: Math.exp, kernels: ['Exp'] },
  expm1: { compute: tf.expm1, f: Math.expm1, kernels: ['Expm1', 'Exp'] },
  floor: { compute: tf.floor, f: Math.floor, kernels: ['Floor'], kinks: whole },
  gelu: {
    compute: x => tf.mul(x, tf.erf(x.div(Math.SQRT2)).add(1)).mul(0.5),
    f: x => 0.5 * x * (1 + erf(x / Math.SQRT2)),
    kernels: ['Erf', 'Multiply'],
  },
  hardSigmoid: {
    compute: x => tf.clipByValue(x.mul(0.2).add(0.5), 0, 1),
    f: x => Math.min(Math.max(0.2 * x + 0.5, 0), 1),
    kernels: ['ClipByValue'],
    kinks: [-2.5, 2.5],
  },
  isFinite: { compute: bool(tf.isFinite), f: x => Number(Number.isFinite(x)), kernels: ['IsFinite'], gradient: false },
  isInf: { compute: bool(tf.isInf), f: x => Number(Math.abs(x) === Infinity), kernels: ['IsInf'], gradient: false },
  isNaN: { compute: bool(tf.isNaN), f: x => Number(Number.isNaN(x)), kernels: ['IsNan'], gradient: false },
  leakyRelu: {
    compute: x => tf.leakyRelu(x, 0.3),
    f: x => (x < 0 ? 0.3 * x : x),
    kernels: ['LeakyRelu'],
    layers: ['leakyReLU'],
    kinks: [0],
  },
  log: { compute: tf.log, f: Math.log, kernels: ['Log', 'RealDiv'], range: [0.2, 4] },
  log1p: { compute: tf.log1p, f: Math.log1p, kernels: ['Log1p'], range: [-0.7, 4] },
  logSigmoid: { compute: tf.logSigmoid, f: x => -softplus(-x), kernels: ['Softplus', 'Sigmoid'] },
  mish: {
    compute: x => x.mul(tf.tanh(tf.softplus(x))),
    f: x => x * Math.tanh(softplus(x)),
    kernels: ['Softplus', 'Tanh'],
  },
  neg: { compute: tf.neg, f: x => -x, kernels: ['Neg'] },
  reciprocal: { compute: tf.reciprocal, f: x => 1 / x, kernels: ['Reciprocal'], kinks: [0], range: [0.3, 4] },
  relu: {
    compute: tf.relu,
    f: x => Math.max(x, 0),
    kernels: ['Relu', 'Step'],
    layers: ['reLU', 'activation'],
    kinks: [0],
  },
  relu6: { compute: tf.relu6, f: x => Math.min(Math.max(x, 0), 6), kernels: ['Relu6'], range: [-4, 9], kinks: [0, 6] },
  round: { compute: tf.round, f: round, kernels: ['Round'], kinks: halves },
  rsqrt: { compute: tf.rsqrt, f: x => 1 / Math.sqrt(x), kernels: ['Rsqrt'], range: [0.3, 4] },
  selu: {
    compute: tf.selu,
    f: x => SCALE * (x < 0 ? ALPHA * Math.expm1(x) : x),
    kernels: ['Selu'],
    kinks: [0],
  },
  sigmoid: { compute: tf.sigmoid, f: sigmoid, kernels: ['Sigmoid'] },
  sign: { compute: tf.sign, f: Math.sign, kernels: ['Sign'], kinks: [0], special: 'of NaN 0' },
  sin: { compute: tf.sin, f: Math.sin, kernels: ['Sin', 'Cos'] },
  sinh: { compute: tf.sinh, f: Math.sinh, kernels: ['Sinh', 'Cosh'] },
  softplus: { compute: tf.softplus, f: softplus, kernels: ['Softplus', 'Sigmoid'] },
  softsign: {
    compute: x => x.div(tf.abs(x).add(1)),
    f: x => x / (1 + Math.abs(x)),
    kernels: ['Abs', 'RealDiv'],
    kinks: [0],
  },
  sqrt: { compute: tf.sqrt, f: Math.sqrt, kernels: ['Sqrt'], range: [0.3, 4] },
  square: { compute: tf.square, f: x => x * x, kernels: ['Square'] },
  step: { compute: x => tf.step(x, 0.5), f: x => (x > 0 ? 1 : 0.5), kernels: ['Step'], kinks: [0] },
  swish: { compute: x => x.mul(tf.sigmoid(x)), f: x => x * sigmoid(x), kernels: ['Sigmoid', 'Multiply'] },
  tan: { compute: tf.tan, f: Math.tan, kernels: ['Tan'], range: [-1.3, 1.3] },
  tanh: { compute: tf.tanh, f: Math.tanh, kernels: ['Tanh'] },
  toBool: { compute: bool(x => x.toBool()), f: x => Number(x !== 0), kernels: ['Cast'], gradient: false },
  toInt: { compute: bool(x => x.toInt()), f: Math.trunc, kernels: ['Cast'], kinks: whole, gradient: false },
}

const map = ({ shape, values }: Field, f: (x: number) => number): Field => ({ shape, values: values.map(f) })

export const elementwise: readonly Row[] = Object.entries(unary).map(([op, { compute, f, range, kinks, ...rest }]) => ({
  op,
  ...rest,
  geometry: draw => {
    // Also 0 axes, and more elements than are computed at once.
    const shape = Array.from({ length: draw.int(0, 3) }, () => draw.int(1, 4))
    const [low, high] = range ?? [-4, 4]
    const x = draw.away(shape, kinks ?? [], low, high)
    // Halves and whole numbers, where there is no derivative.
    const on = rest.gradient === false && op !== 'toInt' ? generate(shape, () => draw.pick([0, 1, -2, 0.5, 1e-20])) : x
    return { inputs: [on], compute: x => compute(x!), reference: x => map(x!, f), says: { shape } }
  },
}))

/** Where digits count: small numbers, of which a difference from 1 or 0 is left. */
export const small = [
  'sign',
  'sin',
  'sinh',
  'tan',
  'tanh',
  'asin',
  'asinh',
  'atan',
  'atanh',
  'expm1',
  'log1p',
  'erf',
  'elu',
]
export const functionOf = (op: string): Unary => unary[op]!
