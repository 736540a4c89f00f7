/** Steps measured by norms and units, for games, and from the loss, against their equations on plain numbers. */
import {
  adaptiveGradClip,
  centralize,
  chain,
  clipByBlockRms,
  type GradientTransform,
  keepParamsNonNegative,
  noisySgd,
  normalizeByUpdateNorm,
  optimisticAdam,
  optimisticGradientDescent,
  polyakSgd,
  scale,
  scaleByParamBlockNorm,
  scaleByParamBlockRms,
  scaleByTrustRatio,
} from '../../../src/index.js'
import { type Comparison, elementwise, followOracles, leafwise, type Oracle } from './harness.js'
import { adamDirection, columnOf, group, isMatrix, mean, type Numbers, norm, rms, rowOf, times } from './numbers.js'

/** Steps downhill by 0.1 after a transform. */
const tenth = <S>(f: GradientTransform<S>) => chain(f, scale(-0.1))
const stateless = (rule: (g: Numbers, p: Numbers) => Numbers) => leafwise(() => (g, p) => times(-0.1, rule(g, p)))

const optimisticOracle = ({ eta = 0.01, alpha = 1, beta = 1, lambda = 0 }) =>
  elementwise(() => {
    let before: number | undefined
    return (g, p) => {
      const x = g + lambda * p
      const change = before === undefined ? 0 : x - before
      before = x
      return -eta * (alpha * x + beta * change)
    }
  })

const optimisticAdamOracle = ({ eta = 1e-3, alpha = 1, beta = 1, lambda = 0, nesterov = true }) =>
  leafwise(() => {
    const direction = adamDirection({ nesterov })
    let before: Numbers | undefined
    return (g, p, t) => {
      const r = direction(g, t)
      const u = r.map((x, i) => alpha * x + beta * (x - (before?.[i] ?? x)) + lambda * (p[i] as number))
      before = r
      return times(-eta, u)
    }
  })

/** A rule over all leaves together. */
const globally = (factor: (size: number, t: number) => number) => (): Oracle => (gradients, _, t) => {
  const k = factor(norm(Object.values(gradients).flat()), t)
  return Object.fromEntries(Object.entries(gradients).map(([leaf, g]): [string, Numbers] => [leaf, times(k, g)]))
}

const loss = (t: number): number => 3 / t - 0.5
const polyakOracle = ({ s = 1, most = 1, fMin = 0, eps = 0, positive = false }) =>
  globally((size, t) => {
    const gap = positive ? Math.max(0, loss(t) - fMin) : loss(t) - fMin
    return -s * Math.min(gap / (size ** 2 + eps), most)
  })

/** Norm of the unit to which an element belongs: a column of the kernel, the whole vector. */
const unitNorm = (xs: Numbers, i: number): number => norm(isMatrix(xs) ? group(xs, columnOf, columnOf(i)) : xs)
const centred = (of: (i: number) => number) => (g: Numbers) =>
  isMatrix(g) ? g.map((x, i) => x - mean(group(g, of, of(i)))) : g
const trustOracle = ({ n = 0, c = 1, eps = 1e-12, min = 0, max = Number.POSITIVE_INFINITY }) =>
  stateless((g, p) => times(Math.min(max, Math.max(min, (c * Math.max(norm(p), n)) / (Math.max(norm(g), n) + eps))), g))

const comparisons: readonly Comparison[] = [
  {
    name: 'noisySgd without variance',
    transform: noisySgd({ eta: 0, weightDecay: 0.1 }),
    oracle: elementwise(() => (g, p) => -0.01 * (g + 0.1 * p)),
  },
  { name: 'optimisticGradientDescent', transform: optimisticGradientDescent(), oracle: optimisticOracle({}) },
  {
    name: 'optimisticGradientDescent, options',
    transform: optimisticGradientDescent({ learningRate: 0.1, alpha: 0.5, beta: 2, weightDecay: 0.1 }),
    oracle: optimisticOracle({ eta: 0.1, alpha: 0.5, beta: 2, lambda: 0.1 }),
  },
  { name: 'optimisticAdam', transform: optimisticAdam(), oracle: optimisticAdamOracle({}) },
  {
    name: 'optimisticAdam, options',
    transform: optimisticAdam({ learningRate: 0.01, alpha: 0.5, beta: 2, weightDecay: 0.1, nesterov: false }),
    oracle: optimisticAdamOracle({ eta: 0.01, alpha: 0.5, beta: 2, lambda: 0.1, nesterov: false }),
  },
  { name: 'polyakSgd', transform: polyakSgd(), oracle: polyakOracle({}), context: t => ({ loss: loss(t) }) },
  {
    name: 'polyakSgd, options',
    transform: polyakSgd({ scaling: 0.5, maxLearningRate: 0.1, fMin: 0.1, eps: 2, variant: 'sps+' }),
    oracle: polyakOracle({ s: 0.5, most: 0.1, fMin: 0.1, eps: 2, positive: true }),
    context: t => ({ loss: loss(t) }),
  },
  {
    name: 'scaleByParamBlockNorm',
    transform: tenth(scaleByParamBlockNorm()),
    oracle: stateless((g, p) => times(norm(p), g)),
  },
  {
    name: 'scaleByParamBlockNorm, bound',
    transform: tenth(scaleByParamBlockNorm({ minScale: 2 })),
    oracle: stateless((g, p) => times(Math.max(2, norm(p)), g)),
  },
  {
    name: 'scaleByParamBlockRms',
    transform: tenth(scaleByParamBlockRms()),
    oracle: stateless((g, p) => times(rms(p), g)),
  },
  {
    name: 'clipByBlockRms',
    transform: tenth(clipByBlockRms(0.7)),
    oracle: stateless(g => times(Math.min(1, 0.7 / rms(g)), g)),
  },
  {
    name: 'normalizeByUpdateNorm',
    transform: normalizeByUpdateNorm({ scaleFactor: -0.1 }),
    oracle: globally(size => -0.1 / (size + 1e-6)),
  },
  {
    name: 'normalizeByUpdateNorm, eps',
    transform: tenth(normalizeByUpdateNorm({ eps: 2 })),
    oracle: globally(size => -0.1 / (size + 2)),
  },
  {
    name: 'adaptiveGradClip',
    transform: tenth(adaptiveGradClip(0.5)),
    oracle: stateless((g, p) =>
      g.map((x, i) => x * Math.min(1, (0.5 * Math.max(unitNorm(p, i), 1e-3)) / unitNorm(g, i))),
    ),
  },
  {
    name: 'adaptiveGradClip, options',
    transform: tenth(adaptiveGradClip(0.5, { eps: 1.2, axes: [] })),
    oracle: stateless((g, p) =>
      g.map((x, i) => x * Math.min(1, (0.5 * Math.max(Math.abs(p[i] as number), 1.2)) / Math.abs(x || 1))),
    ),
  },
  { name: 'centralize', transform: tenth(centralize()), oracle: stateless(centred(rowOf)) },
  {
    name: 'centralize by the last axis',
    transform: tenth(centralize({ unitAxis: 'last' })),
    oracle: stateless(centred(columnOf)),
  },
  {
    name: 'keepParamsNonNegative',
    transform: chain(scale(-0.1), keepParamsNonNegative()),
    oracle: elementwise(() => (g, p) => Math.max(0, p - 0.1 * g) - p),
  },
  { name: 'scaleByTrustRatio', transform: tenth(scaleByTrustRatio()), oracle: trustOracle({}) },
  {
    name: 'scaleByTrustRatio, norms',
    transform: tenth(scaleByTrustRatio({ minNorm: 0.9, trustCoefficient: 0.5, eps: 0.5 })),
    oracle: trustOracle({ n: 0.9, c: 0.5, eps: 0.5 }),
  },
  {
    name: 'scaleByTrustRatio, ends',
    transform: tenth(scaleByTrustRatio({ min: 0.6, max: 0.9, zeroNorm: 'formula' })),
    oracle: trustOracle({ min: 0.6, max: 0.9 }),
  },
]

followOracles(comparisons)
