/** Optimizers by block against their equations on plain numbers. */
import { adafactor, chain, fromage, lamb, lars, linear, named, scale, scaleBySm3, sm3 } from '../../../src/index.js'
import { type Comparison, followOracles, leafwise } from './harness.js'
import {
  adamDirection,
  columnOf,
  group,
  isMatrix,
  mean,
  type Numbers,
  norm,
  plus,
  rms,
  rowOf,
  times,
} from './numbers.js'

const sm3Oracle = ({ eta = 0.1, b1 = 0.9, b2 = 1, lambda = 0 }) =>
  leafwise(() => {
    let rows: number[] = [0, 0, 0]
    let columns: number[] = [0, 0]
    let each: Numbers = [0, 0]
    let m: Numbers = []
    return (g, p) => {
      const gradient = plus(g, times(lambda, p))
      const nu = gradient.map((x, i) => {
        const before = isMatrix(g)
          ? Math.min(rows[rowOf(i)] as number, columns[columnOf(i)] as number)
          : (each[i] as number)
        return b2 * before + (b2 === 1 ? 1 : 1 - b2) * x * x
      })
      if (isMatrix(g)) {
        rows = [0, 1, 2].map(k => Math.max(...group(nu, rowOf, k)))
        columns = [0, 1].map(k => Math.max(...group(nu, columnOf, k)))
      } else each = nu
      m = gradient.map((x, i) => {
        const v = nu[i] as number
        return b1 * (m[i] ?? 0) + (1 - b1) * (v > 0 ? x / Math.sqrt(v + 1e-8) : 0)
      })
      return times(-eta, m)
    }
  })

const adafactorOracle = ({
  eta = (_: number) => 1,
  c = 0.8,
  offset = 0,
  least = 128,
  byScale = true,
  d = 1,
  b1 = 0,
  lambda = 0,
}) =>
  leafwise(() => {
    let [rows, columns, each, m]: Numbers[] = [[0, 0, 0], [0, 0], [], []]
    return (g, p, t) => {
      const rho = 1 - Math.max(1, t - offset) ** -c
      const squares = g.map(x => x * x + 1e-30)
      const after = (before: number | undefined, x: number) => rho * (before ?? 0) + (1 - rho) * x
      rows = [0, 1, 2].map(k => after(rows?.[k], mean(group(squares, rowOf, k))))
      columns = [0, 1].map(k => after(columns?.[k], mean(group(squares, columnOf, k))))
      each = squares.map((x, i) => after(each?.[i], x))
      const [r, q, v] = [rows, columns, each]
      const moment = (i: number): number =>
        isMatrix(g) && least <= 2 ? ((r[rowOf(i)] as number) * (q[columnOf(i)] as number)) / mean(r) : (v[i] as number)
      const raw = g.map((x, i) => x / Math.sqrt(moment(i)))
      const clipped = raw.map(x => x / Math.max(1, rms(raw) / d))
      const step = times(eta(t) * (byScale ? Math.max(rms(p), 1e-3) : 1), clipped)
      m = step.map((x, i) => b1 * (m?.[i] ?? 0) + (1 - b1) * x)
      return plus(times(-1, m), times(-lambda, p))
    }
  })

const larsOracle = ({ eta = 1, c = 0.001, mu = 0.9, lambda = 0, nesterov = false, kernelsOnly = false }) =>
  leafwise(() => {
    let b: Numbers = []
    return (g, p) => {
      const decayed = plus(g, times(lambda, p))
      const ratio = kernelsOnly && !isMatrix(g) ? 1 : (c * norm(p)) / norm(decayed)
      const step = times(eta * ratio, decayed)
      b = step.map((x, i) => x + mu * (b[i] ?? 0))
      return times(-1, nesterov ? plus(step, times(mu, b)) : b)
    }
  })

const lambOracle = ({ eta = 1e-3, lambda = 0, ...moments }) =>
  leafwise(() => {
    const direction = adamDirection({ eps: 1e-6, ...moments })
    return (g, p, t) => {
      const r = plus(direction(g, t), times(lambda, p))
      return times((-eta * norm(p)) / norm(r), r)
    }
  })

const fromageOracle = ({ eta = (_: number) => 0.01, n = 1e-6 }) =>
  leafwise(() => (g, p, t) => {
    const ratio = Math.max(norm(p), n) / Math.max(norm(g), n)
    const moved = plus(p, times(-eta(t) * ratio, g))
    return plus(times(1 / Math.sqrt(1 + eta(t) ** 2), moved), times(-1, p))
  })
const comparisons: readonly Comparison[] = [
  { name: 'sm3', transform: sm3(), oracle: sm3Oracle({}) },
  {
    name: 'sm3, options',
    transform: sm3({ learningRate: 0.02, momentum: 0, weightDecay: 0.1 }),
    oracle: sm3Oracle({ eta: 0.02, b1: 0, lambda: 0.1 }),
  },
  {
    name: 'scaleBySm3, decaying',
    transform: chain(scaleBySm3({ b1: 0.5, b2: 0.9 }), scale(-0.1)),
    oracle: sm3Oracle({ b1: 0.5, b2: 0.9 }),
  },
  {
    name: 'adafactor, nothing factored',
    transform: adafactor({ learningRate: 0.1 }),
    oracle: adafactorOracle({ eta: () => 0.1 }),
  },
  {
    name: 'adafactor, a leaf just too small',
    transform: adafactor({ learningRate: 0.1, minDimSizeToFactor: 3 }),
    oracle: adafactorOracle({ eta: () => 0.1, least: 3 }),
  },
  {
    name: 'adafactor, factored, with a schedule',
    transform: adafactor({ learningRate: linear(0.1, 0.01, 20), minDimSizeToFactor: 2, stepOffset: 3 }),
    oracle: adafactorOracle({ eta: t => 0.1 - (0.09 * Math.min(20, t - 1)) / 20, least: 2, offset: 3 }),
  },
  {
    name: 'adafactor, factored off',
    transform: adafactor({ learningRate: 0.1, minDimSizeToFactor: 1, factored: false, clippingThreshold: 0.3 }),
    oracle: adafactorOracle({ eta: () => 0.1, d: 0.3 }),
  },
  {
    name: 'adafactor, momentum, decay, no scale, no clip',
    transform: adafactor({
      learningRate: 0.01,
      multiplyByParameterScale: false,
      clippingThreshold: Number.POSITIVE_INFINITY,
      momentum: 0.9,
      weightDecay: 0.1,
      minDimSizeToFactor: 2,
      decayRate: 0.5,
    }),
    oracle: adafactorOracle({
      eta: () => 0.01,
      byScale: false,
      d: Number.POSITIVE_INFINITY,
      b1: 0.9,
      lambda: 0.1,
      least: 2,
      c: 0.5,
    }),
  },
  {
    name: 'adafactor without a learning rate',
    transform: chain(adafactor({ minDimSizeToFactor: 2 }), scale(0.01)),
    oracle: adafactorOracle({ eta: () => 0.01, least: 2 }),
  },
  { name: 'lars', transform: lars(), oracle: larsOracle({}) },
  {
    name: 'lars, options',
    transform: lars({
      learningRate: 2,
      weightDecay: 0.1,
      trustCoefficient: 0.01,
      momentum: 0.5,
      nesterov: true,
      trustRatioMask: named(/kernel/),
    }),
    oracle: larsOracle({ eta: 2, lambda: 0.1, c: 0.01, mu: 0.5, nesterov: true, kernelsOnly: true }),
  },
  { name: 'lamb', transform: lamb(), oracle: lambOracle({}) },
  {
    name: 'lamb, options',
    transform: lamb({ learningRate: 0.01, b1: 0.8, b2: 0.9, eps: 1e-3, epsRoot: 1e-2, weightDecay: 0.1 }),
    oracle: lambOracle({ eta: 0.01, b1: 0.8, b2: 0.9, eps: 1e-3, epsRoot: 1e-2, lambda: 0.1 }),
  },
  { name: 'fromage', transform: fromage(), oracle: fromageOracle({}) },
  {
    name: 'fromage with a schedule',
    transform: fromage({ learningRate: linear(0.5, 0.1, 8), minNorm: 0.8 }),
    oracle: fromageOracle({ eta: t => 0.5 - (0.4 * Math.min(8, t - 1)) / 8, n: 0.8 }),
  },
]

followOracles(comparisons)
