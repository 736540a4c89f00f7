/** A row of the table of kernels, and how it is checked. */
import * as tf from '@tensorflow/tfjs'
import { expect } from 'vitest'
import { onCpu, type Value } from '../support/backends.js'
import { type Draw, drawFrom, type Field, sizeOf } from './field.js'

/** One case: inputs, and what is computed from them by the backend and by a plain reference. */
export interface Geometry {
  readonly inputs: readonly Field[]
  readonly compute: (...inputs: readonly tf.Tensor[]) => tf.Tensor
  readonly reference: (...inputs: readonly Field[]) => Field
  /** What to call the case where it fails. */
  readonly says?: unknown
}

export interface Row {
  /** The operation of TensorFlow.js, as its users call it. */
  readonly op: string
  /** The kernels that it runs, those of its gradient included. */
  readonly kernels: readonly string[]
  /** The ordinary layers that run it. */
  readonly layers?: readonly string[]
  /** A random case; kinks are avoided by its construction. Where `compared` with cpu, it is one that cpu computes. */
  readonly geometry: (draw: Draw, compared?: boolean) => Geometry
  /** Whether it has a gradient in TensorFlow.js; default true. */
  readonly gradient?: boolean
  /** What is worth saying of special values; they mean what they mean on `cpu`. */
  readonly special?: string
  /** Whether a value that is not finite may give NaN where it does not on `cpu` (0 times infinity). */
  readonly spreads?: boolean
  /** Where `cpu` gives something else, and why it is not followed. */
  readonly cpu?: string
  /** Inputs in which special values have no meaning (indices, probabilities); by default each input gets them. */
  readonly ordinary?: readonly number[]
  /** The special values that are compared; default all. */
  readonly specials?: readonly number[]
  /** Whether special values are compared in the gradient, too; default true. */
  readonly specialGradient?: boolean
}

const CASES = 200
const TOLERANCE = 1e-4
const STEP = 1e-5
// Of so many elements of each input the derivative is checked.
const ELEMENTS = 8

const toTensor = ({ shape, values }: Field): tf.Tensor => tf.tensor(Float32Array.from(values), [...shape])

/** The weighted sum that is differentiated: a plain sum would hide a kernel that mixes up positions. */
const weighted = ({ values }: Field, weights: Float64Array): number =>
  values.reduce((sum, value, i) => sum + value * weights[i]!, 0)

/** The result and the gradients of its weighted sum for all inputs. */
export const valueAndGradients = (
  { inputs, compute }: Geometry,
  weights: Float64Array,
  gradient: boolean,
): readonly tf.Tensor[] =>
  tf.tidy(() => {
    const tensors = inputs.map(toTensor)
    const value = compute(...tensors)
    if (!gradient) return [value]
    const f = (...xs: tf.Tensor[]) => {
      const y = compute(...xs)
      return y.mul(tf.tensor(Float32Array.from(weights), y.shape)).sum() as tf.Scalar
    }
    return [value, ...tf.grads(f)(tensors)]
  })

const read = (results: readonly tf.Tensor[]): readonly Value[] => {
  const values = results.map(x => ({ shape: x.shape, dtype: x.dtype, values: [...x.dataSync()] }))
  tf.dispose([...results])
  return values
}

const scaleOf = (values: Iterable<number>): number => {
  let scale = 1
  for (const x of values) if (Number.isFinite(x)) scale = Math.max(scale, Math.abs(x))
  return scale
}

const same = (is: number, wanted: number, scale: number): boolean =>
  Object.is(is, wanted) || is === wanted || Math.abs(is - wanted) <= TOLERANCE * scale

/** What is said of a case that fails. */
const told = (says: object): string =>
  JSON.stringify(says, (_, value) => (typeof value === 'number' && !Number.isFinite(value) ? String(value) : value))

/** The seeds of a case: by operation, so that two rows do not go through the same numbers. */
const seedOf = (op: string, i: number): number => [...op].reduce((h, c) => Math.imul(h, 31) + c.charCodeAt(0), 7) + i

export const caseOf = ({ op, geometry }: Row, i: number, compared = false) => {
  const draw = drawFrom(seedOf(op, i))
  const drawn = geometry(draw, compared)
  const wanted = drawn.reference(...drawn.inputs)
  return { drawn, wanted, draw, weights: draw.field([sizeOf(wanted.shape)]).values }
}

const expectValue = (actual: Value, wanted: Field, says: object): void => {
  expect(actual.shape, told(says)).toEqual(wanted.shape)
  const scale = scaleOf(wanted.values)
  const wrong = actual.values.findIndex((value, i) => !same(value, wanted.values[i]!, scale))
  if (wrong >= 0)
    expect({ at: wrong, is: actual.values[wrong] }, told(says)).toEqual({ at: wrong, is: wanted.values[wrong] })
}

/** Central differences of the reference, against the gradient of the backend. */
const expectGradient = (
  { inputs, reference }: Geometry,
  says: object,
  weights: Float64Array,
  gradients: readonly Value[],
  draw: Draw,
): void =>
  inputs.forEach((input, k) => {
    const gradient = gradients[k]!
    expect(gradient.shape, told({ input: k, ...says })).toEqual(input.shape)
    const scale = scaleOf(gradient.values)
    const chosen = draw.permutation(input.values.length).slice(0, ELEMENTS)
    for (const place of chosen) {
      const moved = (by: number): number => {
        const values = Float64Array.from(input.values)
        values[place]! += by
        const changed = { ...input, values }
        return weighted(reference(...inputs.map((other, i) => (i === k ? changed : other))), weights)
      }
      const wanted = (moved(STEP) - moved(-STEP)) / (2 * STEP)
      const is = gradient.values[place]!
      if (!same(is, wanted, Math.max(scale, Math.abs(wanted))))
        expect({ input: k, place, is }, told(says)).toEqual({ input: k, place, is: wanted })
    }
  })

/** Fails unless values equal the reference, and gradients its central differences, over all cases of a row. */
export const expectRight = (row: Row): void => {
  const gradient = row.gradient ?? true
  for (let i = 0; i < CASES; i++) {
    const { drawn, wanted, draw, weights } = caseOf(row, i)
    const [value, ...gradients] = read(valueAndGradients(drawn, weights, gradient))
    const says = { case: i, geometry: drawn.says }
    expectValue(value!, wanted, says)
    if (gradient) expectGradient(drawn, says, weights, gradients, draw)
  }
}

// Cases with special values: each of these at a random place of each input.
const SPECIAL = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, -7]
const SPECIAL_CASES = 6

const specialCases = (row: Row) =>
  Array.from({ length: SPECIAL_CASES }, (_, i) => caseOf(row, 1000 + i, true)).flatMap(({ drawn, draw, weights }) =>
    drawn.inputs.flatMap((input, k) =>
      (input.values.length === 0 || row.ordinary?.includes(k) ? [] : (row.specials ?? SPECIAL)).map(special => {
        const values = Float64Array.from(input.values)
        values[draw.int(0, values.length - 1)] = special
        const inputs = drawn.inputs.map((other, j) => (j === k ? { ...other, values } : other))
        return { drawn: { ...drawn, inputs }, weights, says: { input: k, special, geometry: drawn.says } }
      }),
    ),
  )

/** Fails unless values and gradients are those of the `cpu` backend where inputs are not finite. */
export const expectSpecialValues = async (row: Row): Promise<void> => {
  const cases = specialCases(row)
  const gradient = (row.gradient ?? true) && (row.specialGradient ?? true)
  const all = () => cases.map(({ drawn, weights }) => read(valueAndGradients(drawn, weights, gradient)))
  const wanted: ReturnType<typeof all> = []
  await onCpu(() => {
    wanted.push(...all())
    return []
  })
  all().forEach((results, i) => {
    results.forEach((result, k) => {
      const { shape, values } = wanted[i]![k]!
      // A NaN that cpu does not have stands for what it has.
      const right = values.map((value, at) => (row.spreads && Number.isNaN(result.values[at]) ? Number.NaN : value))
      expectValue(result, { shape, values: Float64Array.from(right) }, { result: k, ...cases[i]!.says })
    })
  })
}
