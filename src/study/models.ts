/** The models of studies. */
import type { DataSet } from '../data/index.js'
import { sizeOf } from '../expr/shape.js'
import { lenet5, type Model, mlp, resnet18, smallCnn } from '../models/index.js'
import type { ModelChoice } from './types.js'

/**
 * A model for the examples of a set.
 *
 * @throws HyperparameterError where it does not take them
 */
export const modelFor = (
  { name, width }: ModelChoice,
  { inputShape, classes }: Pick<DataSet, 'inputShape' | 'classes'>,
): Model => {
  const images = { inputShape: inputShape as readonly [number, number, number], classes }
  switch (name) {
    case 'mlp':
      return mlp({ sizes: [sizeOf(inputShape), 256, 256, classes] })
    case 'small-cnn':
      return smallCnn(images)
    case 'lenet5':
      return lenet5(images)
    case 'resnet18':
      return resnet18({ ...images, ...(width !== undefined && { width }) })
  }
}
