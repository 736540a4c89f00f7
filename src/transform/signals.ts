/** Signals: what a plasticity coefficient is made of. A signal is a transform like any other. */

import type { Expr } from '../expr/expr.js'
import { map, type Tree, values } from '../expr/tree.js'
import { eps, type OptionsOf, oneOf, options } from '../schema/index.js'
import { type GradientTransform, leafwise, type Stateless, stateless } from './types.js'
import { total } from './whole.js'

/**
 * The magnitude of each gradient element: $\lvert g \rvert$.
 *
 * @example
 * chain(gradientMagnitude(), normalizeSignal(), clamp(0.2, 2))
 */
export const gradientMagnitude = (): GradientTransform<Stateless> => leafwise(g => g.abs())

/** Over what {@link normalizeSignal} takes the mean: the leaf, each output unit (last axis) of it, or all leaves. */
export type NormalizationScope = 'leaf' | 'unit' | 'tree'

const means: Readonly<Record<NormalizationScope, (updates: Tree<Expr>) => (x: Expr) => Expr>> = {
  leaf: () => x => x.mean(),
  // A bias has one element per unit, which would normalize to 1 by itself: it is normalized as a whole.
  unit: () => x => (x.shape.length <= 1 ? x.mean() : x.mean(x.shape.slice(0, -1).map((_, axis) => axis))),
  tree: updates => {
    const size = values(updates).reduce((n, x) => n + x.size, 0)
    const mean = total(map((x: Expr) => x.sum())(updates)).div(Math.max(1, size))
    return () => mean
  },
}

const normalizeSignalOptions = options({
  /**
   * The mean is taken over the `leaf`, each `unit` (every axis but the last; a leaf of rank at most 1 as a whole), or all
   * leaves of the `tree`.
   */
  over: oneOf('leaf', 'unit', 'tree'),
  /** $\varepsilon$, added to the mean. */
  eps: eps(1e-8),
})

export interface NormalizeSignalOptions extends OptionsOf<typeof normalizeSignalOptions> {}

/**
 * Divides a non-negative signal by its mean: $S(x) = x / (\mathrm{mean}(x) + \varepsilon)$, so that its own mean is about 1.
 *
 * @throws HyperparameterError
 * @example
 * chain(gradientMagnitude(), normalizeSignal({ over: 'unit' }))
 *
 * Source: NeuroPlastic, arXiv 2604.26297; its scope is the leaf.
 */
export const normalizeSignal = (given: NormalizeSignalOptions = {}): GradientTransform<Stateless> => {
  const { over, eps } = normalizeSignalOptions.read('normalizeSignal', given)
  const meanOf = means[over]
  return stateless(updates => {
    const mean = meanOf(updates)
    return map((x: Expr) => x.div(mean(x).add(eps)))(updates)
  })
}

/**
 * Replaces a leaf by its mean, in every element. As control: a modulation that has no pattern within the leaf.
 *
 * @example
 * plasticityGate(chain(plasticity(), averageOverLeaf()))
 */
export const averageOverLeaf = (): GradientTransform<Stateless> => leafwise(x => x.mean().broadcastTo(x))
