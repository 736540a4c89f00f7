/** Step sizes from the loss: MoMo by bisection of its model, and plateaus by replay. */
import * as P from '../../../src/index.js'
import { followOracles } from './harness.js'
import {
  dot,
  falling,
  halved,
  joined,
  kernel,
  minus,
  ofKernel,
  plus,
  type Rule,
  times,
  type Vector,
  zeros,
  zip,
} from './vectors.js'

const lossAt = (t: number) => 1 + 2 * Math.sin(t) ** 2
const context = (t: number) => ({ loss: lossAt(t) })

interface Model {
  readonly alpha?: (t: number) => number
  readonly lambda?: Vector
  readonly decay?: (t: number) => number
  readonly least?: number
  readonly adapt?: boolean
  readonly b1?: number
  /** The second moment's decay and epsilon, for Adam's metric. */
  readonly metric?: readonly [b2: number, eps: number]
}

/** MoMo, and MoMo-Adam where there is a metric. Its step minimizes the model with a proximal term: found by bisection. */
const momo =
  ({ alpha = () => 1, lambda = zeros(ofKernel), decay, least = 0, adapt = false, b1 = 0.9, metric }: Model = {}) =>
  (): Rule => {
    let [m, v] = [zeros(ofKernel), zeros(ofKernel)]
    let [f, gamma, bound] = [0, 0, least]
    return (g, p, t) => {
      const beta = metric === undefined && t === 1 ? 0 : b1
      const rho = metric === undefined ? 1 : 1 - b1 ** t
      m = plus(times(beta, m), times(1 - beta, g))
      f = beta * f + (1 - beta) * lossAt(t)
      gamma = beta * gamma + (1 - beta) * dot(g, p)
      const [b2, eps] = metric ?? [0, 0]
      v = plus(
        times(b2, v),
        times(
          1 - b2,
          zip((x, y) => x * y, g, g),
        ),
      )
      const inverse = v.map(x => (metric === undefined ? 1 : 1 / (Math.sqrt(x / (1 - b2 ** t)) + eps)))
      const shrinkage = lambda.map(l => 1 / (1 + alpha(t) * (decay?.(t) ?? l)))
      const direction = zip((x, y) => x * y, m, inverse)
      // The model at what the step tau leads to, by the paper: f + <m, p'> - gamma, p' = (p - tau D^-1 m) / (1 + alpha lambda).
      const model = (tau: number) =>
        f -
        gamma +
        dot(
          m,
          zip((x, y) => x * y, shrinkage, minus(p, times(tau, direction))),
        )
      if (adapt && model(0) < rho * bound) bound = Math.max(model(0) / (2 * rho), least)
      let [low, high] = [0, alpha(t) / rho]
      if (model(high) < rho * bound)
        for (let i = 0; i < 100; i++) {
          const middle = (low + high) / 2
          if (model(middle) > rho * bound) low = middle
          else high = middle
        }
      const tau = high
      if (adapt) bound = Math.max((f - gamma + dot(m, p) - (tau / 2) * dot(m, direction)) / rho, least)
      return minus(
        zip((x, y) => x * y, shrinkage, p),
        times(tau, direction),
      )
    }
  }

interface Patience {
  readonly factor?: number
  readonly patience?: number
  readonly rtol?: number
  readonly atol?: number
  readonly cooldown?: number
  readonly size?: number
  readonly least?: number
}

/** The averages of the losses heard so far, replayed from the start at each step. */
const plateau =
  (
    loss: (t: number) => number,
    { factor = 0.1, patience = 10, rtol = 1e-4, atol = 0, cooldown = 0, size = 1, least = 0 }: Patience = {},
  ) =>
  (): Rule =>
  (g, p, t) => {
    const losses = Array.from({ length: t }, (_, i) => loss(i + 1))
    const averages = Array.from(
      { length: Math.floor(t / size) },
      (_, i) => losses.slice(i * size, (i + 1) * size).reduce((a, b) => a + b, 0) / size,
    )
    let [best, bad, rest, scale] = [Number.POSITIVE_INFINITY, 0, 0, 1]
    for (const average of averages) {
      const better = average < (1 - rtol) * best - atol
      if (better) best = average
      if (rest > 0) {
        rest -= 1
        bad = 0
        continue
      }
      bad = better ? 0 : bad + 1
      if (bad === patience) {
        scale = Math.max(scale * factor, least)
        rest = cooldown
        bad = 0
      }
    }
    return minus(p, times(0.1 * scale, g))
  }

const bumpy = (t: number) => [3, 2, 2.5, 2, 1.9, 1.95, 1.9, 1.5, 1.6, 1.7, 1.65, 1.66][t % 12] as number
const heard = (t: number) => ({ loss: bumpy(t) })
const scaled = (options: P.PlateauOptions) => P.chain(P.scale(-0.1), P.reduceOnPlateau(options))

followOracles([
  { name: 'momo', transform: P.momo(), oracle: joined(momo()), context },
  {
    name: 'momo, bounded',
    transform: P.momo({ lowerBound: 0.9, beta: 0.5 }),
    oracle: joined(momo({ least: 0.9, b1: 0.5 })),
    context,
  },
  {
    name: 'momo, small steps',
    transform: P.momo({ learningRate: t => t.div(-40).add(1).mul(0.05) }),
    oracle: joined(momo({ alpha: t => 0.05 * falling(t - 1) })),
    context,
  },
  {
    name: 'momo, adapting its bound',
    transform: P.momo({ adaptLowerBound: true, lowerBound: 0.5, learningRate: 0.1 }),
    oracle: joined(momo({ adapt: true, least: 0.5, alpha: () => 0.1 })),
    context,
  },
  {
    name: 'momoAdam',
    transform: P.momoAdam(),
    oracle: joined(momo({ metric: [0.999, 1e-8], alpha: () => 0.01 })),
    context,
  },
  {
    name: 'momoAdam, options',
    transform: P.momoAdam({ learningRate: 1, b1: 0.8, b2: 0.9, eps: 0.1, lowerBound: 0.5 }),
    oracle: joined(momo({ metric: [0.9, 0.1], b1: 0.8, least: 0.5 })),
    context,
  },
  {
    name: 'momoAdam, adapting its bound',
    transform: P.momoAdam({ adaptLowerBound: true, lowerBound: -1, learningRate: 0.1 }),
    oracle: joined(momo({ adapt: true, least: -1, metric: [0.999, 1e-8], alpha: () => 0.1 })),
    context,
  },
  {
    name: 'momo, decaying',
    transform: P.momo({ weightDecay: 0.2, learningRate: halved, lowerBound: 0.5, ...kernel }),
    oracle: joined(momo({ lambda: times(0.2, ofKernel), alpha: t => falling(t - 1), least: 0.5 })),
    context,
  },
  {
    name: 'momo, decaying, adapting its bound',
    transform: P.momo({ weightDecay: t => t.mul(0.01), adaptLowerBound: true, learningRate: 0.5 }),
    oracle: joined(momo({ decay: t => (t - 1) * 0.01, adapt: true, alpha: () => 0.5 })),
    context,
  },
  {
    name: 'momoAdam, decaying, adapting its bound',
    transform: P.momoAdam({ weightDecay: 0.2, adaptLowerBound: true, lowerBound: 0.1, learningRate: 0.5, ...kernel }),
    oracle: joined(
      momo({ lambda: times(0.2, ofKernel), adapt: true, least: 0.1, metric: [0.999, 1e-8], alpha: () => 0.5 }),
    ),
    context,
  },
  { name: 'reduceOnPlateau', transform: scaled({}), oracle: joined(plateau(() => 1)), context: () => ({ loss: 1 }) },
  {
    name: 'reduceOnPlateau, options',
    transform: scaled({ factor: 0.5, patience: 2, rtol: 0.01, atol: 0.05, cooldown: 2, minScale: 0.3 }),
    oracle: joined(plateau(bumpy, { factor: 0.5, patience: 2, rtol: 0.01, atol: 0.05, cooldown: 2, least: 0.3 })),
    context: heard,
  },
  {
    name: 'reduceOnPlateau, averages',
    transform: scaled({ factor: 0.7, patience: 1, rtol: 0, atol: 0.1, accumulationSize: 3 }),
    oracle: joined(plateau(bumpy, { factor: 0.7, patience: 1, rtol: 0, atol: 0.1, size: 3 })),
    context: heard,
  },
])
