/**
 * Oracles: rules written once more, from the papers' equations, in double precision on plain numbers. A transform must follow
 * its oracle step by step, on cpu and on wasm.
 */
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import { compile, type GradientTransform, type StepContext } from '../../../src/index.js'
import { backends, useBackend } from '../../support/backend.js'
import { seed } from '../../support/seed.js'
import { flat, type Shapes, tensors } from '../../support/tensors.js'

/** Values by leaf. */
export type Leaves = Readonly<Record<string, readonly number[]>>

/** The update of all leaves, from gradients and parameters before step `t`, which counts from 1. Remembers what it must. */
export type Oracle = (gradients: Leaves, params: Leaves, t: number) => Leaves

/** An oracle of each leaf by itself. @param rule made once for each leaf, to remember things of it */
export const leafwise =
  (rule: () => (g: readonly number[], p: readonly number[], t: number) => readonly number[]): (() => Oracle) =>
  () => {
    const rules = new Map<string, ReturnType<typeof rule>>()
    return (gradients, params, t) =>
      Object.fromEntries(
        Object.entries(gradients).map(([leaf, g]) => {
          const own = rules.get(leaf) ?? rule()
          rules.set(leaf, own)
          return [leaf, own(g, params[leaf] ?? [], t)]
        }),
      )
  }

/** An oracle of each element by itself. @param rule made once for each element, to remember things of it */
export const elementwise = (rule: () => (g: number, p: number, t: number) => number): (() => Oracle) =>
  leafwise(() => {
    const rules: ReturnType<typeof rule>[] = []
    return (g, p, t) =>
      g.map((x, i) => {
        const own = rules[i] ?? rule()
        rules[i] = own
        return own(x, p[i] ?? Number.NaN, t)
      })
  })

/** What is run against what. */
export interface Comparison {
  readonly name: string
  /** Updates are what parameters move by. */
  readonly transform: GradientTransform<unknown>
  readonly oracle: () => Oracle
  /** What step `t` knows besides its gradients; steps count from 1. */
  readonly context?: (t: number) => StepContext
}

export const shapes: Shapes = { kernel: [3, 2], bias: [2] }
const sizes: Readonly<Record<string, number>> = { kernel: 6, bias: 2 }

/** Numbers in [0, 1) from a seed (mulberry32). */
export const uniform = (start: number): (() => number) => {
  let state = start >>> 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let x = Math.imul(state ^ (state >>> 15), 1 | state)
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32
  }
}

const draw = (next: () => number): Leaves =>
  Object.fromEntries(
    Object.entries(sizes).map(([leaf, n]) => [leaf, Array.from({ length: n }, () => Math.fround(2 * next() - 1))]),
  )

export const steps = 24

/** Parameters and gradients in float32: steady ones, ones that change their signs, large and small ones, some zeros. */
export const trial = (start = seed): { readonly params: Leaves; readonly gradients: readonly Leaves[] } => {
  const next = uniform(start)
  const params = draw(next)
  const drift = draw(next)
  const gradients = Array.from({ length: steps }, (_, t) =>
    Object.fromEntries(
      Object.entries(draw(next)).map(([leaf, noise]) => [
        leaf,
        noise.map((x, i) => (next() < 0.05 ? 0 : Math.fround((drift[leaf]?.[i] ?? 0) + (t % 8 === 5 ? 10 : 1) * x))),
      ]),
    ),
  )
  return { params, gradients }
}

const largestError = (actual: Leaves, expected: Leaves): number =>
  Math.max(
    ...Object.entries(expected).flatMap(([leaf, xs]) =>
      xs.map((x, i) => Math.abs((actual[leaf]?.[i] ?? Number.NaN) - x) / (1 + Math.abs(x))),
    ),
  )

/** A test for each comparison and backend: parameters after every step are within 1e-5 (1 + |expected|). */
export const followOracles = (comparisons: readonly Comparison[]): void => {
  describe.each(backends)('on %s', backend => {
    beforeAll(() => useBackend(backend))

    test.each(comparisons.map(c => [c.name, c] as const))('%s', (_, { transform, oracle, context }) => {
      const { params, gradients } = trial()
      const optimizer = compile(transform)
      const start = tensors(params, shapes)
      let training = { params: start, state: optimizer.init(start) }
      const reference = oracle()
      let expected = params
      for (const [i, gradient] of gradients.entries()) {
        const grads = tensors(gradient, shapes)
        training = optimizer.step(training, grads, context?.(i + 1))
        tf.dispose(grads)
        const updates = reference(gradient, expected, i + 1)
        expected = Object.fromEntries(
          Object.entries(expected).map(([leaf, xs]) => [
            leaf,
            xs.map((x, j) => x + (updates[leaf]?.[j] ?? Number.NaN)),
          ]),
        )
        expect(largestError(flat(training.params), expected), `step ${i + 1}`).toBeLessThanOrEqual(1e-5)
      }
    })
  })
}
