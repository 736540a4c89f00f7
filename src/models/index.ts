/** Models: pure functions over a tree of parameters. */
export { dropoutMask } from './dropout.js'
export { type MlpOptions, mlp } from './mlp.js'
export type { Model, TrainingMoment } from './model.js'
