import * as P from '../../../src/index.js'
import { followOracles, type Leaves, type Oracle } from './harness.js'

const each = (f: (x: number, leaf: string, i: number) => number, leaves: Leaves): Leaves =>
  Object.fromEntries(Object.entries(leaves).map(([leaf, xs]) => [leaf, xs.map((x, i) => f(x, leaf, i))]))
const at = (leaves: Leaves, leaf: string, i: number) => leaves[leaf]?.[i] ?? Number.NaN
const squaredNorm = (leaves: Leaves) =>
  Object.values(leaves)
    .flat()
    .reduce((sum, x) => sum + x * x, 0)
const nothing = (g: Leaves) => each(() => 0, g)

/** $b \leftarrow g + 0.9\, b$, $u = -0.1\, b$. */
const momentum = (): Oracle => {
  let b: Leaves | undefined
  return g => {
    const old = b
    b = each((x, leaf, i) => x + (old === undefined ? 0 : 0.9 * at(old, leaf, i)), g)
    return each(x => -0.1 * x, b)
  }
}
const rule = () => P.chain(P.trace(0.9), P.scaleByLearningRate(0.1))

/** The inner rule on what `k` gradients come to, as they do in a list, and zero between. */
const several =
  (k: (steps: number) => number, mean: boolean, skip: (g: Leaves, step: number) => boolean = () => false) =>
  (): Oracle => {
    const inner = momentum()
    let held: Leaves[] = []
    let stepped = 0
    return (g, p, t) => {
      if (skip(g, t)) return nothing(g)
      held.push(g)
      if (held.length < k(stepped)) return nothing(g)
      const total = each((_, leaf, i) => held.reduce((sum, one) => sum + at(one, leaf, i), 0), g)
      const input = each(x => (mean ? x / held.length : x), total)
      held = []
      stepped += 1
      return inner(input, p, stepped)
    }
  }

followOracles([
  { name: 'multiSteps(3)', transform: P.multiSteps(rule(), 3), oracle: several(() => 3, true) },
  {
    name: 'multiSteps(3), said in full',
    transform: P.multiSteps(rule(), 3, { useGradMean: true, shouldSkip: () => P.scalar(0) }),
    oracle: several(() => 3, true),
  },
  {
    name: 'multiSteps(3), of sums',
    transform: P.multiSteps(rule(), 3, { useGradMean: false }),
    oracle: several(() => 3, false),
  },
  {
    name: 'multiSteps of a schedule, which counts steps of the inner rule',
    transform: P.multiSteps(rule(), P.piecewiseConstant(1, { 4: 3, 7: 2 })),
    oracle: several(step => (step < 4 ? 1 : step < 7 ? 3 : 6), true),
  },
  {
    name: 'multiSteps(2), without large gradients',
    transform: P.multiSteps(rule(), 2, { shouldSkip: P.isLarge({ maxSquaredNorm: 20 }) }),
    oracle: several(
      () => 2,
      true,
      g => squaredNorm(g) >= 20,
    ),
  },
  {
    name: 'multiSteps(2), without gradients at some steps',
    transform: P.multiSteps(rule(), 2, { shouldSkip: (_, step) => step.equal(3) }),
    oracle: () => {
      // Once the inner rule has taken three steps, everything is left out, for ever.
      const all = several(() => 2, true)()
      return (g, p, t) => (t <= 6 ? all(g, p, t) : nothing(g))
    },
  },
  {
    name: 'applyEvery(3)',
    transform: P.chain(P.applyEvery(3), P.scaleByLearningRate(0.1)),
    oracle: () => {
      let sum: Leaves | undefined
      return (g, _, t) => {
        const old = sum
        sum = each((x, leaf, i) => x + (old === undefined ? 0 : at(old, leaf, i)), g)
        const out = t % 3 === 0 ? each(x => -0.1 * x, sum) : nothing(g)
        if (t % 3 === 0) sum = undefined
        return out
      }
    },
  },
  {
    name: 'skipLargeUpdates',
    transform: P.skipLargeUpdates(rule(), { maxSquaredNorm: 20 }),
    oracle: () => {
      const inner = momentum()
      return (g, p, t) => (squaredNorm(g) < 20 ? inner(g, p, t) : nothing(g))
    },
  },
  {
    name: 'when, and else zero',
    transform: P.when(count => count.mod(3).greater(0), rule(), P.zero),
    oracle: () => {
      const inner = momentum()
      return (g, p, t) => ((t - 1) % 3 > 0 ? inner(g, p, t) : nothing(g))
    },
  },
  {
    name: 'when, by the gradients and the parameters',
    transform: P.when(
      (_, __, updates, params) => P.globalNorm(updates).greater(P.globalNorm(params)),
      rule(),
      P.scale(-0.01),
    ),
    oracle: () => {
      const inner = momentum()
      return (g, p, t) => (squaredNorm(g) > squaredNorm(p) ? inner(g, p, t) : each(x => -0.01 * x, g))
    },
  },
  {
    name: 'freeze',
    transform: P.freeze(P.named(/bias/), rule()),
    oracle: () => {
      const inner = momentum()
      return (g, p, t) => each((x, leaf) => (leaf === 'bias' ? 0 : x), inner(g, p, t))
    },
  },
  {
    name: 'freeze, alone',
    transform: P.freeze(P.named(/bias/)),
    oracle: () => g => each((x, leaf) => (leaf === 'bias' ? 0 : x), g),
  },
  {
    name: 'flatten(scaleByTrustRatio()), one ratio for all leaves',
    transform: P.chain(P.flatten(P.scaleByTrustRatio()), P.scaleByLearningRate(0.05)),
    oracle: () => (g, p) => each(x => -0.05 * x * Math.sqrt(squaredNorm(p) / squaredNorm(g)), g),
  },
  {
    name: 'injectHyperparameters, of a schedule and a number',
    transform: P.injectHyperparameters(
      P.sgd,
      { learningRate: P.linear(0.1, 0.02, 10), momentum: 0.8 },
      { nesterov: true, weightDecay: 0.05 },
    ),
    oracle: () => {
      let b: Leaves | undefined
      return (g, p, t) => {
        const old = b
        const decayed = each((x, leaf, i) => x + 0.05 * at(p, leaf, i), g)
        const now = each((x, leaf, i) => x + (old === undefined ? 0 : 0.8 * at(old, leaf, i)), decayed)
        b = now
        const rate = t - 1 >= 10 ? 0.02 : 0.1 - 0.008 * (t - 1)
        return each((x, leaf, i) => -rate * (x + 0.8 * at(now, leaf, i)), decayed)
      }
    },
  },
  {
    name: 'looking on changes nothing',
    transform: P.chain(P.snapshot('gradient'), rule(), P.monitor({ norm: P.globalNorm })),
    oracle: momentum,
  },
])
