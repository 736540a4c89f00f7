/** Muon: updates of matrices whose singular values are all near 1. */

import * as tf from '@tensorflow/tfjs'
import { type Expr, type Opaque, opaque } from '../../expr/expr.js'
import { type Scalar, scalar } from '../../expr/scalar.js'
import { type Shape, sizeOf } from '../../expr/shape.js'
import { type Tree, zipWith } from '../../expr/tree.js'
import { admit, choose, type Hyperparameter, HyperparameterError } from '../../schema/hyperparameter.js'
import { eps, flag, type OptionsOf, options, plain, real, wordsOr } from '../../schema/index.js'
import { averages, usedMoment, zerosLike } from '../moments.js'
import { type GradientTransform, leafwise, type Stateless } from '../types.js'

/** $a, b, c$ of one Newton-Schulz step, $X \leftarrow a X + b\, X X^\top X + c\, (X X^\top)^2 X$. */
export type NewtonSchulzStep = readonly [a: number, b: number, c: number]

const presets: Readonly<Record<'standard' | 'dion', NewtonSchulzStep | readonly NewtonSchulzStep[]>> = {
  standard: [3.4445, -4.775, 2.0315],
  dion: [
    [4.0848, -6.8946, 2.927],
    [3.9505, -6.3029, 2.6377],
    [3.7418, -5.5913, 2.3037],
    [2.8769, -3.1427, 1.2046],
    [2.8366, -3.0525, 1.2012],
  ],
}

/** Coefficients, the same for each step, one triple per step, or those of a publication. */
export type NewtonSchulzCoefficients = NewtonSchulzStep | readonly NewtonSchulzStep[] | keyof typeof presets

export const muonTransformOptions = options({
  /** Finite coefficients, the same for each step, one triple per step, or those of a publication; default `'standard'`. */
  nsCoeffs: wordsOr<NewtonSchulzCoefficients>()('standard', 'dion'),
  /** Newton-Schulz steps, where the coefficients do not say it; default 5. */
  nsSteps: plain('integer in [0, 100]', 5),
  /** $\beta$, the decay of the moving average. */
  beta: real('[0, 1)', 0.95),
  /** $\varepsilon$, added to the norm. */
  eps: eps(1e-8),
  /** Whether to look ahead. */
  nesterov: flag(true),
  /** Whether to scale by the dual norm $\langle \hat m, O \rangle$. */
  adaptive: flag(false),
  /** Whether averages are divided by $1 - \beta^t$, as in optax; PyTorch and the original do not. */
  biasCorrection: flag(true),
})

export interface MuonTransformOptions extends OptionsOf<typeof muonTransformOptions> {}

/** The state of {@link scaleByMuon}. */
export interface MuonState {
  readonly count: Scalar
  readonly mu: Tree<Expr>
}

const isTriple = (x: NewtonSchulzStep | readonly NewtonSchulzStep[]): x is NewtonSchulzStep => typeof x[0] === 'number'

/** The coefficients step by step. */
const stepsOf = (given: NewtonSchulzCoefficients, count: number): readonly NewtonSchulzStep[] => {
  const coefficients = typeof given === 'object' ? given : choose('nsCoeffs', given, presets)
  const steps = isTriple(coefficients) ? Array.from({ length: count }, () => coefficients) : coefficients
  for (const step of steps)
    if (step.length !== 3) throw new HyperparameterError('nsCoeffs', `[${step}]`, 'triples of numbers')
  for (const coefficient of steps.flat()) admit('nsCoeffs', coefficient, '(-inf, inf)')
  return steps
}

/** A leaf as a matrix: the last axis, which counts the outputs, by all the others. */
const matrixShape = (shape: Shape): readonly [fanIn: number, fanOut: number] => [
  sizeOf(shape.slice(0, -1)),
  shape.at(-1) ?? 1,
]

const iteration: Opaque<readonly NewtonSchulzStep[]> = {
  name: 'newtonSchulz',
  version: 1,
  run: ([values], _, steps) => {
    const x = values as tf.Tensor
    const [rows, columns] = matrixShape(x.shape)
    const wide = rows <= columns
    const iterate = (m: tf.Tensor2D, [a, b, c]: NewtonSchulzStep): tf.Tensor2D => {
      // Both products are symmetric, which lets them stand on either side.
      const square = tf.matMul(m, m, !wide, wide)
      const polynomial = square.mul(b).add(tf.matMul(square, square).mul(c)) as tf.Tensor2D
      return m.mul(a).add(wide ? tf.matMul(polynomial, m) : tf.matMul(m, polynomial))
    }
    return tf.tidy(() => steps.reduce(iterate, x.reshape<tf.Tensor2D>([rows, columns])).reshape(x.shape))
  },
}

/** Newton and Schulz's iteration, on the side that has the smaller square. An opaque node, for its products are of matrices. */
const orthogonalized = (x: Expr, steps: readonly NewtonSchulzStep[]): Expr =>
  x.size === 0 ? x : opaque({ ...iteration, attributes: steps }, x.shape, [x])

/** The nearest matrix with singular values near 1; if adaptive, scaled by the dual norm. */
const nearest = (m: Expr, steps: readonly NewtonSchulzStep[], eps: Hyperparameter, adaptive: boolean): Expr => {
  const o = orthogonalized(m.div(m.norm().add(eps)), steps)
  return adaptive ? o.mul(m.mul(o).sum()) : o
}

/**
 * Replaces the moving average of each matrix by the nearest one with singular values near 1:
 * $$ m_t = \beta m_{t-1} + (1 - \beta) g_t, \quad
 *    \hat m_t = \frac{\beta\, m_t}{1 - \beta^{t+1}} + \frac{(1 - \beta)\, g_t}{1 - \beta^t}, \quad
 *    u_t = O_t = \mathrm{NewtonSchulz}\!\left(\frac{\hat m_t}{\lVert \hat m_t \rVert + \varepsilon}\right) \approx U V^\top
 *    \ \text{ for } \hat m_t = U \Sigma V^\top, $$
 * with $\hat m_t = m_t / (1 - \beta^t)$ without look-ahead, and $u_t = \langle \hat m_t, O_t \rangle\, O_t$ if adaptive.
 *
 * A leaf is the matrix of its last axis by all the others: dense kernels as they are, convolution kernels as
 * [height · width · in, out], vectors as one row. The matrix products run through tfjs.
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(masked(named(/kernel$/), chain(scaleByMuon(), scaleByShape(), scaleByLearningRate(0.02))))
 *
 * Source: Jordan et al. 2024, kellerjordan.github.io/posts/muon; adaptive: Bernstein and Newhouse, arXiv 2409.20325.
 */
export const scaleByMuon = (given: MuonTransformOptions = {}): GradientTransform<MuonState> => {
  const read = muonTransformOptions.read('scaleByMuon', given)
  const { nsCoeffs, nsSteps, beta, eps, nesterov, adaptive, biasCorrection } = read
  const steps = stepsOf(nsCoeffs, nsSteps)
  const used = usedMoment({ b1: beta, biasCorrection, nesterov })
  return {
    init: params => ({ count: scalar(0), mu: zerosLike(params) }),
    update: (updates, state) => {
      const count = state.count.add(1)
      const mu = averages(updates, state.mu, beta)
      return [zipWith([updates, mu], (g, m) => nearest(used(g, m, count), steps, eps, adaptive)), { count, mu }]
    },
  }
}

export const shapeOptions = options({
  /** $c$, the root mean square that orthogonal updates get, whatever their shape: 0.2 is AdamW's. Default none. */
  consistentRms: real('(0, inf)'),
})

export interface ShapeOptions extends OptionsOf<typeof shapeOptions> {}

/**
 * Scales each leaf by what its shape calls for: $u = g \sqrt{\max(1,\ n_{out} / n_{in})}$, or
 * $u = c\, g \sqrt{\max(n_{in}, n_{out})}$ for a consistent root mean square.
 *
 * @throws HyperparameterError
 * @example
 * const matrices = chain(scaleByMuon(), scaleByShape({ consistentRms: 0.2 }), scaleByLearningRate(1e-3))
 *
 * Source: Jordan et al. 2024; consistent: Liu et al., arXiv 2502.16982.
 */
export const scaleByShape = (given: ShapeOptions = {}): GradientTransform<Stateless> => {
  const { consistentRms } = shapeOptions.read('scaleByShape', given)
  return leafwise(g => {
    const [fanIn, fanOut] = matrixShape(g.shape)
    return consistentRms === undefined
      ? g.mul(Math.sqrt(Math.max(1, fanOut / Math.max(1, fanIn))))
      : g.mul(scalar(consistentRms).mul(Math.sqrt(Math.max(fanIn, fanOut))))
  })
}
