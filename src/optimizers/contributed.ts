/** Optimizers of optax's `contrib`: of matrices, of curvature, of dual averages. Defaults are its own. */
import type { Expr } from '../expr/expr.js'
import type { Tree } from '../expr/tree.js'
import {
  type AcpropTransformOptions,
  addDecayedWeights,
  type Hyperparameter,
  type MadgradTransformOptions,
  type MuonTransformOptions,
  namedChain,
  partition,
  type Scheduled,
  type ShapeOptions,
  type SophiaOptions,
  scaleByAcprop,
  scaleByAdam,
  scaleByLearningRate,
  scaleByMadgrad,
  scaleByMuon,
  scaleByShape,
  scaleBySophia,
} from '../transform/index.js'
import type { DecayOptions, StepOptions } from './assemble.js'
import { decoupled } from './assemble.js'
import { betas, decay, described, epsilon, learningRate } from './describe.js'

export interface MuonOptions extends StepOptions, DecayOptions, MuonTransformOptions, ShapeOptions {
  /** Whether convolution kernels, of rank 4, are matrices [height · width · in, out] too; default false. */
  readonly convolutions?: boolean
  /** $\beta_1$ in [0, 1) of Adam on the other leaves; default 0.9. */
  readonly adamB1?: Hyperparameter
  /** $\beta_2$ in [0, 1) of Adam; default 0.999. */
  readonly adamB2?: Hyperparameter
  /** $\bar\varepsilon \ge 0$ of Adam, added under the root; default 0. */
  readonly adamEpsRoot?: Hyperparameter
  /** $\lambda \ge 0$, decoupled, of the other leaves, or a schedule of it; default 0. */
  readonly adamWeightDecay?: Scheduled
  /** $\eta > 0$ of the other leaves, or a schedule of it; default `learningRate`. */
  readonly adamLearningRate?: Scheduled
}

/** Muon's options, as far as both rules share a default. */
type MuonParts = MuonOptions & Required<StepOptions>

/** Which rule a leaf steps by: a matrix by Muon's own. */
const ruleOf =
  (convolutions: boolean) =>
  (name: string, params: Tree<Expr>): 'muon' | 'adam' => {
    const rank = params[name]?.shape.length
    return rank === 2 || (convolutions && rank === 4) ? 'muon' : 'adam'
  }

/** The steps of matrices, along their orthogonalized momentum. */
const orthogonalSteps = ({ learningRate, weightDecay = 0, mask, consistentRms, ...momentum }: MuonParts) =>
  namedChain({
    momentum: scaleByMuon(momentum),
    shape: scaleByShape(consistentRms === undefined ? {} : { consistentRms }),
    decay: addDecayedWeights(weightDecay, { mask }),
    step: scaleByLearningRate(learningRate),
  })

/** The steps of all other leaves, which are AdamW's. */
const adamSteps = ({
  learningRate,
  adamB1: b1 = 0.9,
  adamB2: b2 = 0.999,
  adamEpsRoot: epsRoot = 0,
  adamWeightDecay: weightDecay = 0,
  adamLearningRate = learningRate,
  eps = 1e-8,
  nesterov = true,
}: MuonParts) =>
  decoupled({ learningRate: adamLearningRate, weightDecay }, scaleByAdam({ b1, b2, eps, epsRoot, nesterov }))

/**
 * Muon: matrices step along their orthogonalized momentum, $P_{t+1} = P_t - \eta\,(\sqrt{\max(1, n_{out} / n_{in})}\, U V^\top + \lambda P_t)$,
 * as in {@link scaleByMuon} and {@link scaleByShape}; all other leaves by Adam with decoupled decay.
 *
 * PyTorch's Muon is `{ biasCorrection: false, weightDecay: 0.1, eps: 1e-7 }`, on matrices alone.
 *
 * @param options.learningRate default 0.001
 * @param options.weightDecay decoupled, of the matrices, default 0
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(muon({ learningRate: 0.02, adamLearningRate: 1e-3 }))
 *
 * Source: Jordan et al. 2024, kellerjordan.github.io/posts/muon; Liu et al., arXiv 2502.16982.
 */
export const muon = described(
  'muon',
  {
    ...learningRate,
    ...decay,
    ...epsilon,
    nsCoeffs: ['standard', 'dion'],
    nsSteps: 'integer in [0, 100]',
    beta: '[0, 1)',
    nesterov: 'boolean',
    adaptive: 'boolean',
    biasCorrection: 'boolean',
    consistentRms: '(0, inf)',
    convolutions: 'boolean',
    adamB1: '[0, 1)',
    adamB2: '[0, 1)',
    adamEpsRoot: '[0, inf)',
    adamWeightDecay: 'scheduled [0, inf)',
    adamLearningRate: 'scheduled (0, inf)',
  },
  ({ learningRate = 1e-3, convolutions = false, ...options }: MuonOptions) =>
    partition(ruleOf(convolutions), {
      muon: orthogonalSteps({ ...options, learningRate }),
      adam: adamSteps({ ...options, learningRate }),
    }),
)

export interface SophiaOptimizerOptions extends StepOptions, DecayOptions, SophiaOptions {}

/**
 * Sophia: momentum over a moving average of the Hessian's diagonal, clipped,
 * $p_{t+1} = p_t - \eta\,(\mathrm{clip}(\hat m_t / \max(\gamma h_{t-1}, \varepsilon), \rho) + \lambda p_t)$. The caller estimates the
 * diagonal, and gives it as the context's tree `hessian` every so many steps; see {@link scaleBySophia}.
 *
 * @param options.learningRate default 1e-4
 * @param options.weightDecay decoupled, default 1e-4
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(sophia({ learningRate: 1e-4 }))
 * const hessian = tree.map((g: tf.Tensor) => tf.square(g))(grads)
 * const trained = optimizer.step({ params, state: optimizer.init(params) }, grads, { hessian })
 *
 * Source: Liu et al., arXiv 2305.14342.
 */
export const sophia = described(
  'sophia',
  { ...learningRate, ...decay, ...betas, ...epsilon, gamma: '(0, inf)', clipThreshold: '(0, inf]' },
  ({ learningRate = 1e-4, weightDecay = 1e-4, mask, ...curvature }: SophiaOptimizerOptions) =>
    decoupled({ learningRate, weightDecay, mask }, scaleBySophia(curvature)),
)

export interface MadgradOptions extends DecayOptions, MadgradTransformOptions {}

/**
 * MADGRAD: momentumized dual averaging from the first parameters, $p_{t+1} = \mu\, p_t + (1 - \mu)\, z_t$ with $z_t$ of
 * {@link scaleByMadgrad}.
 *
 * @param options.learningRate default 0.01
 * @param options.momentum $\mu$ in [0, 1), default 0.9
 * @param options.weightDecay coupled, default 0
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(madgrad({ learningRate: 0.01 }))
 *
 * Source: Defazio and Jelassi, arXiv 2101.11075.
 */
export const madgrad = described(
  'madgrad',
  { ...learningRate, ...decay, ...epsilon, momentum: '[0, 1)' },
  ({ weightDecay = 0, mask, ...averages }: MadgradOptions) =>
    namedChain({ decay: addDecayedWeights(weightDecay, { mask }), step: scaleByMadgrad(averages) }),
)

export interface AcpropOptions extends StepOptions, DecayOptions, AcpropTransformOptions {}

/**
 * ACProp: $p_{t+1} = p_t - \eta\,(g_t / (\sqrt{\hat v_{t-1}} + \varepsilon) + \lambda p_t)$, whose second moment is centred and does not
 * know the gradient yet.
 *
 * @param options.learningRate default 0.001
 * @param options.weightDecay decoupled, default 0
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(acprop({ learningRate: 1e-3 }))
 *
 * Source: Zhuang et al., arXiv 2110.05454.
 */
export const acprop = described(
  'acprop',
  { ...learningRate, ...decay, ...betas, ...epsilon, epsRoot: '[0, inf)' },
  ({ learningRate = 1e-3, weightDecay = 0, mask, ...moments }: AcpropOptions) =>
    decoupled({ learningRate, weightDecay, mask }, scaleByAcprop(moments)),
)
