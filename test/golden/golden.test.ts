/** Trajectories recorded from the authors' implementation and from torch.optim: every parameter after every step. */
import { readFileSync } from 'node:fs'
import * as tf from '@tensorflow/tfjs'
import * as E from 'fp-ts/lib/Either.js'
import { beforeAll, describe, expect, test } from 'vitest'
import { applyUpdates, compile, fromConfig } from '../../src/index.js'
import { useBackend } from '../support/backend.js'
import { type Flat, flat, type Shapes, tensors } from '../support/tensors.js'

interface Case {
  readonly name: string
  readonly config: { readonly optimizer: string }
  readonly shapes: Shapes
  readonly initial: Flat
  readonly gradients: readonly Flat[]
  readonly parametersAfterStep: readonly Flat[]
  readonly epochs?: readonly number[]
  readonly totalEpochs?: number
}

const cases = (file: string): readonly Case[] => JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'))
const neuroplastic = cases('neuroplastic.json')
const random = cases('neuroplastic-random.json')
const torch = cases('torch.json')

/** The largest error of a step, as a part of what is allowed: 1e-5 (1 + |expected|). */
const worst = (actual: Flat, expected: Flat): number =>
  Math.max(
    ...Object.entries(expected).flatMap(([leaf, values]) =>
      values.map((value, i) => Math.abs((actual[leaf]?.[i] ?? Number.NaN) - value) / (1e-5 * (1 + Math.abs(value)))),
    ),
  )

test('all 20 NeuroPlastic cases, the 24 random ones and the 12 of torch.optim are here', () => {
  expect([neuroplastic.length, random.length, torch.length]).toEqual([20, 24, 12])
})

describe.each([
  ['cpu', 'tfjs'],
  ['wasm', 'fused'],
  ['wasm', 'tfjs'],
] as const)('on %s, %s', (backend, interpreter) => {
  beforeAll(() => useBackend(backend))

  test.each([...neuroplastic, ...random, ...torch].map(c => [c.name, c] as const))('%s', (_, c) => {
    const transform = E.getOrElseW((errors: readonly string[]) => {
      throw new Error(errors.join('\n'))
    })(fromConfig(c.config))
    const optimizer = compile(transform, { interpreter })
    const before = tf.memory().numTensors

    // update and applyUpdates on one side, step on the other: both must follow the recording.
    let params = tensors(c.initial, c.shapes)
    let state = optimizer.init(params)
    const start = tensors(c.initial, c.shapes)
    let training = { params: start, state: optimizer.init(start) }
    for (const [i, gradients] of c.gradients.entries()) {
      const grads = tensors(gradients, c.shapes)
      const context = c.epochs ? { epoch: c.epochs[i] ?? 1, totalEpochs: c.totalEpochs ?? 1 } : {}
      const [updates, next] = optimizer.update(grads, state, params, context)
      const moved = applyUpdates(params, updates)
      tf.dispose([updates, state, params])
      params = moved
      state = next
      training = optimizer.step(training, grads, context)
      tf.dispose(grads)
      const expected = c.parametersAfterStep[i] as Flat
      expect(worst(flat(params), expected), `step ${i + 1}`).toBeLessThanOrEqual(1)
      expect(flat(training.params), `step ${i + 1}`).toEqual(flat(params))
    }
    tf.dispose([params, state, training])
    expect(tf.memory().numTensors).toBe(before)
  })
})
