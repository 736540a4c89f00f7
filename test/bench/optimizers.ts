/** Optimizer steps against their peers. */
import * as tf from '@tensorflow/tfjs'
import { adam, compile, type GradientTransform, neuroPlastic, sgd, toTfOptimizer } from 'plastax'
import { type Ratio, ratio } from './ratio.js'
import { stream } from './stream.js'

export interface Row {
  readonly what: string
  readonly peer: string
  readonly ratio: Ratio
}

type Shapes = readonly (readonly number[])[]
const mlp: Shapes = [[784, 256], [256], [256, 256], [256], [256, 10], [10]]

const tensorsOf = (shapes: Shapes) =>
  Object.fromEntries(shapes.map((shape, i) => [`leaf${i}`, tf.randomNormal([...shape], 0, 0.1, 'float32', i)]))

/** A step of a transform, on parameters of its own. */
const stepOf = (transform: GradientTransform<unknown>, shapes: Shapes, interpreter: 'tfjs' | 'fused' = 'fused') => {
  const optimizer = compile(transform, { interpreter })
  const params = tensorsOf(shapes)
  const grads = tensorsOf(shapes)
  let training = { params, state: optimizer.init(params) }
  return {
    run: () => {
      training = optimizer.step(training, grads, { epoch: 1, totalEpochs: 10 })
    },
    dispose: () => tf.dispose([training.params, grads, ...Object.values(training.state as object)] as never),
  }
}

const tfjsStep = (optimizer: tf.Optimizer, shapes: Shapes) => {
  const variables = shapes.map(shape => tf.variable(tf.randomNormal([...shape], 0, 0.1)))
  const grads = Object.fromEntries(variables.map(v => [v.name, tf.randomNormal(v.shape, 0, 0.1)]))
  return {
    run: () => optimizer.applyGradients(grads),
    dispose: () => {
      tf.dispose(variables as tf.Tensor[])
      tf.dispose(grads)
      optimizer.dispose()
    },
  }
}

const neuro = () => neuroPlastic({ learningRate: 1e-4 })

const against = (
  what: string,
  peer: string,
  subject: { run(): void; dispose(): void },
  other: { run(): void; dispose(): void },
): Row => {
  const row = { what, peer, ratio: ratio(subject.run, other.run) }
  subject.dispose()
  other.dispose()
  return row
}

/** The six tensors of the MLP, against tfjs's own optimizers and against the tfjs interpreter. */
export const onMlp = (): readonly Row[] => [
  against('NeuroPlastic, MLP', 'tf.train.adam', stepOf(neuro(), mlp), tfjsStep(tf.train.adam(1e-4), mlp)),
  against('Adam, MLP', 'tf.train.adam', stepOf(adam(), mlp), tfjsStep(tf.train.adam(1e-4), mlp)),
  against(
    'Adam as a tf.Optimizer, MLP',
    'tf.train.adam',
    tfjsStep(toTfOptimizer(adam({ learningRate: 1e-4 })), mlp),
    tfjsStep(tf.train.adam(1e-4), mlp),
  ),
  against(
    'SGD with momentum, MLP',
    'tf.train.momentum',
    stepOf(sgd({ momentum: 0.9 }), mlp),
    tfjsStep(tf.train.momentum(1e-4, 0.9), mlp),
  ),
  against('SGD, MLP', 'tf.train.sgd', stepOf(sgd(), mlp), tfjsStep(tf.train.sgd(1e-4), mlp)),
  against('NeuroPlastic, MLP', 'the tfjs interpreter', stepOf(neuro(), mlp), stepOf(neuro(), mlp, 'tfjs')),
  against('Adam, MLP', 'the tfjs interpreter', stepOf(adam(), mlp), stepOf(adam(), mlp, 'tfjs')),
]

/** One leaf, against the stream that reads and writes what the step has to: g, p and the moments; g is only read. */
export const onOneLeaf = (n: number): readonly Row[] => {
  const streaming = (reads: number, writes: number) => ({ run: stream(n, reads, writes), dispose: () => undefined })
  return [
    against(`Adam, one leaf of ${n}`, 'the memory stream', stepOf(adam(), [[n]]), streaming(4, 3)),
    against(`NeuroPlastic, one leaf of ${n}`, 'the memory stream', stepOf(neuro(), [[n]]), streaming(5, 4)),
  ]
}

/** 200 equal leaves against one of the same number of elements. */
export const onManyLeaves = (n: number): readonly Row[] => {
  const many = Array.from({ length: 200 }, () => [n / 200])
  return [
    against(`Adam, 200 leaves of ${n / 200}`, `one leaf of ${n}`, stepOf(adam(), many), stepOf(adam(), [[n]])),
    against(
      `NeuroPlastic, 200 leaves of ${n / 200}`,
      `one leaf of ${n}`,
      stepOf(neuro(), many),
      stepOf(neuro(), [[n]]),
    ),
  ]
}
