/** Optimizers of optax's `contrib`: of matrices, of curvature, of dual averages. Defaults are its own. */

import type { Expr } from '../expr/expr.js'
import type { Tree } from '../expr/tree.js'
import { type Complete, flag, type OptionsOf, options, real, scheduled } from '../schema/index.js'
import { acpropTransformOptions } from '../transform/block/acprop.js'
import { madgradTransformOptions } from '../transform/block/madgrad.js'
import { muonTransformOptions, shapeOptions } from '../transform/block/muon.js'
import { sophiaTransformOptions } from '../transform/block/sophia.js'
import {
  type AcpropTransformOptions,
  addDecayedWeights,
  type MadgradTransformOptions,
  type MuonTransformOptions,
  namedChain,
  partition,
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
import { type MaskOptions, maskOptions } from '../transform/scale.js'
import { decoupled } from './assemble.js'
import { described } from './describe.js'

const muonOptions = options({
  /** $\eta$, the size of a step, or a schedule of it. */
  learningRate: scheduled('(0, inf)', 1e-3),
  /** $\lambda$, decoupled decay of the matrices, or a schedule of it. */
  weightDecay: scheduled('[0, inf)', 0),
  ...maskOptions.fields,
  ...muonTransformOptions.fields,
  ...shapeOptions.fields,
  /** Whether convolution kernels, of rank 4, are matrices [height · width · in, out] too. */
  convolutions: flag(false),
  /** $\beta_1$ of Adam on the other leaves. */
  adamB1: real('[0, 1)', 0.9),
  /** $\beta_2$ of Adam. */
  adamB2: real('[0, 1)', 0.999),
  /** $\bar\varepsilon$ of Adam, added under the root. */
  adamEpsRoot: real('[0, inf)', 0),
  /** $\lambda$, decoupled decay of the other leaves, or a schedule of it. */
  adamWeightDecay: scheduled('[0, inf)', 0),
  /** $\eta$ of the other leaves, or a schedule of it; default `learningRate`. */
  adamLearningRate: scheduled('(0, inf)'),
})

export interface MuonOptions extends MaskOptions, MuonTransformOptions, ShapeOptions, OptionsOf<typeof muonOptions> {}

type MuonParts = Complete<typeof muonOptions.fields>

/** Which rule a leaf steps by: a matrix by Muon's own. */
const ruleOf =
  (convolutions: boolean) =>
  (name: string, params: Tree<Expr>): 'muon' | 'adam' => {
    const rank = params[name]?.shape.length
    return rank === 2 || (convolutions && rank === 4) ? 'muon' : 'adam'
  }

/** The steps of matrices, along their orthogonalized momentum. */
const orthogonalSteps = ({ learningRate, weightDecay, mask, consistentRms, ...others }: MuonParts) =>
  namedChain({
    momentum: scaleByMuon(muonTransformOptions.from(others)),
    shape: scaleByShape(consistentRms === undefined ? {} : { consistentRms }),
    decay: addDecayedWeights(weightDecay, { mask }),
    step: scaleByLearningRate(learningRate),
  })

/** The steps of all other leaves, which are AdamW's. */
const adamSteps = ({ eps, nesterov, ...p }: MuonParts) =>
  decoupled(
    { learningRate: p.adamLearningRate ?? p.learningRate, weightDecay: p.adamWeightDecay },
    scaleByAdam({ b1: p.adamB1, b2: p.adamB2, epsRoot: p.adamEpsRoot, eps, nesterov }),
  )

/**
 * Muon: matrices step along their orthogonalized momentum, $P_{t+1} = P_t - \eta\,(\sqrt{\max(1, n_{out} / n_{in})}\, U V^\top + \lambda P_t)$,
 * as in {@link scaleByMuon} and {@link scaleByShape}; all other leaves by Adam with decoupled decay.
 *
 * PyTorch's Muon is `{ biasCorrection: false, weightDecay: 0.1, eps: 1e-7 }`, on matrices alone.
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(muon({ learningRate: 0.02, adamLearningRate: 1e-3 }))
 *
 * Source: Jordan et al. 2024, kellerjordan.github.io/posts/muon; Liu et al., arXiv 2502.16982.
 */
export const muon = described<MuonOptions>()('muon', muonOptions, parts =>
  partition(ruleOf(parts.convolutions), { muon: orthogonalSteps(parts), adam: adamSteps(parts) }),
)

const sophiaOptions = options({
  /** $\eta$, the size of a step, or a schedule of it. */
  learningRate: scheduled('(0, inf)', 1e-4),
  /** $\lambda$, decoupled decay, or a schedule of it. */
  weightDecay: scheduled('[0, inf)', 1e-4),
  ...maskOptions.fields,
  ...sophiaTransformOptions.fields,
})

export interface SophiaOptimizerOptions extends MaskOptions, SophiaOptions, OptionsOf<typeof sophiaOptions> {}

/**
 * Sophia: momentum over a moving average of the Hessian's diagonal, clipped,
 * $p_{t+1} = p_t - \eta\,(\mathrm{clip}(\hat m_t / \max(\gamma h_{t-1}, \varepsilon), \rho) + \lambda p_t)$. The caller estimates the
 * diagonal, and gives it as the context's tree `hessian` every so many steps; see {@link scaleBySophia}.
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(sophia({ learningRate: 1e-4 }))
 * const hessian = tree.map((g: tf.Tensor) => tf.square(g))(grads)
 * const trained = optimizer.step({ params, state: optimizer.init(params) }, grads, { hessian })
 *
 * Source: Liu et al., arXiv 2305.14342.
 */
export const sophia = described<SophiaOptimizerOptions>()(
  'sophia',
  sophiaOptions,
  ({ learningRate, weightDecay, mask, ...own }) => decoupled({ learningRate, weightDecay, mask }, scaleBySophia(own)),
)

const madgradOptions = options({
  ...madgradTransformOptions.fields,
  /** $\lambda$, coupled decay, or a schedule of it. */
  weightDecay: scheduled('[0, inf)', 0),
  ...maskOptions.fields,
})

export interface MadgradOptions extends MaskOptions, MadgradTransformOptions, OptionsOf<typeof madgradOptions> {}

/**
 * MADGRAD: momentumized dual averaging from the first parameters, $p_{t+1} = \mu\, p_t + (1 - \mu)\, z_t$ with $z_t$ of
 * {@link scaleByMadgrad}.
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(madgrad({ learningRate: 0.01 }))
 *
 * Source: Defazio and Jelassi, arXiv 2101.11075.
 */
export const madgrad = described<MadgradOptions>()('madgrad', madgradOptions, ({ weightDecay, mask, ...averages }) =>
  namedChain({ decay: addDecayedWeights(weightDecay, { mask }), step: scaleByMadgrad(averages) }),
)

const acpropOptions = options({
  /** $\eta$, the size of a step, or a schedule of it. */
  learningRate: scheduled('(0, inf)', 1e-3),
  /** $\lambda$, decoupled decay, or a schedule of it. */
  weightDecay: scheduled('[0, inf)', 0),
  ...maskOptions.fields,
  ...acpropTransformOptions.fields,
})

export interface AcpropOptions extends MaskOptions, AcpropTransformOptions, OptionsOf<typeof acpropOptions> {}

/**
 * ACProp: $p_{t+1} = p_t - \eta\,(g_t / (\sqrt{\hat v_{t-1}} + \varepsilon) + \lambda p_t)$, whose second moment is centred and does not
 * know the gradient yet.
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(acprop({ learningRate: 1e-3 }))
 *
 * Source: Zhuang et al., arXiv 2110.05454.
 */
export const acprop = described<AcpropOptions>()(
  'acprop',
  acpropOptions,
  ({ learningRate, weightDecay, mask, ...own }) => decoupled({ learningRate, weightDecay, mask }, scaleByAcprop(own)),
)
