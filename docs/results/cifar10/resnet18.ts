import { defineStudy, variants } from 'plastax/study'

export default defineStudy({
  name: 'cifar10-resnet18',
  description: 'ResNet-18 of width 16, two epochs of 10,000 images of CIFAR-10',
  variants: { neuroplastic: variants.neuroplastic, adam: variants.adam },
  data: ['cifar10'],
  models: [{ name: 'resnet18', width: 16 }],
  fractions: [0.2],
  seeds: 1,
  epochs: 2,
  augment: true,
  selection: 'fixed',
})
