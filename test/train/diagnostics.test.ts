import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  adam,
  alphaAveraged,
  alphaGrafted,
  alphaOne,
  alphaShuffled,
  boundedNeuroPlastic,
  chain,
  clipByGlobalNorm,
  compile,
  controlledNeuroPlastic,
  type GradientTransform,
  gradientOnly,
  hybridAdamW,
  hybridSgdMomentum,
  neuroPlastic,
  orthogonalNeuroPlastic,
  sgd,
  zero,
} from '../../src/index.js'
import { diagnosticsOf } from '../../src/train/diagnostics/recorder.js'
import { useBackend } from '../support/backend.js'
import { flat, tensors } from '../support/tensors.js'

beforeAll(() => useBackend('wasm'))

const shapes = { 'conv/kernel': [2, 2, 1, 3], 'conv/bias': [3], 'head/kernel': [4, 3], 'head/bias': [3] }
const wave = (phase: number) =>
  Object.fromEntries(
    Object.entries(shapes).map(([name, shape], leaf) => {
      const size = shape.reduce((a, b) => a * b, 1)
      return [name, Array.from({ length: size }, (_, i) => Math.sin(phase + 3 * leaf + i * (1.3 + phase)) / 3)]
    }),
  )

/** Some steps of a transform with and without a recorder, and what it recorded. */
const run = async (transform: GradientTransform<unknown>, steps = 4) => {
  const optimizer = compile(transform)
  const recorder = diagnosticsOf(transform)
  const start = () => {
    const params = tensors(wave(0), shapes)
    return { params, state: optimizer.init(params) }
  }
  let [plain, recorded] = [start(), start()]
  const norms: number[] = []
  for (let step = 1; step <= steps; step++) {
    const grads = tensors(wave(step), shapes)
    const context = { epoch: step, totalEpochs: steps, loss: 1 }
    const old = Object.values(flat(plain.params)).flat()
    plain = optimizer.step(plain, grads, context)
    norms.push(
      Math.hypot(
        ...Object.values(flat(plain.params))
          .flat()
          .map((x, i) => x - (old[i] as number)),
      ),
    )
    recorded = await recorder.step(recorded, grads, context)
    tf.dispose(grads)
  }
  const [a, b] = [flat(plain.params), flat(recorded.params)]
  tf.dispose([plain, recorded] as unknown as tf.TensorContainer)
  return { plain: a, recorded: b, norms, diagnostics: recorder.epoch(), recorder }
}

const common = ['parameterNorm', 'rawGradientNorm', 'stepNorm', 'steps']
const update = [
  'effectiveToGradientNormRatio',
  'effectiveUpdateNorm',
  'rawUpdateNorm',
  'stabilizationNormRatio',
  'weightDecayTermNorm',
]

const transforms: Readonly<Record<string, GradientTransform<unknown>>> = {
  neuroPlastic: neuroPlastic({ weightDecay: 0.1, plasticity: { warmupEpochs: 2, plasticityScale: 2 } }),
  gradientOnly: gradientOnly({ weightDecay: 0.1, decoupledWeightDecay: true }),
  bounded: boundedNeuroPlastic({ weightDecay: 0.1 }),
  orthogonal: orthogonalNeuroPlastic(),
  'hybrid over sgd, late': hybridSgdMomentum({ phaseScope: 'late', weightDecay: 0.1, decoupledWeightDecay: true }),
  'hybrid over adamw, convolutions': hybridAdamW({ layerScope: 'convOnly', weightDecay: 0.1 }),
  'global controller': controlledNeuroPlastic('global'),
  'layerwise controller': controlledNeuroPlastic('layerwise'),
  'classifier controller': controlledNeuroPlastic('classifierOnly'),
  alphaOne: alphaOne({ weightDecay: 0.1 }),
  alphaAveraged: alphaAveraged(),
  alphaShuffled: alphaShuffled(),
  alphaGrafted: alphaGrafted(),
  adam: adam(),
  'a chain': chain(clipByGlobalNorm(0.5), neuroPlastic()),
}

describe('recording changes no bit, leaves no tensor behind, and tells the step that was made', () => {
  test.each(Object.keys(transforms))('%s', async name => {
    const transform = transforms[name] as GradientTransform<unknown>
    await run(transform, 1)
    const before = tf.memory().numTensors
    const { plain, recorded, norms, diagnostics } = await run(transform)
    expect(recorded).toEqual(plain)
    expect(tf.memory().numTensors).toBe(before)
    expect(diagnostics.steps).toBe(4)
    expect(diagnostics.stepNorm).toBeCloseTo(Math.hypot(...norms), 5)
    expect(JSON.parse(JSON.stringify(diagnostics))).toEqual(diagnostics)
    for (const value of Object.values(diagnostics).flat()) expect(value).toSatisfy(Number.isFinite)
  })
})

test('norms are roots of summed squares over leaves and steps, and the next epoch starts anew', async () => {
  const { diagnostics, recorder } = await run(sgd({ learningRate: 0.1 }), 3)
  const squares = [1, 2, 3].flatMap(step => Object.values(wave(step)).flat()).map(x => x * x)
  expect(diagnostics.rawGradientNorm).toBeCloseTo(Math.sqrt(squares.reduce((a, b) => a + b)), 5)
  expect(diagnostics.stepNorm).toBeCloseTo(0.1 * diagnostics.rawGradientNorm, 6)
  expect(recorder.epoch()).toEqual({ steps: 0, rawGradientNorm: 0, parameterNorm: 0, stepNorm: 0 })
})

test('what a transform does not have is absent', async () => {
  const keys = async (transform: GradientTransform<unknown>) =>
    Object.keys((await run(transform, 1)).diagnostics).sort()
  for (const plain of [adam(), zero]) expect(await keys(plain)).toEqual(common)
  expect(await keys(alphaOne())).toEqual([...common, ...update].sort())
  const plastic = await keys(neuroPlastic())
  expect(plastic).toContain('alphaHistogram')
  expect(plastic.filter(key => /^(orthogonal|cosine|modulation|controller)/.test(key))).toEqual([])
  expect((await keys(hybridSgdMomentum())).filter(key => key.startsWith('modulation')).length).toBe(9)
  expect((await keys(controlledNeuroPlastic('global'))).filter(key => key.startsWith('controller')).length).toBe(16)
  expect((await keys(orthogonalNeuroPlastic())).filter(key => /^(orthogonal|cosine)/.test(key)).length).toBe(5)
})

test('alpha is that of all leaves, whatever the scope of its modulation, and one histogram holds all values', async () => {
  const [all, some] = await Promise.all([run(hybridAdamW()), run(hybridAdamW({ layerScope: 'convOnly' }))])
  expect(some.diagnostics.alphaHistogram).toEqual(all.diagnostics.alphaHistogram)
  expect(all.diagnostics.alphaHistogram?.reduce((a, b) => a + b)).toBe(4 * (12 + 3 + 12 + 3))
})

test('a leaf whose gradient is nearly zero is skipped by the orthogonal residual, and counts in its fraction alone', async () => {
  const transform = orthogonalNeuroPlastic()
  const recorder = diagnosticsOf(transform)
  const params = { a: tf.tensor1d([1, 2, 3]), b: tf.tensor1d([1, 2]) }
  const grads = { a: tf.tensor1d([1, 2, 3]), b: tf.tensor1d([1e-6, 1e-5]) }
  const next = await recorder.step({ params, state: compile(transform).init(params) }, grads, {
    epoch: 1,
    totalEpochs: 1,
  })
  const { orthogonalSkipFraction, cosineSimilarityGradOrthogonal } = recorder.epoch()
  expect(orthogonalSkipFraction).toBe(0.5)
  expect(cosineSimilarityGradOrthogonal).toBeCloseTo(0, 5)
  tf.dispose([next, grads] as unknown as tf.TensorContainer)
})

test('bounds are those of the configuration, or those given', async () => {
  const transform = neuroPlastic({ plasticity: { minAlpha: 0.9, maxAlpha: 1.1 } })
  const { diagnostics } = await run(transform, 1)
  expect(diagnostics.alphaMedian).toBeGreaterThan(0.9)
  expect(diagnostics.alphaMedian).toBeLessThan(1.1)
  const ends = [diagnostics.alphaHistogram?.[0], diagnostics.alphaHistogram?.[63]]
  for (const count of ends) expect(count).toBeGreaterThan(3)
})
