/** Step sizes that are learnt: Prodigy, D-Adaptation and Mechanic, as the papers have them. */
import * as P from '../../../src/index.js'
import { followOracles } from './harness.js'
import {
  dot,
  falling,
  halved,
  heavyBall,
  joined,
  kernel,
  minus,
  norm,
  ofKernel,
  plus,
  quotient,
  type Rule,
  sum1,
  times,
  type Vector,
  zeros,
  zip,
} from './vectors.js'

interface Adaptive {
  readonly b1?: number
  readonly b2?: number
  readonly b3?: number
  readonly eps?: number
  readonly d0?: number
  readonly coefficient?: number
  readonly rate?: (t: number) => number
  readonly safeguard?: boolean
  readonly decay?: Vector
}

const prodigy =
  ({
    b1 = 0.9,
    b2 = 0.999,
    b3 = Math.sqrt(b2),
    eps = 1e-8,
    d0 = 1e-6,
    coefficient = 1,
    rate = () => 1,
    safeguard = false,
    decay = zeros(ofKernel),
  }: Adaptive = {}) =>
  (): Rule => {
    let [m, v, s, start] = [zeros(ofKernel), zeros(ofKernel), zeros(ofKernel), undefined as Vector | undefined]
    let [d, r] = [d0, 0]
    return (g, p, t) => {
      start ??= p
      const gamma = (rate(t) * Math.sqrt(1 - b2 ** t)) / (1 - b1 ** t)
      m = plus(times(b1, m), times((1 - b1) * d, g))
      v = plus(
        times(b2, v),
        times(
          (1 - b2) * d * d,
          zip((x, y) => x * y, g, g),
        ),
      )
      r = b3 * r + ((d * d) / d0) * gamma * dot(g, minus(start, p))
      s = plus(times(b3, s), times(((d * d) / d0) * (safeguard ? 1 : gamma), g))
      const next = Math.max(d, (coefficient * r) / sum1(s))
      const direction = quotient(
        m,
        v.map(x => Math.sqrt(x) + next * eps),
      )
      const step = d * gamma
      d = next
      return minus(
        p,
        times(
          step,
          plus(
            direction,
            zip((w, x) => w * x, decay, p),
          ),
        ),
      )
    }
  }

const dAdaptation =
  ({ b1 = 0.9, b2 = 0.999, eps = 1e-8, d0 = 1e-6, rate = () => 1, decay = zeros(ofKernel) }: Adaptive = {}) =>
  (): Rule => {
    let [m, v, s] = [zeros(ofKernel), zeros(ofKernel), zeros(ofKernel)]
    let [d, r] = [d0, 0]
    const b3 = Math.sqrt(b2)
    const root = (x: number) => Math.sqrt(x) + eps
    return (g, p, t) => {
      const step = (d * rate(t) * Math.sqrt(1 - b2 ** t)) / (1 - b1 ** t)
      r = b3 * r + (1 - b3) * step * dot(g, quotient(s, v.map(root)))
      s = plus(times(b3, s), times((1 - b3) * step, g))
      m = plus(times(b1, m), times((1 - b1) * step, g))
      v = plus(
        times(b2, v),
        times(
          1 - b2,
          zip((x, y) => x * y, g, g),
        ),
      )
      d = Math.max(d, r / ((1 - b3) * sum1(s)))
      return minus(
        minus(p, quotient(m, v.map(root))),
        times(
          step,
          zip((w, x) => w * x, decay, p),
        ),
      )
    }
  }

/** Mechanic with the base's sum and the first parameters in double precision, as the paper has it but for optax's epsilon. */
const mechanic =
  (base: () => (g: Vector) => Vector, { lambda = 1e-2, eps = 1e-8, s0 = 1e-6, n = 6 } = {}) =>
  (): Rule => {
    const step = base()
    let first: Vector | undefined
    let bettors = Array.from({ length: n }, (_, i) => ({ beta: 1 - 0.1 ** (i + 1), r: 0, m: 0, v: 0, s: s0 }))
    return (g, p) => {
      first ??= p
      const s = bettors.reduce((sum, bettor) => sum + bettor.s, 0)
      const before = times(1 / (s + eps), minus(first, p))
      const h = dot(plus(g, times((lambda * s * norm(g)) / (norm(p) + eps), p)), before)
      const delta = minus(before, step(g))
      bettors = bettors.map(({ beta, r, m, v, s }) => {
        const won = beta * r + Math.min(Math.max(h, -m), m) * s
        const largest = Math.max(beta * m, Math.abs(h) + eps)
        const squares = beta ** 2 * v + h ** 2
        const wealth = (s0 / n) * largest + Math.max(won, 0)
        return { beta, r: won, m: largest, v: squares, s: wealth / (Math.sqrt(squares) + eps) }
      })
      return minus(
        first,
        times(
          bettors.reduce((sum, bettor) => sum + bettor.s, 0),
          delta,
        ),
      )
    }
  }

followOracles([
  { name: 'prodigy', transform: P.prodigy({ learningRate: 100 }), oracle: joined(prodigy({ rate: () => 100 })) },
  { name: 'prodigy, learning', transform: P.prodigy({ estimLr0: 0.01 }), oracle: joined(prodigy({ d0: 0.01 })) },
  {
    name: 'prodigy, safeguarded',
    transform: P.prodigy({ estimLr0: 0.01, safeguardWarmup: true, learningRate: halved }),
    oracle: joined(prodigy({ d0: 0.01, safeguard: true, rate: t => falling(t - 1) })),
  },
  {
    name: 'prodigy, options',
    transform: P.prodigy({
      estimLr0: 0.02,
      b1: 0.8,
      b2: 0.99,
      b3: 0.9,
      eps: 0.1,
      estimLrCoef: 2,
      learningRate: halved,
      weightDecay: 0.1,
      ...kernel,
    }),
    oracle: joined(
      prodigy({
        d0: 0.02,
        b1: 0.8,
        b2: 0.99,
        b3: 0.9,
        eps: 0.1,
        coefficient: 2,
        rate: t => falling(t - 1),
        decay: times(0.1, ofKernel),
      }),
    ),
  },
  {
    name: 'dadaptAdamw',
    transform: P.dadaptAdamw({ learningRate: 20 }),
    oracle: joined(dAdaptation({ rate: () => 20 })),
  },
  {
    name: 'dadaptAdamw, learning',
    transform: P.dadaptAdamw({ estimLr0: 0.01 }),
    oracle: joined(dAdaptation({ d0: 0.01 })),
  },
  {
    name: 'dadaptAdamw, options',
    transform: P.dadaptAdamw({
      estimLr0: 0.01,
      b1: 0.8,
      b2: 0.9,
      eps: 0.1,
      learningRate: halved,
      weightDecay: 0.1,
      ...kernel,
    }),
    oracle: joined(
      dAdaptation({
        d0: 0.01,
        b1: 0.8,
        b2: 0.9,
        eps: 0.1,
        rate: t => falling(t - 1),
        decay: times(0.1, ofKernel),
      }),
    ),
  },
  {
    name: 'mechanize',
    transform: P.mechanize(P.chain(P.trace(0.9), P.scale(-1)), { sInit: 0.1 }),
    oracle: joined(mechanic(() => heavyBall(1).step, { s0: 0.1 })),
  },
  {
    name: 'mechanize, defaults',
    transform: P.chain(P.mechanize(P.scale(-1)), P.scale(1)),
    oracle: joined(mechanic(() => g => times(-1, g))),
  },
  {
    name: 'mechanize, options',
    transform: P.mechanize(P.scale(-0.5), { sInit: 0.05, numBetas: 3, eps: 0.1, weightDecay: 0.5 }),
    oracle: joined(mechanic(() => g => times(-0.5, g), { s0: 0.05, n: 3, eps: 0.1, lambda: 0.5 })),
  },
])
