/** Small runs, and what to compare of them. */
import { mlp, resnet18 } from '../../src/models/index.js'
import { adam } from '../../src/optimizers/optimizers.js'
import type { TrainingConfig, TrainingRun } from '../../src/train/index.js'
import { train } from '../../src/train/index.js'
import { stripes } from './images.js'

/** Images of 8 x 8 pixels in three classes. */
export const small = (count: number, start = 1) => stripes(count, start, 8, 3)

export const network = mlp({ sizes: [64, 7, 3], dropout: 0.3 })
export const convolutional = resnet18({ width: 2, inputShape: [8, 8, 1], classes: 3 })

export const config = (change: Partial<TrainingConfig<unknown>> = {}): TrainingConfig<unknown> => ({
  model: network,
  transform: adam({ learningRate: 0.01 }),
  train: small(50),
  test: small(20, 2),
  seed: 3,
  epochs: 4,
  batchSize: 16,
  ...change,
})

/** All of a run but its times. */
export const figures = ({ epochs, ...rest }: TrainingRun) => ({
  ...rest,
  epochs: epochs.map(({ seconds: _, evaluationSeconds: __, ...result }) => result),
})

/** A run, and a checkpoint after each of its epochs. */
export const recorded = async (change: Partial<TrainingConfig<unknown>> = {}) => {
  const checkpoints: Uint8Array[] = []
  const run = await train(config({ ...change, onEpoch: (_, checkpoint) => void checkpoints.push(checkpoint()) }))
  return { run, checkpoints }
}
