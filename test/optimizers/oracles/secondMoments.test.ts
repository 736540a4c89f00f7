/** AMSGrad, Adamax, AdaBelief and Yogi, from their papers' equations. */
import { adabelief, adam, adamax, adamaxw, adamw, amsgrad, yogi } from '../../../src/index.js'
import { type Comparison, elementwise, followOracles } from './harness.js'

/** A moving average that starts at 0. */
const average = (decay: number, start = 0) => {
  let m = start
  return (x: number) => {
    m = decay * m + (1 - decay) * x
    return m
  }
}

const amsgradOracle = ({
  rate = 1e-3,
  b1 = 0.9,
  b2 = 0.999,
  eps = 1e-8,
  epsRoot = 0,
  corrects = true,
  correctsFirst = false,
  coupled = 0,
  decoupled = 0,
}) =>
  elementwise(() => {
    const [first, second] = [average(b1), average(b2)]
    let largest = 0
    return (gradient, p, t) => {
      const g = gradient + coupled * p
      const m = first(g) / (corrects ? 1 - b1 ** t : 1)
      const correction = corrects ? 1 - b2 ** t : 1
      const v = second(g * g)
      largest = Math.max(largest, correctsFirst ? v / correction : v)
      const used = correctsFirst ? largest : largest / correction
      return -rate * (m / (Math.sqrt(used + epsRoot) + eps) + decoupled * p)
    }
  })

const adamaxOracle = ({ rate = 2e-3, b1 = 0.9, b2 = 0.999, eps = 1e-8, coupled = 0, decoupled = 0 }) =>
  elementwise(() => {
    const first = average(b1)
    let u = 0
    return (gradient, p, t) => {
      const g = gradient + coupled * p
      u = Math.max(b2 * u, Math.abs(g) + eps)
      return (-rate * first(g)) / (1 - b1 ** t) / u - rate * decoupled * p
    }
  })

const beliefOracle = ({
  rate = 1e-3,
  b1 = 0.9,
  b2 = 0.999,
  eps = 1e-16,
  epsRoot = 1e-16,
  nesterov = false,
  lambda = 0,
}) =>
  elementwise(() => {
    const first = average(b1)
    let s = 0
    return (g, p, t) => {
      const m = first(g)
      s = b2 * s + (1 - b2) * (g - m) ** 2 + epsRoot
      const used = nesterov ? (b1 * m) / (1 - b1 ** (t + 1)) + ((1 - b1) * g) / (1 - b1 ** t) : m / (1 - b1 ** t)
      return -rate * (used / (Math.sqrt(s / (1 - b2 ** t)) + eps) + lambda * p)
    }
  })

const yogiOracle = ({ rate = 0.01, b1 = 0.9, b2 = 0.999, eps = 1e-3, epsRoot = 0, v0 = 1e-6, lambda = 0 }) =>
  elementwise(() => {
    const first = average(b1)
    let v = v0
    return (gradient, p, t) => {
      const g = gradient + lambda * p
      v -= (1 - b2) * Math.sign(v - g * g) * g * g
      return (-rate * (first(g) / (1 - b1 ** t))) / (Math.sqrt(v / (1 - b2 ** t) + epsRoot) + eps)
    }
  })

const comparisons: readonly Comparison[] = [
  { name: 'amsgrad()', transform: amsgrad(), oracle: amsgradOracle({}) },
  {
    name: 'amsgrad, short memory',
    transform: amsgrad({ learningRate: 0.05, b1: 0.5, b2: 0.8, eps: 0.01, epsRoot: 0.02, weightDecay: 0.1 }),
    oracle: amsgradOracle({ rate: 0.05, b1: 0.5, b2: 0.8, eps: 0.01, epsRoot: 0.02, coupled: 0.1 }),
  },
  {
    name: 'amsgrad of the corrected moment',
    transform: amsgrad({ learningRate: 0.05, b2: 0.9, maximumOf: 'correctedMoment', eps: 0.01, epsRoot: 0.02 }),
    oracle: amsgradOracle({ rate: 0.05, b2: 0.9, correctsFirst: true, eps: 0.01, epsRoot: 0.02 }),
  },
  {
    name: 'amsgrad without bias correction',
    transform: amsgrad({ learningRate: 0.05, b2: 0.9, biasCorrection: false }),
    oracle: amsgradOracle({ rate: 0.05, b2: 0.9, corrects: false }),
  },
  {
    name: 'adam with amsgrad',
    transform: adam({ learningRate: 0.05, b2: 0.9, amsgrad: true, weightDecay: 0.1 }),
    oracle: amsgradOracle({ rate: 0.05, b2: 0.9, coupled: 0.1 }),
  },
  {
    name: 'adamw with amsgrad',
    transform: adamw({ learningRate: 0.05, b2: 0.9, amsgrad: true, weightDecay: 0.1 }),
    oracle: amsgradOracle({ rate: 0.05, b2: 0.9, decoupled: 0.1 }),
  },
  { name: 'adamax()', transform: adamax(), oracle: adamaxOracle({}) },
  {
    name: 'adamax, with decay',
    transform: adamax({ learningRate: 0.05, b1: 0.7, b2: 0.8, eps: 0.1, weightDecay: 0.2 }),
    oracle: adamaxOracle({ rate: 0.05, b1: 0.7, b2: 0.8, eps: 0.1, coupled: 0.2 }),
  },
  { name: 'adamaxw()', transform: adamaxw(), oracle: adamaxOracle({ decoupled: 1e-4 }) },
  {
    name: 'adamaxw, with much decay',
    transform: adamaxw({ learningRate: 0.05, b2: 0.9, weightDecay: 0.5 }),
    oracle: adamaxOracle({ rate: 0.05, b2: 0.9, decoupled: 0.5 }),
  },
  { name: 'adabelief()', transform: adabelief(), oracle: beliefOracle({}) },
  {
    name: 'adabelief, with decay',
    transform: adabelief({ learningRate: 0.05, b1: 0.7, b2: 0.9, eps: 0.01, epsRoot: 0.02, weightDecay: 0.2 }),
    oracle: beliefOracle({ rate: 0.05, b1: 0.7, b2: 0.9, eps: 0.01, epsRoot: 0.02, lambda: 0.2 }),
  },
  {
    name: 'adabelief, looking ahead',
    transform: adabelief({ learningRate: 0.05, nesterov: true, eps: 1e-3 }),
    oracle: beliefOracle({ rate: 0.05, nesterov: true, eps: 1e-3 }),
  },
  { name: 'yogi()', transform: yogi(), oracle: yogiOracle({}) },
  {
    name: 'yogi, with decay',
    transform: yogi({
      learningRate: 0.05,
      b1: 0.7,
      b2: 0.9,
      eps: 0.1,
      epsRoot: 0.2,
      initialAccumulator: 0.3,
      weightDecay: 0.2,
    }),
    oracle: yogiOracle({ rate: 0.05, b1: 0.7, b2: 0.9, eps: 0.1, epsRoot: 0.2, v0: 0.3, lambda: 0.2 }),
  },
]

followOracles(comparisons)
