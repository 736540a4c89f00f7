/** Muon, Sophia, MADGRAD and ACProp, against their equations on plain numbers. */
import * as tf from '@tensorflow/tfjs'
import {
  acprop,
  chain,
  linear,
  type MuonTransformOptions,
  madgrad,
  masked,
  muon,
  named,
  type StepContext,
  scale,
  scaleByMuon,
  scaleByShape,
  sophia,
} from '../../../src/index.js'
import { type Comparison, elementwise, followOracles, leafwise, shapes } from './harness.js'
import { dot, type Numbers, norm } from './numbers.js'

type Matrix = readonly Numbers[]

const transpose = (a: Matrix): Matrix => (a[0] ?? []).map((_, j) => a.map(row => row[j] as number))
const product = (a: Matrix, b: Matrix): Matrix => a.map(row => transpose(b).map(column => dot(row, column)))
const combine = (terms: readonly (readonly [number, Matrix])[]): Matrix =>
  (terms[0]?.[1] ?? []).map((row, i) =>
    row.map((_, j) => terms.reduce((sum, [k, m]) => sum + k * (m[i]?.[j] as number), 0)),
  )

const standard = [3.4445, -4.775, 2.0315] as const
const dion = [
  [4.0848, -6.8946, 2.927],
  [3.9505, -6.3029, 2.6377],
  [3.7418, -5.5913, 2.3037],
  [2.8769, -3.1427, 1.2046],
  [2.8366, -3.0525, 1.2012],
] as const

/** $a X + b (X X^T) X + c (X X^T)^2 X$, step by step, on a matrix of two columns. */
const newtonSchulz = (values: Numbers, steps: readonly (readonly [number, number, number])[], width = 2): Numbers => {
  const matrix = Array.from({ length: values.length / width }, (_, i) => values.slice(width * i, width * (i + 1)))
  return steps
    .reduce<Matrix>((x, [a, b, c]) => {
      const cubic = product(product(x, transpose(x)), x)
      return combine([
        [a, x],
        [b, cubic],
        [c, product(product(x, transpose(x)), cubic)],
      ])
    }, matrix)
    .flat()
}

interface Given {
  readonly beta?: number
  readonly eps?: number
  readonly steps?: readonly (readonly [number, number, number])[]
  readonly nesterov?: boolean
  readonly adaptive?: boolean
  readonly corrected?: boolean
  readonly width?: number
}

const five = Array.from({ length: 5 }, () => standard)

/** The orthogonalized momentum of a leaf. */
const muonDirection = ({
  beta = 0.95,
  eps = 1e-8,
  steps = five,
  nesterov = true,
  adaptive = false,
  corrected = true,
  width = 2,
}: Given) => {
  let m: Numbers = []
  return (g: Numbers, t: number): Numbers => {
    m = g.map((x, i) => beta * (m[i] ?? 0) + (1 - beta) * x)
    const correct = (x: number, k: number) => (corrected ? x / (1 - beta ** k) : x)
    const momentum = g.map((x, i) =>
      nesterov ? beta * correct(m[i] as number, t + 1) + (1 - beta) * correct(x, t) : correct(m[i] as number, t),
    )
    const size = norm(momentum) + eps
    const o = newtonSchulz(
      momentum.map(x => x / size),
      steps,
      width,
    )
    return adaptive ? o.map(x => dot(momentum, o) * x) : o
  }
}

/** Adam with decoupled decay; each element by itself. */
const adamElement = ({ eta = 1e-3, b1 = 0.9, b2 = 0.999, eps = 1e-8, epsRoot = 0, lambda = 0, nesterov = true }) => {
  let [m, v] = [0, 0]
  return (g: number, p: number, t: number): number => {
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g * g
    const ahead = nesterov ? (b1 * m) / (1 - b1 ** (t + 1)) + ((1 - b1) * g) / (1 - b1 ** t) : m / (1 - b1 ** t)
    return -eta * (ahead / (Math.sqrt(v / (1 - b2 ** t) + epsRoot) + eps) + lambda * p)
  }
}

const muonOracle = ({
  eta = 1e-3,
  lambda = 0,
  width = 1,
  adam = {},
  ...given
}: Given & { eta?: number; lambda?: number; adam?: Parameters<typeof adamElement>[0] } = {}) =>
  leafwise(() => {
    const direction = muonDirection({ ...given, width: 2 })
    const elements = [adamElement(adam), adamElement(adam)]
    return (g, p, t) =>
      g.length === 2
        ? g.map((x, i) => elements[i]?.(x, p[i] as number, t) as number)
        : direction(g, t).map((o, i) => -eta * (width * o + lambda * (p[i] as number)))
  })

const kernels = (options: MuonTransformOptions) => masked(named(/kernel/), chain(scaleByMuon(options), scaleByShape()))
/** Muon on the kernel, whose shape [3, 2] is no wider than high; the bias goes downhill as it is. */
const kernelOracle = (given: Given) =>
  leafwise(() => {
    const direction = muonDirection(given)
    return (g, _, t) => (g.length === 2 ? g : direction(g, t)).map(x => -0.1 * x)
  })

const estimate = (t: number): Readonly<Record<string, Numbers>> => ({
  kernel: [1, 0.5, 20, 300, 2, -1].map(x => Math.fround(x * (1 + t / 10))),
  bias: [50, 1e-9].map(x => Math.fround(x * (1 + t / 10))),
})
const everyThird = (t: number): StepContext =>
  t % 3 === 1
    ? {
        hessian: Object.fromEntries(
          Object.entries(estimate(t)).map(([leaf, values]) => [
            leaf,
            tf.tensor([...values], [...(shapes[leaf] ?? [])], 'float32'),
          ]),
        ),
      }
    : {}

const sophiaOracle = ({
  eta = 1e-4,
  b1 = 0.965,
  b2 = 0.99,
  eps = 1e-8,
  gamma = 0.01,
  rho = 1,
  lambda = 1e-4,
  given = true,
}) =>
  leafwise(() => {
    let [m, h]: Numbers[] = [[], []]
    return (g, p, t) => {
      m = g.map((x, i) => b1 * (m?.[i] ?? 0) + (1 - b1) * x)
      const u = m.map((x, i) => {
        const raw = x / (1 - b1 ** t) / Math.max(gamma * (h?.[i] ?? 0), eps)
        return -eta * (Math.min(rho, Math.max(-rho, raw)) + lambda * (p[i] as number))
      })
      const diagonal = estimate(t)[g.length === 2 ? 'bias' : 'kernel'] as Numbers
      if (given && t % 3 === 1) h = diagonal.map((x, i) => b2 * (h?.[i] ?? 0) + (1 - b2) * x)
      return u
    }
  })

const madgradOracle = ({ eta = (_: number) => 0.01, mu = 0.9, eps = 1e-6, lambda = 0 }) =>
  elementwise(() => {
    let [s, squares] = [0, 0]
    let x0: number | undefined
    return (g, p, t) => {
      x0 ??= p
      const x = g + lambda * p
      const weight = (eta(t) + eps) * Math.sqrt(t)
      s += weight * x
      squares += weight * x * x
      const z = x0 - s / (Math.cbrt(squares) + eps)
      return (1 - mu) * z + mu * p - p
    }
  })

const acpropOracle = ({ eta = 1e-3, b1 = 0.9, b2 = 0.999, eps = 1e-16, epsRoot = 1e-16, lambda = 0 }) =>
  elementwise(() => {
    let [m, v] = [0, 0]
    return (g, p, t) => {
      const root = t === 1 ? 1 : Math.sqrt(v / (1 - b2 ** (t - 1)))
      v = b2 * v + (1 - b2) * (g - m) ** 2 + epsRoot
      m = b1 * m + (1 - b1) * g
      return -eta * (g / (root + eps) + lambda * p)
    }
  })

const comparisons: readonly Comparison[] = [
  { name: 'muon', transform: muon(), oracle: muonOracle() },
  {
    name: 'muon as in PyTorch, with its own step for the bias',
    transform: muon({ learningRate: 0.01, weightDecay: 0.1, eps: 1e-7, biasCorrection: false, adamLearningRate: 0.1 }),
    oracle: muonOracle({ eta: 0.01, lambda: 0.1, eps: 1e-7, corrected: false, adam: { eta: 0.1, eps: 1e-7 } }),
  },
  {
    name: 'muon, consistent root mean square, all of Adam’s options',
    transform: muon({
      learningRate: 0.01,
      consistentRms: 0.2,
      nesterov: false,
      adamB1: 0.5,
      adamB2: 0.9,
      adamEpsRoot: 0.1,
      adamWeightDecay: 0.1,
    }),
    oracle: muonOracle({
      eta: 0.01,
      width: 0.2 * Math.sqrt(3),
      nesterov: false,
      adam: { eta: 0.01, b1: 0.5, b2: 0.9, epsRoot: 0.1, lambda: 0.1, nesterov: false },
    }),
  },
  {
    name: 'scaleByMuon, adaptive, with another beta and fewer steps',
    transform: chain(kernels({ adaptive: true, beta: 0.5, nsSteps: 2 }), scale(-0.1)),
    oracle: kernelOracle({ adaptive: true, beta: 0.5, steps: [standard, standard] }),
  },
  {
    name: 'scaleByMuon, a triple of one’s own',
    transform: chain(kernels({ nsCoeffs: [1.5, -0.5, 0], eps: 0.5 }), scale(-0.1)),
    oracle: kernelOracle({ steps: Array.from({ length: 5 }, () => [1.5, -0.5, 0] as const), eps: 0.5 }),
  },
  {
    name: 'scaleByMuon, triples by step',
    transform: chain(kernels({ nsCoeffs: 'dion', nsSteps: 1 }), scale(-0.1)),
    oracle: kernelOracle({ steps: dion }),
  },
  {
    name: 'a vector is a matrix of one row, and scaled by its width',
    transform: chain(masked(named(/bias/), chain(scaleByMuon(), scaleByShape())), scale(-0.1)),
    oracle: leafwise(() => {
      const direction = muonDirection({ width: 2 })
      return (g, _, t) => (g.length === 2 ? direction(g, t).map(x => Math.SQRT2 * x) : g).map(x => -0.1 * x)
    }),
  },
  { name: 'sophia', transform: sophia(), oracle: sophiaOracle({}), context: everyThird },
  { name: 'sophia without a Hessian', transform: sophia(), oracle: sophiaOracle({ given: false }) },
  {
    name: 'sophia, options',
    transform: sophia({
      learningRate: 0.01,
      b1: 0.8,
      b2: 0.5,
      eps: 0.1,
      gamma: 0.05,
      clipThreshold: 0.5,
      weightDecay: 0.1,
    }),
    oracle: sophiaOracle({ eta: 0.01, b1: 0.8, b2: 0.5, eps: 0.1, gamma: 0.05, rho: 0.5, lambda: 0.1 }),
    context: everyThird,
  },
  {
    name: 'sophia, unclipped',
    transform: sophia({ learningRate: 0.01, eps: 0.5, clipThreshold: Number.POSITIVE_INFINITY, weightDecay: 0 }),
    oracle: sophiaOracle({ eta: 0.01, eps: 0.5, rho: Number.POSITIVE_INFINITY, lambda: 0 }),
    context: everyThird,
  },
  { name: 'madgrad', transform: madgrad(), oracle: madgradOracle({}) },
  {
    name: 'madgrad, options',
    transform: madgrad({ learningRate: linear(0.1, 0.01, 10), momentum: 0.5, eps: 0.01, weightDecay: 0.1 }),
    oracle: madgradOracle({ eta: t => 0.1 - (0.09 * Math.min(10, t - 1)) / 10, mu: 0.5, eps: 0.01, lambda: 0.1 }),
  },
  { name: 'acprop', transform: acprop(), oracle: acpropOracle({}) },
  {
    name: 'acprop, options',
    transform: acprop({ learningRate: 0.01, b1: 0.5, b2: 0.9, eps: 0.1, epsRoot: 0.01, weightDecay: 0.1 }),
    oracle: acpropOracle({ eta: 0.01, b1: 0.5, b2: 0.9, eps: 0.1, epsRoot: 0.01, lambda: 0.1 }),
  },
]

followOracles(comparisons)
