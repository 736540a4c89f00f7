/** Averages of parameters, and climbs: three sequences, nested loops. */
import * as P from '../../../src/index.js'
import { followOracles } from './harness.js'
import {
  falling,
  halved,
  heavyBall,
  joined,
  minus,
  momentum,
  norm,
  ofKernel,
  plus,
  quotient,
  type Rule,
  times,
  type Vector,
  zeros,
  zip,
} from './vectors.js'

/** Three sequences: the base's iterates, their average, and where between them gradients are taken. */
const scheduleFree =
  (
    base: () => (g: Vector, y: Vector, t: number) => Vector,
    {
      b1 = 0.9,
      power = 2,
      rate = (_: number) => 1,
    }: { b1?: number; power?: number; rate?: (t: number) => number } = {},
  ) =>
  (): Rule => {
    const step = base()
    let [x, z] = [undefined as Vector | undefined, undefined as Vector | undefined]
    let [largest, weights] = [0, 0]
    return (g, y, t) => {
      z = plus(z ?? y, step(g, y, t))
      largest = Math.max(largest, rate(t + 1))
      weights += largest ** power
      const c = largest ** power / weights
      x = plus(times(1 - c, x ?? y), times(c, z))
      return plus(times(b1, x), times(1 - b1, z))
    }
  }

const descent =
  (rate: (t: number) => number, decay: number) =>
  () =>
  (g: Vector, y: Vector, t: number): Vector =>
    times(-rate(t), plus(g, times(decay, y)))

const rms =
  (rate: (t: number) => number, decay: number, b2 = 0.999, eps = 1e-8) =>
  () => {
    let v = zeros(ofKernel)
    return (g: Vector, y: Vector, t: number): Vector => {
      v = plus(
        times(b2, v),
        times(
          1 - b2,
          zip((a, b) => a * b, g, g),
        ),
      )
      const direction = quotient(
        g,
        v.map(x => Math.sqrt(x / (1 - b2 ** t)) + eps),
      )
      return times(-rate(t), plus(direction, times(decay, y)))
    }
  }

/** As nested loops: slow parameters, and a run of the fast optimizer from each. */
const lookahead =
  (k: number, alpha: number, reset = false) =>
  (): Rule => {
    const fast = heavyBall()
    let slow: Vector | undefined
    return (g, p, t) => {
      slow ??= p
      const ahead = plus(p, fast.step(g))
      if (t % k !== 0) return ahead
      if (reset) fast.forget()
      slow = plus(times(1 - alpha, slow), times(alpha, ahead))
      return slow
    }
  }

/** Climbs of `k - 1` steps of an adversary from the parameters, each then left for a step of heavy ball from there. */
const sam =
  (k: number, adversary: { readonly step: (g: Vector) => Vector; readonly forget: () => void }, reset = true) =>
  (): Rule => {
    const optimizer = heavyBall()
    adversary.forget()
    let home: Vector = []
    return (g, p, t) => {
      if (t % k === 1 % k) home = p
      if (t % k !== 0) return minus(p, adversary.step(g))
      if (reset) adversary.forget()
      return plus(home, optimizer.step(g))
    }
  }

const unit = { step: (g: Vector) => times(-0.05 / norm(g), g), forget: () => undefined }

followOracles([
  { name: 'scheduleFreeSgd', transform: P.scheduleFreeSgd(), oracle: joined(scheduleFree(descent(() => 1, 0))) },
  {
    name: 'scheduleFreeSgd, options',
    transform: P.scheduleFreeSgd({ learningRate: 0.2, b1: 0.6, weightLrPower: 1, warmupSteps: 7, weightDecay: 0.1 }),
    oracle: joined(
      scheduleFree(
        descent(t => 0.2 * Math.min(1, (t - 1) / 7), 0.1),
        { b1: 0.6, power: 1, rate: t => 0.2 * Math.min(1, (t - 1) / 7) },
      ),
    ),
  },
  {
    name: 'scheduleFreeAdamw',
    transform: P.scheduleFreeAdamw(),
    oracle: joined(scheduleFree(rms(() => 0.0025, 0))),
  },
  {
    name: 'scheduleFreeAdamw, options',
    transform: P.scheduleFreeAdamw({
      learningRate: halved,
      b1: 0.5,
      b2: 0.9,
      eps: 0.1,
      weightDecay: 0.1,
      weightLrPower: 0.5,
    }),
    oracle: joined(
      scheduleFree(
        rms(t => falling(t - 1), 0.1, 0.9, 0.1),
        { b1: 0.5, power: 0.5, rate: t => falling(t - 1) },
      ),
    ),
  },
  {
    name: 'scheduleFree',
    transform: P.scheduleFree(momentum(), { learningRate: 0.1, b1: 1 }),
    oracle: joined(scheduleFree(() => heavyBall().step, { b1: 1, rate: () => 0.1 })),
  },
  { name: 'lookahead', transform: P.lookahead(momentum()), oracle: joined(lookahead(5, 0.5)) },
  {
    name: 'lookahead, options',
    transform: P.lookahead(momentum(), { syncPeriod: 3, slowStepSize: 0.8, resetState: true }),
    oracle: joined(lookahead(3, 0.8, true)),
  },
  {
    name: 'sam',
    transform: P.sam(momentum(), P.chain(P.normalize(), P.scaleByLearningRate(0.05))),
    oracle: joined(sam(2, unit)),
  },
  {
    name: 'sam, a longer climb',
    transform: P.sam(momentum(), momentum(), { syncPeriod: 4 }),
    oracle: joined(sam(4, heavyBall())),
  },
  {
    name: 'sam, an adversary that remembers',
    transform: P.sam(momentum(), momentum(), { syncPeriod: 3, resetState: false }),
    oracle: joined(sam(3, heavyBall(), false)),
  },
  {
    name: 'sam, no climb',
    transform: P.sam(momentum(), P.scale(7), { syncPeriod: 1 }),
    oracle: joined(sam(1, unit)),
  },
])
