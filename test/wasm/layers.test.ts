import * as tf from '@tensorflow/tfjs'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { useWasm } from '../../src/wasm/index.js'

beforeAll(() => useWasm())
afterEach(() => vi.restoreAllMocks())

type Layers = () => readonly tf.layers.Layer[]

interface Case {
  readonly inputShape: number[]
  readonly layers: Layers
  readonly input?: (shape: number[]) => tf.Tensor
}

const { layers } = tf
const image = [8, 7, 3]
const sequence = [5, 4]
const words = (shape: number[]): tf.Tensor => tf.randomUniform(shape, 0, 12, 'int32', 3).toFloat()
const head = () => [layers.flatten(), layers.dense({ units: 3 })]

const cases: Readonly<Record<string, Case>> = {
  dense: {
    inputShape: [6],
    layers: () => [
      layers.dense({ units: 9, activation: 'relu' }),
      layers.dense({ units: 8, activation: 'tanh' }),
      layers.dense({ units: 3 }),
    ],
  },
  activations: {
    inputShape: [6],
    layers: () => [
      ...(['elu', 'selu', 'relu6', 'sigmoid', 'hardSigmoid', 'softplus', 'softsign', 'swish', 'mish'] as const).map(
        activation => layers.dense({ units: 6, activation }),
      ),
      layers.leakyReLU({ alpha: 0.2 }),
      layers.prelu({}),
      layers.dense({ units: 3 }),
    ],
  },
  conv1d: {
    inputShape: sequence,
    layers: () => [
      layers.conv1d({ filters: 5, kernelSize: 3, padding: 'same', activation: 'relu' }),
      layers.conv1d({ filters: 4, kernelSize: 2, strides: 2 }),
      ...head(),
    ],
  },
  conv2d: {
    inputShape: image,
    layers: () => [
      layers.conv2d({ filters: 5, kernelSize: 3, padding: 'same', activation: 'relu' }),
      layers.conv2d({ filters: 4, kernelSize: [2, 3], strides: [2, 1] }),
      layers.conv2d({ filters: 4, kernelSize: 1, strides: 2, padding: 'same' }),
      ...head(),
    ],
  },
  'conv2d, channels first': {
    inputShape: [3, 8, 7],
    layers: () => [
      layers.conv2d({ filters: 5, kernelSize: 3, dataFormat: 'channelsFirst', activation: 'relu' }),
      ...head(),
    ],
  },
  conv2dTranspose: {
    inputShape: [4, 3, 2],
    layers: () => [
      layers.conv2dTranspose({ filters: 4, kernelSize: 3, strides: 2, padding: 'same', activation: 'relu' }),
      layers.conv2dTranspose({ filters: 3, kernelSize: [2, 3], strides: [1, 2] }),
      ...head(),
    ],
  },
  depthwiseConv2d: {
    inputShape: image,
    layers: () => [
      layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, padding: 'same', activation: 'relu' }),
      layers.depthwiseConv2d({ kernelSize: 3, strides: [2, 2] }),
      ...head(),
    ],
  },
  separableConv2d: {
    inputShape: image,
    layers: () => [
      layers.separableConv2d({ filters: 5, kernelSize: 3, depthMultiplier: 2, activation: 'relu' }),
      layers.separableConv2d({ filters: 4, kernelSize: 2, strides: [2, 2], padding: 'same' }),
      ...head(),
    ],
  },
  maxPooling: {
    inputShape: image,
    layers: () => [
      layers.conv2d({ filters: 4, kernelSize: 3 }),
      layers.maxPooling2d({ poolSize: 2, strides: 1, padding: 'same' }),
      layers.maxPooling2d({ poolSize: [3, 2], strides: [2, 2] }),
      ...head(),
    ],
  },
  averagePooling: {
    inputShape: image,
    layers: () => [
      layers.conv2d({ filters: 4, kernelSize: 3 }),
      // With padding, the gradient on cpu is wrong.
      layers.averagePooling2d({ poolSize: 2, strides: 1 }),
      layers.averagePooling2d({ poolSize: 2 }),
      ...head(),
    ],
  },
  'pooling of sequences and over all': {
    inputShape: [8, 4],
    layers: () => [
      layers.conv1d({ filters: 6, kernelSize: 1 }),
      layers.maxPooling1d({ poolSize: 2 }),
      layers.averagePooling1d({ poolSize: 2 }),
      layers.globalMaxPooling1d({}),
      layers.dense({ units: 3 }),
    ],
  },
  batchNormalization: {
    inputShape: image,
    layers: () => [
      layers.conv2d({ filters: 4, kernelSize: 3 }),
      layers.batchNormalization(),
      layers.activation({ activation: 'relu' }),
      layers.globalAveragePooling2d({}),
      layers.dense({ units: 5 }),
      layers.batchNormalization(),
      layers.dense({ units: 3 }),
    ],
  },
  layerNormalization: {
    inputShape: sequence,
    layers: () => [layers.dense({ units: 6 }), layers.layerNormalization(), ...head()],
  },
  embedding: {
    inputShape: [7],
    input: words,
    layers: () => [layers.embedding({ inputDim: 12, outputDim: 5 }), ...head()],
  },
  simpleRNN: {
    inputShape: sequence,
    layers: () => [layers.simpleRNN({ units: 5, recurrentInitializer: 'glorotNormal' }), layers.dense({ units: 3 })],
  },
  lstm: {
    inputShape: [5],
    input: words,
    layers: () => [
      layers.embedding({ inputDim: 12, outputDim: 4 }),
      layers.lstm({ units: 5, returnSequences: true, recurrentInitializer: 'glorotNormal' }),
      layers.lstm({ units: 4, recurrentInitializer: 'glorotNormal' }),
      layers.dense({ units: 3 }),
    ],
  },
  gru: {
    inputShape: sequence,
    layers: () => [
      layers.bidirectional({
        layer: layers.gru({ units: 5, recurrentInitializer: 'glorotNormal' }) as never,
        mergeMode: 'concat',
      }),
      layers.dense({ units: 3 }),
    ],
  },
  'reshape and padding': {
    inputShape: [12],
    layers: () => [
      layers.dense({ units: 24 }),
      layers.reshape({ targetShape: [2, 3, 4] }),
      layers.zeroPadding2d({ padding: 1 }),
      layers.conv2d({ filters: 3, kernelSize: 3 }),
      ...head(),
    ],
  },
}

const BATCH = 6
const STEPS = 5

const model = ({ inputShape, layers: make }: Case): tf.Sequential => {
  const input = tf.layers.inputLayer({ inputShape })
  return tf.sequential({ layers: [input, ...make()] })
}

/** The loss before each of some steps of training from given weights, on the selected backend. */
const lossesOf = async (given: Case, weights: readonly Float32Array[]): Promise<readonly number[]> => {
  const trained = model(given)
  const x = (given.input ?? (shape => tf.randomUniform(shape, -1, 1, 'float32', 1)))([BATCH, ...given.inputShape])
  const y = tf.tidy(() => tf.oneHot(tf.tensor1d([0, 2, 1, 1, 0, 2], 'int32'), 3).toFloat())
  tf.tidy(() => trained.setWeights(trained.getWeights().map((w, i) => tf.tensor(weights[i]!, w.shape))))
  const optimizer = tf.train.sgd(0.05)
  trained.compile({ optimizer, loss: (labels, logits) => tf.losses.softmaxCrossEntropy(labels, logits) })
  const losses: number[] = []
  for (let step = 0; step < STEPS; step++) losses.push((await trained.trainOnBatch(x, y)) as number)
  tf.dispose([x, y])
  trained.dispose()
  optimizer.dispose()
  return losses
}

/** Reproducible weights, unlike each other. */
const weightsOf = (given: Case): readonly Float32Array[] => {
  const untrained = model(given)
  const weights = untrained.getWeights().map((w, i) =>
    tf.tidy(() => {
      const random = tf.randomUniform(w.shape, -0.5, 0.5, 'float32', i + 1)
      // The variances of normalization are among the weights.
      return (w.shape.length === 1 ? random.abs() : random).dataSync<'float32'>()
    }),
  )
  untrained.dispose()
  return weights
}

const tensorsAfter = async (run: () => Promise<unknown>): Promise<number> => {
  const before = tf.memory().numTensors
  await run()
  return tf.memory().numTensors - before
}

describe('a model trains on wasm as it does on cpu, and leaves no more behind', () => {
  it.each(Object.entries(cases))('%s', async (_, given) => {
    const heard = (['log', 'warn', 'error'] as const).map(method => vi.spyOn(console, method))
    const weights = weightsOf(given)
    await tf.setBackend('cpu')
    const expected = await lossesOf(given, weights)
    // The embedding of TensorFlow.js itself leaves a tensor behind at each call, on any backend.
    const left = await tensorsAfter(() => lossesOf(given, weights))
    await useWasm()
    const losses = await lossesOf(given, weights)
    expect(await tensorsAfter(() => lossesOf(given, weights))).toBe(left)
    losses.forEach((loss, step) => {
      expect(loss).toBeCloseTo(expected[step]!, 3)
    })
    expect(losses.at(-1)).toBeLessThan(losses[0]!)
    for (const method of heard) expect(method).not.toHaveBeenCalled()
  })
})
