/** Lion, Rprop, signSGD, Signum, ADOPT and NovoGrad, from their papers' equations. */
import {
  adopt,
  chain,
  lion,
  named,
  novograd,
  rprop,
  scale,
  scaleByNovograd,
  scaleByRprop,
  signSgd,
  signum,
} from '../../../src/index.js'
import { type Comparison, elementwise, followOracles, leafwise } from './harness.js'

const lionOracle = ({ rate = 1e-4, b1 = 0.9, b2 = 0.99, bound = Math.sign, lambda = 1e-3 }) =>
  elementwise(() => {
    let m = 0
    return (g, p) => {
      const c = b1 * m + (1 - b1) * g
      m = b2 * m + (1 - b2) * g
      return -rate * (bound(c) + lambda * p)
    }
  })

const rpropOracle = ({ size = 0.01, minus = 0.5, plus = 1.2, least = 1e-6, most = 50, lambda = 0 }) =>
  elementwise(() => {
    let [delta, before] = [size, 0]
    return (gradient, p) => {
      let g = gradient + lambda * p
      const agreement = g * before
      if (agreement > 0) delta = Math.min(delta * plus, most)
      if (agreement < 0) {
        delta = Math.max(delta * minus, least)
        g = 0
      }
      before = g
      return -Math.sign(g) * delta
    }
  })

const signumOracle = ({ rate = 1e-3, mu = 0.9, lambda = 0 }) =>
  elementwise(() => {
    let m = 0
    return (gradient, p) => {
      m = mu * m + (1 - mu) * (gradient + lambda * p)
      return -rate * Math.sign(m)
    }
  })

const adoptOracle = ({
  rate = 1e-3,
  b1 = 0.9,
  b2 = 0.9999,
  eps = 1e-6,
  nesterov = false,
  bound = (t: number) => t ** 0.25,
  lambda = 0,
}) =>
  elementwise(() => {
    let [m, v] = [0, 0]
    return (gradient, p, step) => {
      const g = gradient + lambda * p
      const t = step - 1
      if (t === 0) {
        v = g * g
        return 0
      }
      const x = Math.max(-bound(t), Math.min(bound(t), g / Math.max(Math.sqrt(v), eps)))
      m = b1 * m + (1 - b1) * x
      v = b2 * v + (1 - b2) * g * g
      return -rate * (nesterov ? b1 * m + (1 - b1) * x : m)
    }
  })

const novogradOracle = ({ rate = 0.01, b1 = 0.9, b2 = 0.25, eps = 1e-6, epsRoot = 0, lambda = (_: number) => 0 }) =>
  leafwise(() => {
    let v = 0
    let m: readonly number[] = []
    return (g, p, t) => {
      const square = g.reduce((sum, x) => sum + x * x, 0)
      v = t === 1 ? square : b2 * v + (1 - b2) * square
      m = g.map((x, i) => b1 * (m[i] ?? 0) + x / (Math.sqrt(v + epsRoot) + eps) + lambda(g.length) * (p[i] ?? 0))
      return m.map(x => -rate * x)
    }
  })

const comparisons: readonly Comparison[] = [
  { name: 'lion()', transform: lion(), oracle: lionOracle({}) },
  {
    name: 'lion, with decay',
    transform: lion({ learningRate: 0.05, b1: 0.6, b2: 0.8, weightDecay: 0.2 }),
    oracle: lionOracle({ rate: 0.05, b1: 0.6, b2: 0.8, lambda: 0.2 }),
  },
  {
    name: 'lion, smooth',
    transform: lion({ learningRate: 0.05, mode: 'smooth', smoothBeta: 3, weightDecay: 0 }),
    oracle: lionOracle({ rate: 0.05, bound: c => Math.tanh(3 * c), lambda: 0 }),
  },
  {
    name: 'lion, smooth, of the default steepness',
    transform: lion({ learningRate: 0.05, mode: 'smooth', weightDecay: 0 }),
    oracle: lionOracle({ rate: 0.05, bound: Math.tanh, lambda: 0 }),
  },
  {
    name: 'lion, refined',
    transform: lion({ learningRate: 0.05, b1: 0.5, mode: 'refined', weightDecay: 0 }),
    oracle: lionOracle({ rate: 0.05, b1: 0.5, bound: c => Math.max(-1, Math.min(1, c)), lambda: 0 }),
  },
  { name: 'rprop()', transform: rprop(), oracle: rpropOracle({}) },
  {
    name: 'rprop, with decay',
    transform: rprop({
      learningRate: 0.1,
      etaMinus: 0.3,
      etaPlus: 1.5,
      minStepSize: 0.04,
      maxStepSize: 0.2,
      weightDecay: 0.2,
    }),
    oracle: rpropOracle({ size: 0.1, minus: 0.3, plus: 1.5, least: 0.04, most: 0.2, lambda: 0.2 }),
  },
  { name: 'scaleByRprop()', transform: chain(scaleByRprop(), scale(-1)), oracle: rpropOracle({}) },
  { name: 'signSgd()', transform: signSgd(), oracle: signumOracle({ mu: 0 }) },
  {
    name: 'signSgd, with decay',
    transform: signSgd({ learningRate: 0.05, weightDecay: 0.5 }),
    oracle: signumOracle({ rate: 0.05, mu: 0, lambda: 0.5 }),
  },
  { name: 'signum()', transform: signum(), oracle: signumOracle({}) },
  {
    name: 'signum, with decay',
    transform: signum({ learningRate: 0.05, momentum: 0.5, weightDecay: 0.5 }),
    oracle: signumOracle({ rate: 0.05, mu: 0.5, lambda: 0.5 }),
  },
  { name: 'signum without momentum', transform: signum({ momentum: 0 }), oracle: signumOracle({ mu: 0 }) },
  { name: 'adopt()', transform: adopt(), oracle: adoptOracle({}) },
  {
    name: 'adopt, with decay',
    transform: adopt({ learningRate: 0.05, b1: 0.6, b2: 0.9, eps: 0.5, weightDecay: 0.2 }),
    oracle: adoptOracle({ rate: 0.05, b1: 0.6, b2: 0.9, eps: 0.5, lambda: 0.2 }),
  },
  {
    name: 'adopt, looking ahead, clipped to 0.5',
    transform: adopt({ learningRate: 0.05, b2: 0.9, nesterov: true, clipValue: 0.5 }),
    oracle: adoptOracle({ rate: 0.05, b2: 0.9, nesterov: true, bound: () => 0.5 }),
  },
  {
    name: 'adopt, unclipped',
    transform: adopt({ learningRate: 0.01, b2: 0.9, useClipping: false, eps: 0.3 }),
    oracle: adoptOracle({ rate: 0.01, b2: 0.9, eps: 0.3, bound: () => Number.POSITIVE_INFINITY }),
  },
  { name: 'novograd()', transform: novograd(), oracle: novogradOracle({}) },
  {
    name: 'novograd, with decay of the kernel',
    transform: novograd({
      learningRate: 0.02,
      b1: 0.6,
      b2: 0.8,
      eps: 0.1,
      epsRoot: 0.2,
      weightDecay: 0.3,
      mask: named(/kernel/),
    }),
    oracle: novogradOracle({
      rate: 0.02,
      b1: 0.6,
      b2: 0.8,
      eps: 0.1,
      epsRoot: 0.2,
      lambda: n => (n === 6 ? 0.3 : 0),
    }),
  },
  {
    name: 'scaleByNovograd()',
    transform: chain(scaleByNovograd(), scale(-0.01)),
    oracle: novogradOracle({ eps: 1e-8 }),
  },
]

followOracles(comparisons)
