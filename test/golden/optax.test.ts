/** The numbers that the docstrings of optax print. Where ours differ on purpose, docs/differences.md says why. */
import { readFileSync } from 'node:fs'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import * as P from '../../src/index.js'
import { backends, useBackend } from '../support/backend.js'

interface Example {
  readonly name: string
  readonly options: object
  readonly prints: readonly string[]
}

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
const { examples }: { readonly examples: readonly Example[] } = JSON.parse(read('optax.json'))

type Make = (options: object) => P.GradientTransform<unknown>
const library = P as unknown as Readonly<Record<string, Make>>

const isRecord = (x: unknown): x is Readonly<Record<string, unknown>> =>
  typeof x === 'object' && x !== null && !(x instanceof tf.Tensor)

/** The part of a state that schedule-free rules evaluate by, if it is one of theirs. */
const scheduleFree = (state: unknown): { readonly b1: number; readonly z: P.Tensors } | undefined => {
  if (!isRecord(state)) return undefined
  if (typeof state.b1 === 'number' && isRecord(state.z)) return { b1: state.b1, z: state.z as P.Tensors }
  return Object.values(state)
    .map(scheduleFree)
    .find(found => found !== undefined)
}

const lossOf = (x: tf.Tensor): number => tf.tidy(() => x.square().sum().dataSync()[0] as number)

/** Values of f after each of five steps; for schedule-free rules at the averages, $(y - (1 - \beta_1) z) / \beta_1$. */
const trajectory = ({ name, options }: Example): readonly number[] => {
  const optimizer = P.compile(library[name]?.(options) ?? P.identity)
  const params: P.Tensors = { x: tf.tensor1d([1, 2, 3]) }
  let training: P.Training<unknown> = { params, state: optimizer.init(params) }
  return [1, 2, 3, 4, 5].map(() => {
    const x = training.params.x as tf.Tensor
    training = optimizer.step(training, { x: x.mul(2) }, { loss: lossOf(x) })
    const { x: y } = training.params as { readonly x: tf.Tensor }
    const averaged = scheduleFree(training.state)
    return averaged === undefined
      ? lossOf(y)
      : lossOf(y.sub((averaged.z.x as tf.Tensor).mul(1 - averaged.b1)).div(averaged.b1))
  })
}

/** Whether a number is printed so: with three digits, with those before `...`, or in full. What is no more than rounding is 0. */
const isPrinted = (value: number, printed: string): boolean => {
  if (printed.endsWith('...')) return String(value).startsWith(printed.slice(0, -3))
  const expected = Number(printed)
  if (Math.abs(value - expected) < 1e-12) return true
  return printed.includes('E')
    ? value.toExponential(2) === expected.toExponential(2)
    : Math.abs(value - expected) <= 1e-5 * expected
}

/** Theirs looks at the gradient of the step before: its change 1725, open when this was written. */
const differs = ['rprop']

describe.each(backends)('%s', backend => {
  beforeAll(() => useBackend(backend))

  test.each(examples.map(example => [example.name, example] as const))('%s', (name, example) => {
    const values = trajectory(example)
    const agree = values.every((value, i) => isPrinted(value, example.prints[i] as string))
    expect(agree, `${values.join(' ')} is printed ${example.prints.join(' ')}`).toBe(!differs.includes(name))
  })
})
