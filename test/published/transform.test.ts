import * as tf from '@tensorflow/tfjs'
import * as E from 'fp-ts/lib/Either.js'
import { beforeAll, describe, expect, test } from 'vitest'
import { decodePublishedConfig, transformOf } from '../../src/published/index.js'
import { compile } from '../../src/runtime/index.js'

beforeAll(() => tf.setBackend('cpu'))

const orThrow = <A>(result: E.Either<readonly string[], A>): A => {
  if (E.isLeft(result)) throw new Error(result.left.join('\n'))
  return result.right
}

const transformFrom = (config: object, asPublished: boolean, updates: number) =>
  orThrow(transformOf(orThrow(decodePublishedConfig(config, { asPublished })).run, updates))

const START = [1, -2, 0.5, 3]

/** The parameters after each step, with gradients that only the step decides. */
const path = (
  config: object,
  { asPublished = false, updates = 3, steps = 3, epochs = 10, from = 1 },
): readonly (readonly number[])[] => {
  const optimizer = compile(transformFrom(config, asPublished, updates))
  const before = tf.memory().numTensors
  let params: Readonly<Record<string, tf.Tensor>> = { w: tf.tensor1d(START) }
  let state = optimizer.init(params)
  const found = Array.from({ length: steps }, (_, t) => {
    const grads = { w: tf.tensor1d(START.map((x, i) => Math.sin(x + i + t))) }
    const epoch = from + Math.floor(t / updates)
    const next = optimizer.step({ params, state }, grads, { epoch, totalEpochs: epochs, loss: 1 })
    params = next.params
    state = next.state
    tf.dispose(grads)
    return Array.from((params.w as tf.Tensor).dataSync())
  })
  tf.dispose([params, state] as unknown as tf.TensorContainer)
  expect(tf.memory().numTensors).toBe(before)
  return found
}

const expectClose = (actual: readonly (readonly number[])[], expected: readonly (readonly number[])[]) =>
  actual.forEach((values, t) => {
    values.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[t]?.[i] as number, 6)
    })
  })

describe('progress: epoch 2 of 10', () => {
  const at = { from: 2, steps: 3 }
  const neuroplastic = (plasticity: object) => ({ experiment: { lr: 0.1 }, plasticity })
  const orthogonal = (more: object) =>
    neuroplastic({ orthogonal_residual: true, orthogonal_lambda: 0.5, orthogonal_late_start_fraction: 0.1, ...more })
  const hybrid = (more: object) => neuroplastic({ hybrid_base: 'sgd_momentum', modulation_strength: 0.5, ...more })

  // Each must come to another one, in which nothing reads progress.
  test.each([
    ['the cosine schedule', orthogonal({ orthogonal_schedule: 'cosine' }), orthogonal({}), 2],
    ['the late schedule', orthogonal({ orthogonal_schedule: 'late' }), orthogonal({}), 2],
    ['the early phase', hybrid({ phase_scope: 'early' }), hybrid({ modulation_strength: 0 }), 2],
    ['the middle phase', hybrid({ phase_scope: 'middle' }), hybrid({ modulation_strength: 0 }), 5],
    ['the late phase', hybrid({ phase_scope: 'late' }), hybrid({}), 2],
  ])('as published, %s', (_, config, same, from) => {
    const published = path(config, { from, asPublished: true })
    expectClose(published, path(same, { from }))
    expect(published).not.toEqual(path(config, { from }))
  })

  test.each([
    ['the cosine schedule', orthogonal({ orthogonal_schedule: 'cosine' }), (1 - Math.cos(0.2 * Math.PI)) / 2],
    ['the late schedule', orthogonal({ orthogonal_schedule: 'late' }), 0.1 / 0.9],
  ])('else, %s is where it should be', (_, config, q) => {
    expectClose(path(config, at), path(orthogonal({ orthogonal_lambda: 0.5 * q }), at))
    expect(path(config, at)).not.toEqual(path(config, { ...at, asPublished: true }))
  })

  test('else, the early phase is on, the others off', () => {
    expectClose(path(hybrid({ phase_scope: 'early' }), at), path(hybrid({}), at))
    for (const phase_scope of ['middle', 'late'])
      expectClose(path(hybrid({ phase_scope }), at), path(hybrid({ modulation_strength: 0 }), at))
    expect(path(hybrid({}), at)).not.toEqual(path(hybrid({ modulation_strength: 0 }), at))
  })

  test('the warm-up reads the epoch alone, and is the same in both', () => {
    const warm = neuroplastic({ warmup_epochs: 4, plasticity_scale: 2 })
    expect(path(warm, { ...at, asPublished: true })).toEqual(path(warm, at))
    expect(path(warm, at)).not.toEqual(path(neuroplastic({ plasticity_scale: 2 }), at))
  })
})

describe('gamma', () => {
  const [lr, gamma, updates, steps] = [0.1, 0.9, 3, 9]
  const config = { experiment: { optimizer: 'sgd', lr, scheduler: 'exponential', scheduler_gamma: gamma } }

  /** What their loop does: steps of an epoch with one rate, then the scheduler, so many times. */
  const reference = (stepsOfScheduler: number): readonly (readonly number[])[] => {
    let [rate, params, momentum] = [lr, START, START.map(() => 0)]
    return Array.from({ length: steps }, (_, t) => {
      momentum = momentum.map((b, i) => 0.9 * b + Math.sin((START[i] as number) + i + t))
      params = params.map((p, i) => p - rate * (momentum[i] as number))
      if ((t + 1) % updates === 0) rate *= gamma ** stepsOfScheduler
      return params
    })
  }

  test('once for every update of the epoch, after it, as published', () => {
    expectClose(path(config, { asPublished: true, updates, steps }), reference(updates))
  })

  test('else once for the epoch', () => {
    expectClose(path(config, { updates, steps }), reference(1))
  })

  test('many updates of a small gamma end the training, and are no error', () => {
    const tiny = { experiment: { ...config.experiment, scheduler_gamma: 0.1 } }
    expect(0.1 ** 469).toBe(0)
    const found = path(tiny, { asPublished: true, updates: 469, steps: 470 })
    expect(found[468]).not.toEqual(found[467])
    expect(found[469]).toEqual(found[468])
  })
})

test('what diagnostics are set against is the same as published', () => {
  const config = { experiment: {}, plasticity: { saturation_threshold_fraction: 0.3 } }
  const [plain, published] = [false, true].map(asPublished => transformFrom(config, asPublished, 3).config)
  expect(plain).toMatchObject({ plasticity: { saturationThresholdFraction: 0.3 } })
  expect(published).toEqual(plain)
})
