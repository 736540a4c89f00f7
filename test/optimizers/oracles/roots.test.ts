/** SGD with dampening, RMSProp, AdaGrad and Adadelta, from their papers' equations. */
import {
  adadelta,
  adagrad,
  chain,
  exponentialDecay,
  type GradientTransform,
  rmsprop,
  scalar,
  scale,
  scaleByRms,
  scaleByStddev,
  sgd,
} from '../../../src/index.js'
import { type Comparison, elementwise, followOracles } from './harness.js'

const sgdOracle = ({ rate = 0.01, mu = 0, tau = 0, nesterov = false, lambda = 0 }) =>
  elementwise(() => {
    let b = 0
    return (gradient, p, t) => {
      const g = gradient + lambda * p
      const dampened = mu === 0 || t === 1 ? g : (1 - tau) * g
      b = mu * b + dampened
      return -rate * (nesterov ? dampened + mu * b : b)
    }
  })

const rmsOracle = ({
  rate = (_: number) => 0.01,
  rho = 0.9,
  eps = 1e-8,
  v0 = 0,
  inRoot = true,
  corrects = false,
  centered = false,
  mu = 0,
  nesterov = false,
  lambda = 0,
}) =>
  elementwise(() => {
    let [m, v, b] = [0, v0, 0]
    return (gradient, p, t) => {
      const g = gradient + lambda * p
      m = rho * m + (1 - rho) * g
      v = rho * v + (1 - rho) * g * g
      const c = corrects ? 1 - rho ** t : 1
      const square = Math.max(0, v / c - (centered ? (m / c) ** 2 : 0))
      const step = (-rate(t - 1) * g) / (inRoot ? Math.sqrt(square + eps) : Math.sqrt(square) + eps)
      b = mu * b + step
      return nesterov ? step + mu * b : b
    }
  })

const adagradOracle = ({ rate = 0.01, v0 = 0.1, eps = 1e-7, inRoot = true, kappa = 0, lambda = 0 }) =>
  elementwise(() => {
    let v = v0
    return (gradient, p, t) => {
      const g = gradient + lambda * p
      v += g * g
      return ((-rate / (1 + (t - 1) * kappa)) * g) / (inRoot ? Math.sqrt(v + eps) : Math.sqrt(v) + eps)
    }
  })

const adadeltaOracle = ({ rate = 1, rho = 0.9, eps = 1e-6, lambda = 0 }) =>
  elementwise(() => {
    let [v, d] = [0, 0]
    return (gradient, p) => {
      const g = gradient + lambda * p
      v = rho * v + (1 - rho) * g * g
      const u = (Math.sqrt(d + eps) / Math.sqrt(v + eps)) * g
      d = rho * d + (1 - rho) * u * u
      return -rate * u
    }
  })

/** A direction as a step. */
const stepping = (f: GradientTransform<unknown>) => chain(f, scale(-0.01))

const comparisons: readonly Comparison[] = [
  {
    name: 'sgd, dampened',
    transform: sgd({ learningRate: 0.05, momentum: 0.8, dampening: 0.3, weightDecay: 0.2 }),
    oracle: sgdOracle({ rate: 0.05, mu: 0.8, tau: 0.3, lambda: 0.2 }),
  },
  {
    name: 'sgd, dampened, looking ahead',
    transform: sgd({ learningRate: 0.05, momentum: 0.8, dampening: 0.5, nesterov: true }),
    oracle: sgdOracle({ rate: 0.05, mu: 0.8, tau: 0.5, nesterov: true }),
  },
  {
    name: 'sgd, dampened to no effect',
    transform: sgd({ dampening: 0.5 }),
    oracle: sgdOracle({}),
  },
  { name: 'rmsprop()', transform: rmsprop(), oracle: rmsOracle({}) },
  {
    name: "rmsprop, as PyTorch's",
    transform: rmsprop({ learningRate: 0.02, decay: 0.99, eps: 0.1, epsInSqrt: false, weightDecay: 0.2 }),
    oracle: rmsOracle({ rate: () => 0.02, rho: 0.99, eps: 0.1, inRoot: false, lambda: 0.2 }),
  },
  {
    name: 'rmsprop with momentum',
    transform: rmsprop({ learningRate: 0.02, eps: 0.1, momentum: 0.8, initialScale: 0.5, biasCorrection: true }),
    oracle: rmsOracle({ rate: () => 0.02, eps: 0.1, mu: 0.8, v0: 0.5, corrects: true }),
  },
  {
    name: 'rmsprop with momentum, its learning rate falling',
    transform: rmsprop({ learningRate: exponentialDecay(0.02, 0.5, 5), momentum: 0.8, nesterov: true }),
    oracle: rmsOracle({ rate: t => 0.02 * 0.5 ** (t / 5), mu: 0.8, nesterov: true }),
  },
  {
    name: 'rmsprop, centered',
    transform: rmsprop({ centered: true }),
    oracle: rmsOracle({ centered: true }),
  },
  {
    name: 'rmsprop, centered, with momentum',
    transform: rmsprop({ centered: true, momentum: 0.5, decay: 0.8, eps: 0.1, epsInSqrt: false, initialScale: 0.5 }),
    oracle: rmsOracle({ centered: true, mu: 0.5, rho: 0.8, eps: 0.1, inRoot: false, v0: 0.5 }),
  },
  {
    name: 'rmsprop, centered and corrected',
    transform: rmsprop({ centered: true, biasCorrection: true, eps: 0.1 }),
    oracle: rmsOracle({ centered: true, corrects: true, eps: 0.1 }),
  },
  { name: 'scaleByRms()', transform: stepping(scaleByRms()), oracle: rmsOracle({}) },
  { name: 'scaleByStddev()', transform: stepping(scaleByStddev()), oracle: rmsOracle({ centered: true }) },
  { name: 'adagrad()', transform: adagrad(), oracle: adagradOracle({}) },
  {
    name: "adagrad, as PyTorch's",
    transform: adagrad({
      learningRate: 0.1,
      initialAccumulator: 0,
      eps: 1e-10,
      epsInSqrt: false,
      lrDecay: 0.1,
      weightDecay: 0.2,
    }),
    oracle: adagradOracle({ rate: 0.1, v0: 0, eps: 1e-10, inRoot: false, kappa: 0.1, lambda: 0.2 }),
  },
  {
    name: 'adagrad, of a large eps',
    transform: adagrad({ learningRate: () => scalar(0.1), eps: 0.5, lrDecay: 2 }),
    oracle: adagradOracle({ rate: 0.1, eps: 0.5, kappa: 2 }),
  },
  {
    name: 'adagrad, of a large eps beside the root',
    transform: adagrad({ learningRate: 0.1, eps: 0.5, epsInSqrt: false }),
    oracle: adagradOracle({ rate: 0.1, eps: 0.5, inRoot: false }),
  },
  { name: 'adadelta()', transform: adadelta(), oracle: adadeltaOracle({}) },
  {
    name: 'adadelta, with decay',
    transform: adadelta({ learningRate: 0.5, rho: 0.7, eps: 0.01, weightDecay: 0.2 }),
    oracle: adadeltaOracle({ rate: 0.5, rho: 0.7, eps: 0.01, lambda: 0.2 }),
  },
]

followOracles(comparisons)
