import {
  activitySignal,
  chain,
  clamp,
  type GradientTransform,
  memorySignal,
  observe,
  plasticityGate,
  sgd,
} from 'plastax'
import { defineStudy, variants } from 'plastax/study'

const gatedBy = (signal: GradientTransform<unknown>) => ({
  role: 'plasticity' as const,
  settings: { learningRate: 0.1 },
  transform: ({ learningRate }: { learningRate: number }) =>
    chain(plasticityGate(observe('alpha', chain(signal, clamp(0.5, 1.5)))), sgd({ learningRate })),
})

export default defineStudy({
  name: 'one-signal',
  variants: { activity: gatedBy(activitySignal()), memory: gatedBy(memorySignal()), adam: variants.adam },
  fractions: [0.1, 1],
})
