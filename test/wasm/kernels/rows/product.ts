/** Products of matrices, with bias and activation, and over named axes. */
import * as tf from '@tensorflow/tfjs'
import { at, atBroadcast, broadcastShape, type Draw, type Field, forEach, generate, placeOf } from '../field.js'
import type { Row } from '../row.js'
import { type Activation, activations, clearOfKinks } from './convolution.js'

/** $C_{b,i,k} = \sum_j A_{b,i,j} B_{b,j,k}$, either operand transposed, batches broadcast. */
export const product = (a: Field, b: Field, transposeA: boolean, transposeB: boolean): Field => {
  const [rows, inner] = transposeA ? [a.shape.at(-1)!, a.shape.at(-2)!] : [a.shape.at(-2)!, a.shape.at(-1)!]
  const columns = transposeB ? b.shape.at(-2)! : b.shape.at(-1)!
  const batch = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2))
  return generate([...batch, rows, columns], index => {
    const [outer, i, k] = [index.slice(0, -2), index.at(-2)!, index.at(-1)!]
    let sum = 0
    for (let j = 0; j < inner; j++)
      sum +=
        atBroadcast(a, [...outer, ...(transposeA ? [j, i] : [i, j])]) *
        atBroadcast(b, [...outer, ...(transposeB ? [k, j] : [j, k])])
    return sum
  })
}

const turned = ([rows, columns]: readonly [number, number], turn: boolean): number[] =>
  turn ? [columns, rows] : [rows, columns]

const drawSides = (draw: Draw) => ({ rows: draw.int(1, 5), inner: draw.int(1, 9), columns: draw.int(1, 9) })

/** The sum over all axes that the result does not name. */
export const einsum = (equation: string, terms: readonly Field[]): Field => {
  const [left, right] = equation.split('->') as [string, string]
  const names = left.split(',')
  const sizes = new Map(names.flatMap((name, t) => [...name].map((axis, k) => [axis, terms[t]!.shape[k]!] as const)))
  const all = [...right, ...[...sizes.keys()].filter(axis => !right.includes(axis))]
  const out = generate(
    [...right].map(axis => sizes.get(axis)!),
    () => 0,
  )
  forEach(
    all.map(axis => sizes.get(axis)!),
    index => {
      const of = (name: string) => [...name].map(axis => index[all.indexOf(axis)]!)
      out.values[placeOf(out.shape, of(right))]! += names.reduce((p, name, t) => p * at(terms[t]!, of(name)), 1)
    },
  )
  return out
}

const equations = [
  'ij,jk->ik',
  'ij,ij->',
  'i,j->ij',
  'ij->ji',
  'bij,bjk->bik',

  'bhqd,bhkd->bhqk',
  'ij->i',
  'abc,c->ab',
  'ij,kj->ki',
]

const addBias = (y: Field, b: Field): Field => ({
  shape: y.shape,
  values: y.values.map((value, i) => value + b.values[i % b.values.length]!),
})

/** Products of one batch with another, or of a batch with one matrix. */
const matMul = (op: string, alike: boolean, more: Partial<Row>): Row => ({
  op,
  kernels: ['BatchMatMul'],
  ...more,
  geometry: draw => {
    const { rows, inner, columns } = drawSides(draw)
    const [transposeA, transposeB] = [draw.int(0, 1) === 1, draw.int(0, 1) === 1]
    const batch = draw.pick([[], [draw.int(1, 3)], [2, draw.int(1, 2)]])
    const shared = alike ? batch : draw.pick([[], batch.map(() => 1)])
    return {
      inputs: [
        draw.field([...batch, ...turned([rows, inner], transposeA)]),
        draw.field([...shared, ...turned([inner, columns], transposeB)]),
      ],
      compute: (a, b) => tf.matMul(a!, b!, transposeA, transposeB),
      reference: (a, b) => product(a!, b!, transposeA, transposeB),
      says: { rows, inner, columns, transposeA, transposeB, batch, shared },
    }
  },
})

export const products: readonly Row[] = [
  matMul('matMul', true, { layers: ['dot'] }),
  // TensorFlow.js refuses the gradient of these.
  matMul('matMul, broadcast', false, { gradient: false }),
  {
    op: 'dot',
    kernels: ['BatchMatMul'],
    geometry: draw => {
      const n = draw.int(1, 9)
      return {
        inputs: [draw.field([n]), draw.field([n])],
        compute: (a, b) => tf.dot(a!, b!),
        reference: (a, b) => ({
          shape: [],
          values: Float64Array.of(a!.values.reduce((sum, value, i) => sum + value * b!.values[i]!, 0)),
        }),
        says: { n },
      }
    },
  },
  {
    op: 'fused.matMul',
    kernels: ['_FusedMatMul', 'BatchMatMul'],
    layers: ['dense'],
    geometry: draw => {
      const { rows, inner, columns } = drawSides(draw)
      const [transposeA, transposeB] = [draw.int(0, 3) === 0, draw.int(0, 3) === 0]
      const activation = draw.pick(Object.keys(activations) as Activation[])
      const a = draw.field(turned([rows, inner], transposeA), -2, 2)
      const b = draw.field(turned([inner, columns], transposeB), -2, 2)
      const bias = clearOfKinks(c => addBias(product(a, b, transposeA, transposeB), c), draw.field([columns]))
      return {
        inputs: [a, b, bias],
        compute: (a, b, bias) =>
          tf.fused.matMul({ a: a!, b: b!, transposeA, transposeB, bias, activation, leakyreluAlpha: 0.2 }),
        reference: (a, b, c) => {
          const y = addBias(product(a!, b!, transposeA, transposeB), c!)
          return { ...y, values: y.values.map(activations[activation]) }
        },
        says: { rows, inner, columns, transposeA, transposeB, activation },
      }
    },
  },
  {
    op: 'einsum',
    kernels: ['Einsum'],
    gradient: false,
    geometry: draw => {
      const equation = draw.pick(equations)
      const terms = equation.split('->')[0]!.split(',')
      const sizes = new Map([...new Set(terms.join(''))].map(axis => [axis, draw.int(1, 4)]))
      return {
        inputs: terms.map(term => draw.field([...term].map(axis => sizes.get(axis)!))),
        compute: (...xs) => tf.einsum(equation, ...xs),
        reference: (...xs) => einsum(equation, xs),
        says: { equation, sizes: [...sizes] },
      }
    },
  },
]
