/** Step sizes from distances and bets, as the papers have them. */
import * as P from '../../../src/index.js'
import { followOracles } from './harness.js'
import {
  apart,
  dot,
  falling,
  halved,
  joined,
  minus,
  norm,
  plus,
  type Rule,
  sum1,
  times,
  type Vector,
} from './vectors.js'

const dog =
  (start: (p0: Vector) => number, { rate = 1, eps = 1e-8, decay = 0, firstRate = 0 } = {}) =>
  (): Rule => {
    const seen: Vector[] = []
    let squares = 0
    return (gradient, p) => {
      seen.push(p)
      const p0 = seen[0] as Vector
      const g = plus(gradient, times(decay, p))
      squares += dot(g, g)
      const travelled = Math.max(start(p0), ...seen.map(x => norm(minus(x, p0))))
      const eta = seen.length === 1 && firstRate > 0 ? firstRate : travelled / Math.sqrt(squares + eps)
      return minus(p, times(rate * eta, g))
    }
  }

const dowg =
  (square0: number, { eps = 1e-4, rate = 1 } = {}) =>
  (): Rule => {
    const seen: Vector[] = []
    let weighted = 0
    return (g, p) => {
      seen.push(p)
      const square = Math.max(square0, ...seen.map(x => norm(minus(x, seen[0] as Vector)) ** 2))
      weighted += square * dot(g, g)
      return minus(p, times((rate * square) / (Math.sqrt(weighted) + eps), g))
    }
  }

const cocob =
  ({
    alpha = 100,
    eps = 1e-8,
    rate = () => 1,
    decay = 0,
  }: {
    readonly alpha?: number
    readonly eps?: number
    readonly rate?: (t: number) => number
    readonly decay?: number
  } = {}) =>
  (): Rule => {
    const history: { readonly p: Vector; readonly g: Vector }[] = []
    return (gradient, p, t) => {
      history.push({ p, g: times(rate(t), plus(gradient, times(decay, p))) })
      const start = (history[0] as { readonly p: Vector }).p
      return start.map((p0, i) => {
        const gs = history.map(({ g }) => g[i] as number)
        const largest = Math.max(eps, ...gs.map(Math.abs))
        const theta = -gs.reduce((a, b) => a + b, 0)
        const reward = history.reduce(
          (won, { p, g }) => Math.max(won - (g[i] as number) * ((p[i] as number) - p0), 0),
          0,
        )
        return p0 + (theta / (largest * Math.max(sum1(gs) + largest, alpha * largest))) * (largest + reward)
      })
    }
  }

followOracles([
  { name: 'dog', transform: P.dog(), oracle: joined(dog(p => 1e-6 * (1 + norm(p)))) },
  {
    name: 'dog, heuristic',
    transform: P.dog({ initStep: ['heuristic', 0.05], weightDecay: 0.1 }),
    oracle: joined(dog(p => 0.05 * (1 + norm(p)), { decay: 0.1 })),
  },
  {
    name: 'dog, distance',
    transform: P.dog({ initStep: ['distance', 0.1], eps: 0.5, learningRate: 0.8 }),
    oracle: joined(dog(() => 0.1, { eps: 0.5, rate: 0.8 })),
  },
  {
    name: 'dog, learning rate',
    transform: P.dog({ initStep: ['learningRate', 0.02] }),
    oracle: joined(dog(() => 0, { firstRate: 0.02 })),
  },
  {
    name: 'dog, layer-wise',
    transform: P.dog({ initStep: ['heuristic', 0.05], layerwise: true }),
    oracle: apart(dog(p => 0.05 * (1 + norm(p)))),
  },
  {
    name: 'scaleByDistanceOverGradients',
    transform: P.scaleByDistanceOverGradients({ repsRel: 0.05, eps: 0.1, globalScale: -0.9 }),
    oracle: apart(dog(p => 0.05 * (1 + norm(p)), { eps: 0.1, rate: 0.9 })),
  },
  { name: 'dowg', transform: P.dowg(), oracle: joined(dowg(1e-4)) },
  { name: 'dowg, eps', transform: P.dowg({ eps: 0.01 }), oracle: joined(dowg(0.01, { eps: 0.01 })) },
  {
    name: 'dowg, options',
    transform: P.dowg({ initEstimSqDist: 0.04, eps: 0.1, learningRate: 0.7 }),
    oracle: joined(dowg(0.04, { eps: 0.1, rate: 0.7 })),
  },
  { name: 'dowg, layer-wise', transform: P.dowg({ layerwise: true }), oracle: apart(dowg(1e-4)) },
  { name: 'cocob', transform: P.cocob(), oracle: joined(cocob()) },
  { name: 'cocob, bold', transform: P.cocob({ alpha: 2, eps: 0.5 }), oracle: joined(cocob({ alpha: 2, eps: 0.5 })) },
  {
    name: 'cocob, options',
    transform: P.cocob({ alpha: 5, weightDecay: 0.1, learningRate: halved }),
    oracle: joined(cocob({ alpha: 5, decay: 0.1, rate: t => falling(t - 1) })),
  },
])
