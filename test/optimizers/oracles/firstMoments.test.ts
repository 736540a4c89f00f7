/** Adam's look-ahead, Nadam, RAdam, Adan and AdEMAMix, from their papers' equations. */
import { adam, adamw, adan, ademamix, linear, nadam, nadamw, radam } from '../../../src/index.js'
import { type Comparison, elementwise, followOracles } from './harness.js'

const nadamOracle = ({
  rate = 2e-3,
  b1 = 0.9,
  b2 = 0.999,
  eps = 1e-8,
  epsRoot = 0,
  psi = undefined as number | undefined,
  corrects = true,
  coupled = 0,
  decoupled = 0,
}) =>
  elementwise(() => {
    let [m, v, product] = [0, 0, 1]
    // Without a schedule momentum is b1 throughout.
    const momentum = (t: number) => (psi === undefined ? b1 : b1 * (1 - 0.5 * 0.96 ** (t * psi)))
    return (gradient, p, t) => {
      const g = gradient + coupled * p
      m = b1 * m + (1 - b1) * g
      v = b2 * v + (1 - b2) * g * g
      product *= momentum(t)
      const next = momentum(t + 1)
      const ahead = corrects
        ? ((1 - momentum(t)) / (1 - product)) * g + (next / (1 - product * next)) * m
        : (1 - b1) * g + b1 * m
      const vHat = corrects ? v / (1 - b2 ** t) : v
      return -rate * (ahead / (Math.sqrt(vHat + epsRoot) + eps) + decoupled * p)
    }
  })

const radamOracle = ({
  rate = 1e-3,
  b1 = 0.9,
  b2 = 0.999,
  eps = 1e-8,
  epsRoot = 0,
  threshold = 5,
  nesterov = false,
  torch = false,
  lambda = 0,
}) =>
  elementwise(() => {
    let [m, v] = [0, 0]
    return (gradient, p, t) => {
      const g = gradient + lambda * p
      m = b1 * m + (1 - b1) * g
      v = b2 * v + (1 - b2) * g * g
      const limit = 2 / (1 - b2) - 1
      const rho = limit - (2 * t * b2 ** t) / (1 - b2 ** t)
      const mHat = nesterov ? (b1 * m) / (1 - b1 ** (t + 1)) + ((1 - b1) * g) / (1 - b1 ** t) : m / (1 - b1 ** t)
      if (rho < threshold) return -rate * mHat
      const r = Math.sqrt(((rho - 4) * (rho - 2) * limit) / ((limit - 4) * (limit - 2) * rho))
      const correction = 1 - b2 ** t
      const root = torch
        ? (Math.sqrt(v + epsRoot) + eps) / Math.sqrt(correction)
        : Math.sqrt(v / correction + epsRoot) + eps
      return (-rate * r * mHat) / root
    }
  })

const adanOracle = ({ rate = 1e-3, b1 = 0.98, b2 = 0.92, b3 = 0.99, eps = 1e-8, epsRoot = 1e-8, lambda = 0 }) =>
  elementwise(() => {
    let [m, v, n, before] = [0, 0, 0, 0]
    return (g, p, t) => {
      const d = t === 1 ? 0 : g - before
      before = g
      m = b1 * m + (1 - b1) * g
      v = b2 * v + (1 - b2) * d
      n = b3 * n + (1 - b3) * (g + (1 - b2) * d) ** 2
      const up = m / (1 - b1 ** t) + ((1 - b2) * v) / (1 - b2 ** t)
      return -rate * (up / (Math.sqrt(n / (1 - b3 ** t) + epsRoot) + eps) + lambda * p)
    }
  })

const ademamixOracle = ({
  rate = 1e-3,
  b1 = 0.9,
  b2 = 0.999,
  b3 = (_: number) => 0.9999,
  alpha = (_: number) => 5,
  eps = 1e-8,
  epsRoot = 0,
  lambda = 0,
}) =>
  elementwise(() => {
    let [fast, slow, v] = [0, 0, 0]
    return (g, p, t) => {
      fast = b1 * fast + (1 - b1) * g
      slow = b3(t - 1) * slow + (1 - b3(t - 1)) * g
      v = b2 * v + (1 - b2) * g * g
      const mixed = fast / (1 - b1 ** t) + alpha(t - 1) * slow
      return -rate * (mixed / (Math.sqrt(v / (1 - b2 ** t) + epsRoot) + eps) + lambda * p)
    }
  })

const comparisons: readonly Comparison[] = [
  { name: 'nadam()', transform: nadam(), oracle: nadamOracle({}) },
  {
    name: 'nadam, with decay',
    transform: nadam({ learningRate: 0.05, b1: 0.7, b2: 0.9, eps: 0.1, epsRoot: 0.2, weightDecay: 0.2 }),
    oracle: nadamOracle({ rate: 0.05, b1: 0.7, b2: 0.9, eps: 0.1, epsRoot: 0.2, coupled: 0.2 }),
  },
  {
    name: "nadam, as PyTorch's",
    transform: nadam({ learningRate: 0.05, momentumDecay: 4e-3, weightDecay: 0.1 }),
    oracle: nadamOracle({ rate: 0.05, psi: 4e-3, coupled: 0.1 }),
  },
  {
    name: 'nadam, its momentum setting in fast',
    transform: nadam({ learningRate: 0.05, momentumDecay: 3, b1: 0.8, b2: 0.9, eps: 0.1, epsRoot: 0.2 }),
    oracle: nadamOracle({ rate: 0.05, psi: 3, b1: 0.8, b2: 0.9, eps: 0.1, epsRoot: 0.2 }),
  },
  { name: 'nadamw()', transform: nadamw(), oracle: nadamOracle({ decoupled: 1e-4 }) },
  {
    name: 'nadamw, its momentum setting in',
    transform: nadamw({ learningRate: 0.05, momentumDecay: 0.1, weightDecay: 0.3 }),
    oracle: nadamOracle({ rate: 0.05, psi: 0.1, decoupled: 0.3 }),
  },
  {
    name: 'adam, looking ahead',
    transform: adam({ learningRate: 0.05, nesterov: true, epsRoot: 0.1 }),
    oracle: nadamOracle({ rate: 0.05, epsRoot: 0.1 }),
  },
  {
    name: 'adamw, looking ahead, without bias correction',
    transform: adamw({ learningRate: 0.05, nesterov: true, biasCorrection: false, weightDecay: 0.2 }),
    oracle: nadamOracle({ rate: 0.05, corrects: false, decoupled: 0.2 }),
  },
  { name: 'radam()', transform: radam(), oracle: radamOracle({}) },
  {
    name: 'radam, with decay',
    transform: radam({ learningRate: 0.05, b1: 0.7, b2: 0.9, eps: 0.1, epsRoot: 0.2, weightDecay: 0.2 }),
    oracle: radamOracle({ rate: 0.05, b1: 0.7, b2: 0.9, eps: 0.1, epsRoot: 0.2, lambda: 0.2 }),
  },
  {
    name: 'radam, its eps as in PyTorch',
    transform: radam({ learningRate: 0.05, b2: 0.99, eps: 0.1, epsRoot: 0.2, epsAfterCorrection: false }),
    oracle: radamOracle({ rate: 0.05, b2: 0.99, eps: 0.1, epsRoot: 0.2, torch: true }),
  },
  {
    name: 'radam, looking ahead, of another threshold',
    transform: radam({ learningRate: 0.05, b2: 0.95, threshold: 8, nesterov: true }),
    oracle: radamOracle({ rate: 0.05, b2: 0.95, threshold: 8, nesterov: true }),
  },
  {
    name: 'radam that never adapts',
    transform: radam({ learningRate: 0.05, b2: 0.5 }),
    oracle: radamOracle({ rate: 0.05, b2: 0.5 }),
  },
  { name: 'adan()', transform: adan(), oracle: adanOracle({}) },
  {
    name: 'adan, with decay',
    transform: adan({ learningRate: 0.05, b1: 0.7, b2: 0.6, b3: 0.8, eps: 0.1, epsRoot: 0.2, weightDecay: 0.2 }),
    oracle: adanOracle({ rate: 0.05, b1: 0.7, b2: 0.6, b3: 0.8, eps: 0.1, epsRoot: 0.2, lambda: 0.2 }),
  },
  { name: 'ademamix()', transform: ademamix(), oracle: ademamixOracle({}) },
  {
    name: 'ademamix, with decay',
    transform: ademamix({
      learningRate: 0.02,
      b1: 0.7,
      b2: 0.9,
      b3: 0.95,
      alpha: 2,
      eps: 0.1,
      epsRoot: 0.2,
      weightDecay: 0.2,
    }),
    oracle: ademamixOracle({
      rate: 0.02,
      b1: 0.7,
      b2: 0.9,
      b3: () => 0.95,
      alpha: () => 2,
      eps: 0.1,
      epsRoot: 0.2,
      lambda: 0.2,
    }),
  },
  {
    name: 'ademamix, warming up',
    transform: ademamix({ learningRate: 0.02, b3: linear(0.9, 0.99, 10), alpha: linear(0, 5, 20) }),
    oracle: ademamixOracle({
      rate: 0.02,
      b3: t => 0.9 + 0.09 * Math.min(1, t / 10),
      alpha: t => 5 * Math.min(1, t / 20),
    }),
  },
]

followOracles(comparisons)
