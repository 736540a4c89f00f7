/** Models: pure functions over a tree of parameters and a tree of statistics. */
export { type BatchNormOptions, batchNorm } from './batchNorm.js'
export { dropoutMask } from './dropout.js'
export { constant, type Fill, heFanOut, uniformFanIn } from './fill.js'
export { identity, type Layer, type Leaf, modelOf, type Output, pointwise, sequence, sum } from './layer.js'
export {
  averagePool,
  type ConvOptions,
  conv,
  convWithoutBias,
  dense,
  dropout,
  flatten,
  globalAveragePool,
  maxPool,
  relu,
  tanh,
} from './layers.js'
export { type LeNet5Options, lenet5 } from './lenet5.js'
export { type MlpOptions, mlp } from './mlp.js'
export type { Applied, Model, TrainingMoment, Variables } from './model.js'
export { batchMoments, type Moments, normalize, normalizeByBatch } from './normalize.js'
export { type ResNet18Options, resnet18 } from './resnet18.js'
export { type SmallCnnOptions, smallCnn } from './smallCnn.js'
