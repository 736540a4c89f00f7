/** Diagnostics recorded from the authors' implementation, after every step: each number of each case. */
import { readFileSync } from 'node:fs'
import * as tf from '@tensorflow/tfjs'
import * as E from 'fp-ts/lib/Either.js'
import { beforeAll, describe, expect, test } from 'vitest'
import { compile, fromConfig } from '../../src/index.js'
import { diagnosticsOf } from '../../src/train/diagnostics/recorder.js'
import { useBackend } from '../support/backend.js'
import { type Flat, flat, type Shapes, tensors } from '../support/tensors.js'

interface Case {
  readonly name: string
  readonly config: { readonly optimizer: string }
  readonly shapes: Shapes
  readonly initial: Flat
  readonly gradients: readonly Flat[]
  readonly epochs: readonly number[]
  readonly totalEpochs: number
  readonly diagnosticsAfterStep: readonly Readonly<Record<string, number>>[]
}

const cases: readonly Case[] = JSON.parse(readFileSync(new URL('neuroplastic.json', import.meta.url), 'utf8'))

/** What the authors' implementation says of what a transform does not have. */
const absent = (key: string): number => (key.startsWith('controllerMultiplier') ? 1 : 0)

/** Their variance is a difference of float32 moments: right to about 1e-7, also where it is smaller. */
const comparable = (key: string, value: number): number => (key === 'alphaStd' ? value ** 2 : value)

describe.each([
  ['tfjs', 'cpu'],
  ['tfjs', 'wasm'],
  ['fused', 'wasm'],
] as const)('%s on %s', (interpreter, backend) => {
  beforeAll(() => useBackend(backend))

  test.each(cases.map(c => [c.name, c] as const))('%s', async (_, c) => {
    const transform = E.getOrElseW((errors: readonly string[]) => {
      throw new Error(errors.join('\n'))
    })(fromConfig(c.config))
    const optimizer = compile(transform, { interpreter })
    const recorder = diagnosticsOf(transform, { interpreter })
    const before = tf.memory().numTensors
    const start = () => {
      const params = tensors(c.initial, c.shapes)
      return { params, state: optimizer.init(params) }
    }
    let plain = start()
    let recorded = start()
    for (const [i, gradients] of c.gradients.entries()) {
      const grads = tensors(gradients, c.shapes)
      const context = { epoch: c.epochs[i] ?? 1, totalEpochs: c.totalEpochs }
      plain = optimizer.step(plain, grads, context)
      recorded = await recorder.step(recorded, grads, context)
      tf.dispose(grads)
      expect(flat(recorded.params), `step ${i + 1}`).toEqual(flat(plain.params))

      const ours = recorder.epoch() as unknown as Readonly<Record<string, number>>
      const wrong = Object.entries(c.diagnosticsAfterStep[i] ?? {}).flatMap(([key, theirs]) => {
        const [a, b] = [comparable(key, ours[key] ?? absent(key)), comparable(key, theirs)]
        return Math.abs(a - b) <= 1e-6 + 1e-5 * Math.abs(b) ? [] : [`${key}: ${ours[key]}, recorded ${theirs}`]
      })
      expect(wrong, `step ${i + 1}`).toEqual([])
    }
    tf.dispose([plain, recorded])
    expect(tf.memory().numTensors).toBe(before)
  })
})

test('of each case, all 45 numbers are compared', () => {
  for (const { diagnosticsAfterStep, gradients } of cases) {
    expect(diagnosticsAfterStep.length).toBe(gradients.length)
    for (const step of diagnosticsAfterStep) expect(Object.keys(step).length).toBe(45)
  }
})
