/** Random gradients, and what a transform makes of them on tensors, to hold proven bounds against. */
import * as tf from '@tensorflow/tfjs'
import fc from 'fast-check'
import { compile, type GradientTransform, type Tensors } from '../../../src/index.js'

export const shapes: Readonly<Record<string, readonly number[]>> = {
  'a/kernel': [2, 3],
  'a/bias': [3],
  'b/kernel': [3, 2],
  'b/bias': [2],
}
export const names = Object.keys(shapes)
export const sizeOf = (leaf: string): number => (shapes[leaf] ?? []).reduce((a, b) => a * b, 1)

// Typical, tiny, huge, sparse and heavy-tailed elements, and sudden changes from step to step.
const element = fc.oneof(
  { weight: 4, arbitrary: fc.double({ min: -1, max: 1, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(0, 1e-6, -1e-3, 30, -1000, 1e5) },
)
const gradients = fc.record(
  Object.fromEntries(
    names.map(leaf => [leaf, fc.array(element, { minLength: sizeOf(leaf), maxLength: sizeOf(leaf) })]),
  ),
)
/** The gradients of a few steps. */
export const run = fc.array(gradients, { minLength: 1, maxLength: 5 })

const tensors = (values: Readonly<Record<string, readonly number[]>>): Tensors =>
  Object.fromEntries(
    names.map(leaf => [leaf, tf.tensor([...(values[leaf] ?? [])], [...(shapes[leaf] ?? [])], 'float32')]),
  )
const numbers = (x: tf.Tensor | undefined): readonly number[] => Array.from(x?.dataSync() ?? [])
/** The Euclidean norm. */
export const norm = (x: readonly number[]): number => Math.hypot(...x)

export interface Measured {
  readonly g: readonly number[]
  readonly u: readonly number[]
  readonly base: readonly number[]
}

/** Runs a transform, and gives each leaf at each step to a check. */
export const measure = <S>(
  transform: GradientTransform<S>,
  steps: readonly Readonly<Record<string, readonly number[]>>[],
  check: (measured: Measured) => void,
  observed?: string,
): void => {
  const optimizer = compile(transform, { interpreter: 'tfjs', observe: observed === undefined ? [] : [observed] })
  const params = tensors(
    Object.fromEntries(names.map((leaf, i) => [leaf, Array.from({ length: sizeOf(leaf) }, (_, k) => Math.sin(i + k))])),
  )
  steps.reduce((state, values, t) => {
    const grads = tensors(values)
    const [updates, next, readings] = optimizer.update(grads, state, params, { epoch: t + 1, totalEpochs: 4, loss: 1 })
    for (const leaf of names)
      check({
        g: numbers(grads[leaf]),
        u: numbers(updates[leaf]),
        base: observed === undefined ? numbers(grads[leaf]) : numbers(readings[observed]?.[leaf]),
      })
    return next
  }, optimizer.init(params))
}

/** What float32 may add to a bound that holds in real arithmetic, relative to it. */
export const tolerance = 1e-5

/** The elementwise ratios of an update, where the gradient is large enough to divide by. */
export const ratios = ({ g, u }: Measured): readonly number[] =>
  g.flatMap((x, i) => (Math.abs(x) > 1e-12 ? [(u[i] ?? 0) / x] : []))
