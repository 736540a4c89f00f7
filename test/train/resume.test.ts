import * as tf from '@tensorflow/tfjs'
import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { beforeAll, expect, test } from 'vitest'
import { cifarAugmentation } from '../../src/data/index.js'
import { mlp } from '../../src/models/index.js'
import { neuroPlastic } from '../../src/neuroplastic/variants.js'
import { adam, sgd } from '../../src/optimizers/optimizers.js'
import { unpack } from '../../src/runtime/codec/safetensors.js'
import { compile, encodeState } from '../../src/runtime/index.js'
import { readCheckpoint, type TrainingConfig, train } from '../../src/train/index.js'
import { piecewiseConstant } from '../../src/transform/index.js'
import { useWasm } from '../../src/wasm/index.js'
import { config, convolutional, figures, network, recorded, small } from './runs.js'

beforeAll(() => useWasm())

/** The numbers of a checkpoint, without the results, which have times. */
const tensors = (checkpoint: Uint8Array | undefined) => {
  const file = unpack(checkpoint as Uint8Array)
  if (E.isLeft(file)) throw new Error(file.left.join())
  return file.right.entries
}

const cases: Readonly<Record<string, Partial<TrainingConfig<unknown>>>> = {
  'an mlp with dropout under adam': {},
  'neuroPlastic, whose alpha is read': {
    transform: neuroPlastic({ learningRate: 0.1 }),
    alphaBounds: [0.2, 2],
  },
  'resnet18 with statistics, augmentation and accumulation': {
    model: convolutional,
    augmentation: cifarAugmentation,
    accumulate: 2,
    epochs: 3,
  },
}

test.each(Object.keys(cases))('a run resumed after any epoch is the same, bit for bit: %s', async name => {
  const change = cases[name] as Partial<TrainingConfig<unknown>>
  const { run, checkpoints } = await recorded(change)
  expect(run.outcome).toEqual({ status: 'completed' })
  for (const [i, resume] of checkpoints.entries()) {
    const again = await recorded({ ...change, resume })
    expect(figures(again.run), `after epoch ${i + 1}`).toEqual(figures(run))
    // The results that are done come from the checkpoint, times and all.
    expect(again.run.epochs.slice(0, i + 1)).toEqual(run.epochs.slice(0, i + 1))
    expect(again.checkpoints).toHaveLength(run.epochs.length - i - 1)
    if (again.checkpoints.length > 0) expect(tensors(again.checkpoints.at(-1))).toEqual(tensors(checkpoints.at(-1)))
  }
})

test('a run may go on for longer than it was meant to', async () => {
  const { checkpoints } = await recorded({ epochs: 2 })
  const longer = await train(config({ resume: checkpoints[1], epochs: 4 }))
  expect(figures(longer)).toEqual(figures(await train(config())))
})

test('a run that diverges does so again when it is resumed', async () => {
  const transform = sgd({ learningRate: piecewiseConstant(0.05, { 6: 1e30 }) })
  const { run, checkpoints } = await recorded({ transform })
  expect(run.outcome).toMatchObject({ status: 'diverged', epoch: 2, step: 4 })
  expect(run.epochs).toHaveLength(1)
  expect(figures((await recorded({ transform, resume: checkpoints[0] })).run)).toEqual(figures(run))
})

test('every problem of a checkpoint is named', async () => {
  const [resume] = (await recorded({ epochs: 1 })).checkpoints
  const refusal = (change: Partial<TrainingConfig<unknown>>) =>
    train(config({ ...change, resume })).then(
      () => 'none',
      error => String(error),
    )
  const before = tf.memory().numTensors
  expect(await refusal({ seed: 4 })).toBe(
    'ResumeError: the run cannot be resumed: the checkpoint has seed 3, and this run has 4',
  )
  const expectations: readonly (readonly [Partial<TrainingConfig<unknown>>, readonly string[]])[] = [
    [
      { batchSize: 8, accumulate: 2, augmentation: cifarAugmentation },
      ['batch size 16, and this run has 8', 'accumulate 1', 'augmentation pad 0, flip false, and'],
    ],
    [{ train: small(49) }, ['training set 50 examples']],
    [{ test: { ...small(20), labels: small(21).labels.slice(1) } }, ['test set 20 examples with labels of checksum']],
    [
      { transform: sgd({ learningRate: 0.1, momentum: 0.9 }) },
      ["is of optimizer 'adam', and this one is 'sgd'", 'another structure'],
    ],
    [
      { model: mlp({ sizes: [64, 8, 3] }), seed: 4 },
      ['model mlp 64-7-3, and this run has mlp 64-8-3', 'seed 3', 'another structure'],
    ],
    // The same name, other leaves.
    [{ model: { ...convolutional, name: network.name } }, ['another structure']],
  ]
  for (const [change, problems] of expectations)
    for (const problem of problems) expect(await refusal(change)).toContain(problem)
  expect(tf.memory().numTensors).toBe(before)
})

test('a checkpoint with more epochs than are wanted is refused', async () => {
  const { checkpoints } = await recorded({ epochs: 2 })
  await expect(train(config({ epochs: 1, resume: checkpoints[1] }))).rejects.toThrow(
    'the checkpoint has 2 epochs done, and this run wants only 1',
  )
})

test('damaged bytes are refused, wherever the damage is', async () => {
  const [blob] = (await recorded({ epochs: 1 })).checkpoints as [Uint8Array]
  expect(E.isRight(readCheckpoint(blob))).toBe(true)
  const flipped = (place: number, bit: number) => blob.map((byte, i) => (i === place ? byte ^ (1 << bit) : byte))
  fc.assert(
    fc.property(fc.nat(blob.length - 1), fc.nat(7), (place, bit) => E.isLeft(readCheckpoint(flipped(place, bit)))),
    { seed: 0, numRuns: 200 },
  )
  const before = tf.memory().numTensors
  for (const resume of [flipped(blob.length - 1, 0), blob.slice(0, -1), new Uint8Array()])
    await expect(train(config({ resume }))).rejects.toThrow(/^the run cannot be resumed: the checkpoint/)
  expect(tf.memory().numTensors).toBe(before)
})

test('a checkpoint of an optimizer alone, or of another layout, is refused', () => {
  const { params } = network.init(0)
  const state = compile(adam()).init(params)
  const like = (change: object) => JSON.stringify({ layout: 'plastax run 1', run: {}, epochs: [], ...change })
  const wrong = [{ epochs: null }, { epochs: [null] }, { epochs: [{}] }, { run: 7 }, { run: { seed: {} } }].map(like)
  for (const note of [undefined, 'null', '{"layout":"another"}', '{', '[]', '7', ...wrong])
    expect(readCheckpoint(encodeState(adam(), { params, state }, note))).toMatchObject({
      left: [expect.stringMatching(/of no training run, or of another layout/)],
    })
  tf.dispose([params, state] as unknown as tf.TensorContainer)
})

test('a checkpoint tells which run it is of, and the results so far', async () => {
  const { run, checkpoints } = await recorded({ epochs: 2 })
  const saved = readCheckpoint(checkpoints[1] as Uint8Array)
  expect(saved).toMatchObject({ right: { run: { seed: 3, model: 'mlp 64-7-3', 'batch size': 16 } } })
  expect(saved).toHaveProperty('right.epochs', run.epochs)
})

test('no tensor is left behind by checkpoints, resumed runs and failing listeners', async () => {
  const { checkpoints } = await recorded()
  const before = tf.memory().numTensors
  await recorded({ model: convolutional, epochs: 1 })
  await recorded({ resume: checkpoints[1] })
  const failing = () => Promise.reject(new Error('disk full'))
  await expect(train(config({ onEpoch: failing }))).rejects.toThrow('disk full')
  expect(tf.memory().numTensors).toBe(before)
})

test('onEpoch is waited for, and its checkpoint is of no use afterwards', async () => {
  const order: string[] = []
  const late: (() => Uint8Array)[] = []
  const run = await train(
    config({
      epochs: 2,
      onProgress: ({ epoch, step }) => void order.push(`${epoch}.${step}`),
      onEpoch: async ({ epoch }, checkpoint, done) => {
        late.push(checkpoint)
        order.push(`begin ${epoch} of ${done.length}`)
        await new Promise(resolve => setTimeout(resolve, 5))
        order.push(`end ${epoch}`)
      },
    }),
  )
  const steps = (epoch: number) => [1, 2, 3, 4].map(step => `${epoch}.${step}`)
  expect(order).toEqual([...steps(1), 'begin 1 of 1', 'end 1', ...steps(2), 'begin 2 of 2', 'end 2'])
  expect(run.epochs).toHaveLength(2)
  expect(late[0]).toThrow('the checkpoint of epoch 1 is asked for after onEpoch has settled')
})

test('an aborted run is rejected with the reason of the signal, and leaves no tensor behind', async () => {
  await train(config())
  const before = tf.memory().numTensors
  const reason = { because: 'of the test' }
  const steps: number[] = []
  const controller = new AbortController()
  const aborted = train(
    config({
      signal: controller.signal,
      onProgress: ({ step }) => {
        steps.push(step)
        if (step === 2) controller.abort(reason)
      },
    }),
  )
  await expect(aborted).rejects.toBe(reason)
  expect(steps).toEqual([1, 2])
  await expect(train(config({ signal: AbortSignal.abort(reason) }))).rejects.toBe(reason)
  expect(tf.memory().numTensors).toBe(before)
})
