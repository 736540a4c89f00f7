/** Oracles of rules that look at all numbers together: arithmetic of vectors, and options that several share. */
import * as P from '../../../src/index.js'
import type { Leaves, Oracle } from './harness.js'

export type Vector = readonly number[]

export const dot = (a: Vector, b: Vector) => a.reduce((sum, x, i) => sum + x * (b[i] as number), 0)
export const norm = (a: Vector) => Math.sqrt(dot(a, a))
export const sum1 = (a: Vector) => a.reduce((sum, x) => sum + Math.abs(x), 0)
export const zip = (f: (x: number, y: number) => number, a: Vector, b: Vector): Vector =>
  a.map((x, i) => f(x, b[i] as number))
export const plus = (a: Vector, b: Vector) => zip((x, y) => x + y, a, b)
export const minus = (a: Vector, b: Vector) => zip((x, y) => x - y, a, b)
export const times = (k: number, a: Vector): Vector => a.map(x => k * x)
export const quotient = (a: Vector, b: Vector) => zip((x, y) => x / y, a, b)
export const zeros = (a: Vector): Vector => a.map(() => 0)

/** The next parameters, from the gradient, the parameters and the number of the step. */
export type Rule = (g: Vector, p: Vector, t: number) => Vector

/** A rule on all numbers in a row, whatever leaf they are of. */
export const joined =
  (rule: () => Rule): (() => Oracle) =>
  () => {
    const next = rule()
    return (gradients, params, t) => {
      const flat = (leaves: Leaves) => Object.keys(params).flatMap(leaf => leaves[leaf] ?? [])
      const u = minus(next(flat(gradients), flat(params), t), flat(params))
      let from = 0
      return Object.fromEntries(
        Object.entries(params).map(([leaf, xs]) => {
          from += xs.length
          return [leaf, u.slice(from - xs.length, from)]
        }),
      )
    }
  }

/** A rule for each leaf by itself. */
export const apart =
  (rule: () => Rule): (() => Oracle) =>
  () => {
    const rules = new Map<string, Rule>()
    return (gradients, params, t) =>
      Object.fromEntries(
        Object.entries(params).map(([leaf, p]) => {
          const own = rules.get(leaf) ?? rule()
          rules.set(leaf, own)
          return [leaf, minus(own(gradients[leaf] ?? [], p, t), p)]
        }),
      )
  }

/** Which of the numbers in a row are of the kernel. */
export const ofKernel: Vector = [1, 1, 1, 1, 1, 1, 0, 0]

export const falling = (t: number) => 1 - t / 40
export const halved: P.Schedule = t => t.div(-40).add(1)
export const kernel = { mask: P.named(/kernel/) }

/** Heavy ball, as a step from a gradient; `forget` begins anew. */
export const heavyBall = (rate = 0.1, mu = 0.9) => {
  let b = zeros(ofKernel)
  return {
    step: (g: Vector): Vector => {
      b = plus(times(mu, b), g)
      return times(-rate, b)
    },
    forget: () => {
      b = zeros(ofKernel)
    },
  }
}
export const momentum = () => P.sgd({ learningRate: 0.1, momentum: 0.9 })
