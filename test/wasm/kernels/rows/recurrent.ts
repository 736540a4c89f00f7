/** Recurrent layers, as layers: what they are made of meets here in the ways that training has it. */
import * as tf from '@tensorflow/tfjs'
import { at, type Draw, type Field, generate } from '../field.js'
import type { Row } from '../row.js'
import { axisOf } from '../windows.js'
import { convolution } from './convolution.js'

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

/** Runs a layer with given weights, which are differentiated as its input is. */
const withWeights = (layer: tf.layers.Layer, [x, ...weights]: readonly tf.Tensor[]): tf.Tensor => {
  layer.build(x!.shape)
  layer.built = true
  layer.trainableWeights.forEach((weight, k) => {
    // A variable of a layer reads this field; a plain tensor in its place is what `tf.grads` can follow.
    const held = weight as unknown as { val: tf.Tensor }
    held.val.dispose()
    held.val = weights[k]!
  })
  return layer.apply(x!) as tf.Tensor
}

/** The product of a state [batch, n] and columns of a matrix, one value. */
const dot = (state: Field, weights: Field, b: number, column: number): number => {
  let sum = 0
  for (let i = 0; i < weights.shape[0]!; i++) sum += at(state, [b, i]) * at(weights, [i, column])
  return sum
}

const stepOf = (x: Field, t: number): Field => generate([x.shape[0]!, x.shape[2]!], ([b, i]) => at(x, [b!, t, i!]))

type Cell = (gate: (k: number) => Field, h: Field, c: Field, u: Field) => { readonly h: Field; readonly c: Field }

/** Goes through the steps of a sequence; a gate is what the input and the bias give it. */
export const recur = (cell: Cell, [x, w, u, bias]: readonly Field[], units: number): Field => {
  const state = () => generate([x!.shape[0]!, units], () => 0)
  let [h, c] = [state(), state()]
  for (let t = 0; t < x!.shape[1]!; t++) {
    const step = stepOf(x!, t)
    const gate = (k: number) =>
      generate([x!.shape[0]!, units], ([b, j]) => dot(step, w!, b!, k * units + j!) + bias!.values[k * units + j!]!)
    ;({ h, c } = cell(gate, h, c, u!))
  }
  return h
}

const zip = (f: (...values: number[]) => number, ...fields: readonly Field[]): Field => ({
  shape: fields[0]!.shape,
  values: fields[0]!.values.map((_, i) => f(...fields.map(({ values }) => values[i]!))),
})

const recurrent = (h: Field, u: Field, k: number): Field =>
  generate(h.shape, ([b, j]) => dot(h, u, b!, k * h.shape[1]! + j!))

const add = (a: Field, b: Field): Field => zip((x, y) => x + y, a, b)
const map = (f: (x: number) => number, x: Field): Field => zip(f, x)

/** $h' = \tanh(x W + h U + b)$. */
const simple: Cell = (gate, h, c, u) => ({ h: map(Math.tanh, add(gate(0), recurrent(h, u, 0))), c })

/** Hochreiter and Schmidhuber 1997 with a forget gate; gates in the order of Keras: i, f, c, o. */
export const lstm: Cell = (gate, h, c, u) => {
  const [i, f, g, o] = [0, 1, 2, 3].map(k => add(gate(k), recurrent(h, u, k))) as [Field, Field, Field, Field]
  const next = zip((i, f, g, c) => sigmoid(f) * c + sigmoid(i) * Math.tanh(g), i, f, g, c)
  return { c: next, h: zip((o, c) => sigmoid(o) * Math.tanh(c), o, next) }
}

/** Cho et al. 2014, the reset gate before the product; gates in the order of Keras: z, r, h. */
export const gru: Cell = (gate, h, c, u) => {
  const [z, r] = [0, 1].map(k => map(sigmoid, add(gate(k), recurrent(h, u, k)))) as [Field, Field]
  const reset = zip((r, h) => r * h, r, h)
  const candidate = map(Math.tanh, add(gate(2), recurrent(reset, u, 2)))
  return { h: zip((z, h, n) => z * h + (1 - z) * n, z, h, candidate), c }
}

const drawSequence = (draw: Draw, gates: number) => {
  const [batch, steps, features, units] = [draw.int(1, 2), draw.int(1, 3), draw.int(1, 3), draw.int(1, 3)]
  const shapes = [[batch, steps, features], [features, gates * units], [units, gates * units], [gates * units]]
  return { inputs: shapes.map(shape => draw.field(shape)), units, says: { batch, steps, features, units } }
}

const sequences = (
  op: string,
  gates: number,
  cell: Cell,
  make: (units: number) => tf.layers.Layer,
  kernels: readonly string[],
): Row => ({
  op: `layers.${op}`,
  kernels,
  layers: [op],
  geometry: draw => {
    const { inputs, units, says } = drawSequence(draw, gates)
    return {
      inputs,
      compute: (...xs) => withWeights(make(units), xs),
      reference: (...xs) => recur(cell, xs, units),
      says,
    }
  },
})

// The initial weights are not used; by default they cost most of the time.
const plain = {
  recurrentActivation: 'sigmoid',
  kernelInitializer: 'zeros',
  recurrentInitializer: 'zeros',
} as const

/** Shi et al. 2015 without peepholes, as Keras has it: an LSTM whose products are convolutions. */
const convLstm = ([x, w, u, bias]: readonly Field[], filters: number): Field => {
  const [batch, steps, rows, columns, channels] = x!.shape as [number, number, number, number, number]
  const axesOf = (taps: Field) => [rows, columns].map((side, k) => axisOf(side, taps.shape[k]!, 1, 1, 'same'))
  const state = () => generate([batch, rows, columns, filters], () => 0)
  const part = (y: Field, k: number) =>
    generate([batch, rows, columns, filters], index => at(y, index.with(3, k * filters + index[3]!)))
  let [h, c] = [state(), state()]
  for (let t = 0; t < steps; t++) {
    const step = generate([batch, rows, columns, channels], ([b, ...rest]) => at(x!, [b!, t, ...rest]))
    const sums = add(convolution(axesOf(w!), step, w!), convolution(axesOf(u!), h, u!))
    const all = zip(value => value, {
      ...sums,
      values: sums.values.map((value, i) => value + bias!.values[i % (4 * filters)]!),
    })
    const [i, f, g, o] = [0, 1, 2, 3].map(k => part(all, k)) as [Field, Field, Field, Field]
    c = zip((i, f, g, c) => sigmoid(f) * c + sigmoid(i) * Math.tanh(g), i, f, g, c)
    h = zip((o, c) => sigmoid(o) * Math.tanh(c), o, c)
  }
  return h
}

export const recurrents: readonly Row[] = [
  sequences(
    'simpleRNN',
    1,
    simple,
    units => tf.layers.simpleRNN({ units, kernelInitializer: 'zeros', recurrentInitializer: 'zeros' }),
    ['BatchMatMul', 'Tanh', 'Unpack'],
  ),
  sequences('lstm', 4, lstm, units => tf.layers.lstm({ units, ...plain }), ['SplitV', 'Sigmoid', 'Unpack']),
  sequences('gru', 3, gru, units => tf.layers.gru({ units, ...plain }), ['SplitV', 'Sigmoid', 'Unpack']),
  {
    op: 'layers.convLstm2d',
    kernels: ['Conv2D', 'Conv2DBackpropInput', 'SplitV'],
    layers: ['convLstm2d', 'convLstm2dCell'],
    spreads: true,
    geometry: draw => {
      const [filters, channels] = [draw.int(1, 2), draw.int(1, 2)]
      const shape = [1, draw.int(1, 2), draw.int(2, 3), draw.int(2, 3), channels]
      const taps = [draw.int(1, 2), draw.int(1, 2)] as const
      const shapes = [shape, [...taps, channels, 4 * filters], [...taps, filters, 4 * filters], [4 * filters]]
      const layer = () => tf.layers.convLstm2d({ filters, kernelSize: [...taps], padding: 'same', ...plain })
      return {
        inputs: shapes.map(shape => draw.field(shape)),
        compute: (...xs) => withWeights(layer(), xs),
        reference: (...xs) => convLstm(xs, filters),
        says: { shape, taps, filters },
      }
    },
  },
]
