import { defineStudy, variants } from 'plastax/study'

export default defineStudy({
  name: 'cifar10-small-net',
  description: 'The small convolutional net, three epochs of 20,000 images of CIFAR-10',
  variants: { neuroplastic: variants.neuroplastic, adam: variants.adam },
  data: ['cifar10'],
  models: ['small-cnn'],
  fractions: [0.4],
  seeds: 1,
  epochs: 3,
  augment: true,
  selection: 'fixed',
})
