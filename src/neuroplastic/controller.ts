/** A learning rate that follows how far the coefficient is from the gradient-only one. */

import { type Expr, expr } from '../expr/expr.js'
import { filter, map, type Tree, values, zipWith } from '../expr/tree.js'
import { admitEnds, choose, type Hyperparameter } from '../schema/hyperparameter.js'
import { eps, type OptionsOf, options, real } from '../schema/index.js'
import {
  classifierOnly,
  earlyBlocks,
  type GradientTransform,
  type Stateless,
  stateless,
  treeFrom,
} from '../transform/index.js'

/** Whose signals are averaged: of all leaves, of a leaf's layer group, or of the classifier, which alone is controlled. */
export type ControllerMode = 'global' | 'layerwise' | 'classifierOnly'

const groups: Readonly<Record<ControllerMode, (name: string, params: Tree<Expr>) => string | undefined>> = {
  global: () => 'all',
  layerwise: (name, params) =>
    classifierOnly(name, params) ? 'classifier' : earlyBlocks(name, params) ? 'earlyBlocks' : 'lateBlocks',
  classifierOnly: (name, params) => (classifierOnly(name, params) ? 'classifier' : undefined),
}

export const controllerOptions = options({
  /** $\kappa$, how strongly the learning rate follows. */
  controllerAlpha: real('[0, inf)', 0.1),
  /** $low$, the least multiplier, at most $high$. */
  controllerLow: real('(0, inf)', 0.8),
  /** $high$, the greatest multiplier. */
  controllerHigh: real('(0, inf)', 1.2),
  /** $\varepsilon$, the least that a coefficient counts. */
  eps: eps(1e-8),
})

export interface ControllerOptions extends OptionsOf<typeof controllerOptions> {}

/** $c$: by how much, in logarithms, a leaf's coefficient is more than the gradient-only one. */
const logRatio = (alpha: Expr, gradientOnly: Expr, eps: Hyperparameter): Expr => {
  const c = alpha.maximum(eps).div(gradientOnly.maximum(eps)).log().mean()
  return c.isFinite().where(c, 0)
}

const mean = (xs: readonly Expr[]): Expr => xs.reduce((a, b) => a.add(b)).div(xs.length)

/**
 * The multiplier of a leaf's learning rate, for `withLearningRateController`; reads `alpha` and `gradientOnly`:
 * $$ c = \mathrm{mean}\!\left(\log \frac{\max(\alpha, \varepsilon)}{\max(\alpha_{go}, \varepsilon)}\right), \qquad
 *    \mathit{multiplier} = \mathrm{clip}(1 + \kappa \bar c,\ low,\ high), $$
 * with $c$ taken as 0 where it is not finite, and $\bar c$ its mean over the leaves of the group.
 *
 * @throws HyperparameterError
 * @example
 * withPlasticity(plasticity(), {}, chain(classic(), withLearningRateController(0.1, plasticityController('layerwise'))))
 */
export const plasticityController = (
  mode: ControllerMode,
  given: ControllerOptions = {},
): GradientTransform<Stateless> => {
  const groupOf = choose('mode', mode, groups)
  const { controllerAlpha, controllerLow, controllerHigh, eps } = controllerOptions.read('plasticityController', given)
  admitEnds(['controllerLow', controllerLow], ['controllerHigh', controllerHigh])
  const multiplier = (c: Expr): Expr => c.mul(controllerAlpha).add(1).clipByValue(controllerLow, controllerHigh)
  return stateless((updates, params, context) => {
    const alpha = treeFrom(context, 'alpha', 'plasticityController')
    const gradientOnly = treeFrom(context, 'gradientOnly', 'plasticityController')
    const ratios = zipWith([updates, alpha, gradientOnly], (_, a, go) => logRatio(a, go, eps))
    // Once for each group, for there may be thousands of leaves.
    const groupNames = map((_, name) => groupOf(name, params))(ratios)
    const factors = new Map(
      [...new Set(values(groupNames))].map(group => {
        if (group === undefined) return [group, expr(1)] as const
        const members = values(filter(name => groupNames[name] === group)(ratios))
        return [group, multiplier(mean(members).observe(`.signal ${group}`))] as const
      }),
    )
    return map((g: Expr, name) => (factors.get(groupNames[name]) as Expr).broadcastTo(g).observe('multiplier'))(updates)
  })
}
