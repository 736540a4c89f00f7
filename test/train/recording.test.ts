/** Diagnostics of training runs. */
import * as tf from '@tensorflow/tfjs'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { beforeAll, expect, test } from 'vitest'
import { neuroPlastic } from '../../src/neuroplastic/index.js'
import { unpack } from '../../src/runtime/codec/safetensors.js'
import { diagnosticsOf, type TrainingConfig, train } from '../../src/train/index.js'
import { chain } from '../../src/transform/combine.js'
import { observe } from '../../src/transform/context.js'
import { leafwise } from '../../src/transform/types.js'
import { useWasm } from '../../src/wasm/index.js'
import { config, figures, recorded } from './runs.js'

beforeAll(() => useWasm())

const transform = neuroPlastic({ learningRate: 0.1, weightDecay: 0.01, plasticity: { warmupEpochs: 2 } })
const plastic = (change: Partial<TrainingConfig<unknown>> = {}) => config({ transform, ...change })

/** The numbers of a checkpoint, without the results, which have diagnostics and times. */
const tensorsOf = (checkpoint: Uint8Array) =>
  pipe(
    unpack(checkpoint),
    E.matchW(
      errors => errors.join(),
      ({ entries }) => entries,
    ),
  )

test('a run with diagnostics is, bit for bit, the run without them', async () => {
  const plain = await recorded({ transform })
  const before = tf.memory().numTensors
  for (const every of [1, 3]) {
    const { run, checkpoints } = await recorded({ transform, diagnostics: { every } })
    const { epochs, ...rest } = figures(run)
    expect({ ...rest, epochs: epochs.map(({ diagnostics: _, ...result }) => result) }).toEqual(figures(plain.run))
    expect(checkpoints.map(tensorsOf)).toEqual(plain.checkpoints.map(tensorsOf))
  }
  expect(tf.memory().numTensors).toBe(before)
  expect(plain.run.epochs.every(epoch => !('diagnostics' in epoch))).toBe(true)
})

test('every n-th step is recorded, counted back from the last of an epoch', async () => {
  // 50 images in batches of 16: four steps.
  const stepsOf = async (every?: number) => {
    const { epochs } = await train(plastic({ epochs: 2, diagnostics: { every } }))
    return epochs.map(({ diagnostics }) => diagnostics?.steps)
  }
  expect(await stepsOf()).toEqual([4, 4])
  expect(await stepsOf(2)).toEqual([2, 2])
  expect(await stepsOf(3)).toEqual([2, 2])
  expect(await stepsOf(99)).toEqual([1, 1])
  await expect(stepsOf(0)).rejects.toThrow(/diagnostics\.every/)
})

test('the last step alone has the alpha that alphaBounds ask for, which diagnostics replace', async () => {
  const [brief, full, both] = await Promise.all([
    train(plastic({ alphaBounds: [0.2, 2] })),
    train(plastic({ diagnostics: { every: 99 } })),
    train(plastic({ alphaBounds: [0.9, 1.1], diagnostics: { every: 99 } })),
  ])
  const alphas = full.epochs.map(({ diagnostics }) => diagnostics?.alphaMean)
  expect(brief.epochs.map(({ alpha }) => alpha?.mean)).toEqual(alphas)
  expect(both.epochs.map(({ diagnostics }) => diagnostics?.alphaMean)).toEqual(alphas)
  expect(both.epochs[0]?.diagnostics?.alphaHistogram).not.toEqual(full.epochs[0]?.diagnostics?.alphaHistogram)
  expect([...full.epochs, ...both.epochs].every(epoch => !('alpha' in epoch))).toBe(true)
})

test('a resumed run has the diagnostics of the undisturbed one', async () => {
  const change = { transform, diagnostics: { every: 2 } }
  const { run, checkpoints } = await recorded(change)
  const resumed = await train(config({ ...change, resume: checkpoints[1] }))
  expect(figures(resumed)).toEqual(figures(run))
  expect(run.epochs[3]?.diagnostics?.alphaMean).toBeGreaterThan(0)
})

test('a transform that observes an alpha of its own has statistics of it, and no other part', async () => {
  const own = chain(
    observe(
      'alpha',
      leafwise(g => g.mul(0).add(0.7)),
    ),
    leafwise(g => g.mul(-0.01)),
  )
  const { epochs } = await train(config({ transform: own, diagnostics: { alphaBounds: [0, 1] } }))
  expect(epochs[0]?.diagnostics?.alphaMean).toBeCloseTo(0.7, 6)
  expect(epochs[0]?.diagnostics).not.toHaveProperty('plasticityDeltaNorm')
  expect(epochs[0]?.diagnostics).not.toHaveProperty('rawUpdateNorm')
})

test('where a reading fails, the result of its step is disposed', async () => {
  const recorder = diagnosticsOf(
    observe(
      'alpha',
      leafwise(g => g),
    ),
  )
  // On the wasm backend there is nothing to fetch, which could fail.
  await tf.setBackend('cpu')
  const params = { w: tf.tensor1d([1, 2]) }
  const grads = { w: tf.tensor1d([1, 2]) }
  Object.defineProperty(grads.w, 'data', { value: () => Promise.reject(new Error('device lost')) })
  const before = tf.memory().numTensors
  await expect(recorder.step({ params, state: [] }, grads)).rejects.toThrow(/device lost/)
  expect(tf.memory().numTensors).toBe(before - 1)
  grads.w.dispose()
  await useWasm()
})
