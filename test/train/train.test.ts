import * as tf from '@tensorflow/tfjs'
import * as E from 'fp-ts/lib/Either.js'
import { beforeAll, expect, test } from 'vitest'
import { blobs } from '../../src/data/index.js'
import { fill } from '../../src/expr/expr.js'
import { map } from '../../src/expr/tree.js'
import { mlp } from '../../src/models/index.js'
import { HyperparameterError } from '../../src/schema/hyperparameter.js'
import { evaluate, type Progress, type TrainingConfig, type TrainingRun, train } from '../../src/train/index.js'
import { chain, zero } from '../../src/transform/combine.js'
import { observe, scalarFrom } from '../../src/transform/context.js'
import { leafwise, stateless } from '../../src/transform/types.js'
import { useWasm } from '../../src/wasm/index.js'
import { stripes } from './images.js'

beforeAll(() => useWasm())

const model = mlp({ sizes: [784, 12, 10], dropout: 0.2 })
const descent = (rate: number) => leafwise(g => g.mul(-rate))

const config = (change: Partial<TrainingConfig<unknown>> = {}): TrainingConfig<unknown> => ({
  model,
  transform: descent(0.05),
  train: stripes(70),
  test: stripes(30, 2),
  seed: 0,
  epochs: 2,
  batchSize: 32,
  ...change,
})

/** All numbers of a run but its times. */
const figures = ({ epochs, outcome }: TrainingRun) => ({
  outcome,
  epochs: epochs.map(({ seconds: _, evaluationSeconds: __, ...rest }) => rest),
})

/** The losses that a run meets, step by step. */
const losses = async (change: Partial<TrainingConfig<unknown>>): Promise<readonly number[]> => {
  const met: number[] = []
  await train(config({ ...change, onProgress: ({ loss }) => met.push(loss) }))
  return met
}

test('learns from examples that are no images', async () => {
  const made = blobs({ classes: 3, inputs: 5, count: 300, testCount: 90, separation: 3 })
  if (E.isLeft(made)) throw new Error(String(made.left))
  const { train: examples, test: others } = made.right
  const small = mlp({ sizes: [5, 8, 3], dropout: 0 })
  const run = await train(config({ model: small, train: examples, test: others, epochs: 4 }))
  expect(run.outcome).toEqual({ status: 'completed' })
  expect(run.epochs.at(-1)?.testAccuracy).toBeGreaterThan(0.9)
})

test('learns', async () => {
  const run = await train(config({ train: stripes(300), epochs: 6, batchSize: 30 }))
  expect(run.outcome).toEqual({ status: 'completed' })
  expect(run.epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6])
  expect(run.epochs.at(-1)?.testAccuracy).toBeGreaterThan(0.9)
  expect(run.epochs.at(-1)?.testLoss).toBeLessThan(run.epochs[0]!.testLoss)
  expect(run.epochs.at(-1)?.trainLoss).toBeLessThan(run.epochs[0]!.trainLoss)
})

test('the same run twice is the same, bit for bit; another seed is another run', async () => {
  const [first, second, other] = [await train(config()), await train(config()), await train(config({ seed: 1 }))]
  expect(figures(second)).toEqual(figures(first))
  expect(figures(other).epochs).not.toEqual(figures(first).epochs)
})

test('another backend takes the same course', async () => {
  // Whatever a backend caches of a parameter, such as packed weights, must not outlive the step that changes it.
  const settings = { transform: descent(0.2), train: stripes(96) }
  const wasm = await losses(settings)
  await tf.setBackend('cpu')
  const cpu = await losses(settings).finally(() => useWasm())
  expect(cpu).toHaveLength(6)
  for (const [i, loss] of cpu.entries()) expect(wasm[i]).toBeCloseTo(loss, 4)
  expect(Math.abs(cpu[5]! - cpu[0]!)).toBeGreaterThan(0.1)
})

test('a seed gives each transform the same weights, order and masks', async () => {
  const standing = await losses({ transform: zero })
  expect(await losses({ transform: chain(descent(1), zero) })).toEqual(standing)
  expect((await losses({}))[0]).toBe(standing[0])
  // Were order and masks not drawn anew, the second epoch would repeat the first.
  expect(standing.slice(3)).not.toEqual(standing.slice(0, 3))
})

test('the last, partial batch is kept and weighs what it holds', async () => {
  const plain = mlp({ sizes: [784, 12, 10], dropout: 0 })
  const seen: Progress[] = []
  const set = stripes(70)
  const run = await train(
    config({ model: plain, transform: zero, train: set, epochs: 1, onProgress: progress => seen.push(progress) }),
  )
  expect(seen.map(({ epoch, epochs, step, steps }) => [epoch, epochs, step, steps])).toEqual([
    [1, 1, 1, 3],
    [1, 1, 2, 3],
    [1, 1, 3, 3],
  ])
  const variables = plain.init(0)
  const { loss } = await evaluate(plain, variables, set)
  expect(run.epochs[0]?.trainLoss).toBeCloseTo(loss, 5)
  tf.dispose([variables.params, variables.stats])
})

test('the transform learns epoch, number of epochs and loss', async () => {
  const progress = stateless((updates, _, context) => {
    const entry = (name: string) => scalarFrom(context, name, 'the test')
    return map((g: Parameters<typeof fill>[0]) => fill(g, 0).add(entry('epoch').div(entry('totalEpochs'))))(updates)
  })
  const told = stateless((updates, _, context) =>
    map((g: Parameters<typeof fill>[0]) => fill(g, 0).add(scalarFrom(context, 'loss', 'the test')))(updates),
  )
  const meanAlpha = async (alpha: typeof progress) => {
    const run = await train(config({ transform: chain(observe('alpha', alpha), descent(0)), alphaBounds: [0, 2] }))
    return run.epochs.map(epoch => epoch.alpha?.mean)
  }
  expect(await meanAlpha(progress)).toEqual([0.5, 1])
  const met = await losses({ transform: zero })
  const lastSteps = [met[2], met[5]]
  for (const [i, mean] of (await meanAlpha(told)).entries()) expect(mean).toBeCloseTo(lastSteps[i]!, 5)
})

test('observing alpha changes no other figure', async () => {
  const transform = chain(observe('alpha', descent(0.05)))
  const observed = await train(config({ transform, alphaBounds: [-1, 1] }))
  const unobserved = await train(config({ transform }))
  expect(observed.epochs.every(({ alpha }) => alpha !== undefined)).toBe(true)
  expect(unobserved.epochs.every(epoch => !('alpha' in epoch))).toBe(true)
  const withoutAlpha = figures(observed).epochs.map(({ alpha: _, ...rest }) => rest)
  expect(withoutAlpha).toEqual(figures(unobserved).epochs)
})

test('a run whose loss is not finite ends early and says where', async () => {
  const run = await train(config({ transform: descent(1e20), epochs: 3 }))
  expect(run.outcome).toMatchObject({ status: 'diverged', epoch: 1 })
  expect(run.outcome).toHaveProperty('reason', expect.stringMatching(/^the training loss is (NaN|Infinity)$/))
  expect(run.epochs).toEqual([])
})

test('divergence at the very last step shows in the test loss', async () => {
  const run = await train(config({ transform: descent(1e38), epochs: 1, batchSize: 70 }))
  expect(run.outcome).toMatchObject({ status: 'diverged', epoch: 1, step: 1 })
  expect(run.outcome).toHaveProperty('reason', expect.stringMatching(/^the test loss is/))
})

test('no tensor is left behind: on success, divergence, and failure in each place', async () => {
  await train(config())
  const before = tf.memory().numTensors
  const failing = (condition: boolean) => {
    if (condition) throw new Error('stop here')
  }
  await train(config())
  await train(config({ transform: descent(1e20) }))
  await train(config({ transform: observe('alpha', descent(0.1)), alphaBounds: [0, 1] }))
  const failures: readonly Partial<TrainingConfig<unknown>>[] = [
    { onProgress: ({ step }) => failing(step === 2) },
    { transform: { init: () => failing(true), update: updates => [updates, undefined] } },
    {
      transform: {
        init: () => [],
        update: updates => {
          failing(true)
          return [updates, []]
        },
      },
    },
    // A label that the transform does not have.
    { alphaBounds: [0, 1] },
    // Without a moment: in evaluation.
    {
      model: {
        ...model,
        apply: (variables, x, at) => {
          failing(at === undefined)
          return model.apply(variables, x, at)
        },
      },
    },
  ]
  for (const [i, change] of failures.entries()) {
    await expect(train(config(change)), `failure ${i}`).rejects.toThrow()
    expect(tf.memory().numTensors, `failure ${i}`).toBe(before)
  }
  expect(tf.memory().numTensors).toBe(before)
})

test('timers have their turn during training', async () => {
  const spin = (milliseconds: number) => {
    const end = performance.now() + milliseconds
    while (performance.now() < end);
  }
  let ticks = 0
  const timer = setInterval(() => ticks++, 20)
  let ticksWhileTraining = 0
  await train(
    config({
      epochs: 3,
      onProgress: () => {
        spin(60)
        ticksWhileTraining = ticks
      },
    }),
  )
  clearInterval(timer)
  expect(ticksWhileTraining).toBeGreaterThanOrEqual(2)
})

test('timers have their turn during many short runs, evaluation included', async () => {
  let ticks = 0
  const timer = setInterval(() => ticks++, 10)
  const end = performance.now() + 400
  while (performance.now() < end) await train(config({ epochs: 1, batchSize: 70 }))
  clearInterval(timer)
  expect(ticks).toBeGreaterThanOrEqual(2)
})

test.each<[Partial<TrainingConfig<unknown>>, RegExp]>([
  [{ seed: -1 }, /seed must be an integer in \[0, inf\); got -1/],
  [{ epochs: 0 }, /epochs must be an integer in \[1, inf\); got 0/],
  [{ batchSize: 1.5 }, /batchSize must be an integer in \[1, inf\); got 1.5/],
])('refuses %j', async (change, message) => {
  await expect(train(config(change))).rejects.toThrow(HyperparameterError)
  await expect(train(config(change))).rejects.toThrow(message)
})

test('refuses images that the model does not take, and no images', async () => {
  const narrow = mlp({ sizes: [100, 10] })
  await expect(train(config({ model: narrow }))).rejects.toThrow(
    /takes 100 values per example.*training images have 784/,
  )
  const binary = mlp({ sizes: [784, 2] })
  await expect(train(config({ model: binary }))).rejects.toThrow(/gives 2 classes.*training set has 10/)
  await expect(train(config({ test: stripes(0) }))).rejects.toThrow(/the test set has no images/)
})
