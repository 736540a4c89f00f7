/** Steps measured by the norm of a leaf, or of all of them. */
import type { Expr } from '../../expr/expr.js'
import { map, zipWith } from '../../expr/tree.js'
import { admit, admitEps, type Hyperparameter } from '../hyperparameter.js'
import { allNormable, normable } from '../normable.js'
import { type GradientTransform, leafwise, type Stateless, stateless } from '../types.js'
import { globalNorm } from '../whole.js'

/** $\sqrt{\mathrm{mean}(x^2)}$, of which no square overflows; 0 where there are no elements. */
const rootMeanSquare = (x: Expr): Expr => x.norm().div(Math.sqrt(Math.max(1, x.size)))

export interface ParamBlockOptions {
  /** $c > 0$, the least factor, so that a leaf of zeros moves; default 1e-3. */
  readonly minScale?: Hyperparameter
}

const scaleByParams = (size: (p: Expr) => Expr, { minScale = 1e-3 }: ParamBlockOptions) => {
  admit('minScale', minScale, '(0, inf)')
  return stateless((updates, params) => zipWith([updates, params], (g, p) => g.mul(size(p).maximum(minScale))))
}

/**
 * Scales each leaf by the norm of its parameters: $u = g \max(\lVert p \rVert, c)$.
 *
 * @param options.minScale $c > 0$, default 1e-3
 * @throws HyperparameterError
 * @example
 * const relative = chain(normalizeByUpdateNorm(), scaleByParamBlockNorm(), scaleByLearningRate(0.01))
 *
 * Source: Bernstein et al., arXiv 2002.03432.
 */
export const scaleByParamBlockNorm = (options: ParamBlockOptions = {}): GradientTransform<Stateless> =>
  scaleByParams(p => p.norm(), options)

/**
 * Scales each leaf by the root mean square of its parameters: $u = g \max(\sqrt{\mathrm{mean}(p^2)}, c)$.
 *
 * @param options.minScale $c > 0$, default 1e-3
 * @throws HyperparameterError
 * @example
 * const relative = chain(scaleByFactoredRms(), scaleByParamBlockRms(), scaleByLearningRate(0.01))
 *
 * Source: Shazeer and Stern, arXiv 1804.04235.
 */
export const scaleByParamBlockRms = (options: ParamBlockOptions = {}): GradientTransform<Stateless> =>
  scaleByParams(rootMeanSquare, options)

/**
 * Scales each leaf so that its root mean square is at most `threshold`:
 * $$ u = \frac{g}{\max(1,\ \sqrt{\mathrm{mean}(g^2)} / d)}. $$
 *
 * @param threshold $d > 0$
 * @throws HyperparameterError
 * @example
 * const clipped = chain(scaleByFactoredRms(), clipByBlockRms(1))
 *
 * Source: Shazeer and Stern, arXiv 1804.04235.
 */
export const clipByBlockRms = (threshold: Hyperparameter): GradientTransform<Stateless> => {
  admit('threshold', threshold, '(0, inf)')
  return leafwise(g => {
    const x = normable(g)
    return x.div(rootMeanSquare(x).div(threshold).maximum(1))
  })
}

export interface UpdateNormOptions {
  /** $c \ne 0$, the norm that updates get; negative steps downhill. Default 1. */
  readonly scaleFactor?: Hyperparameter
  /** $\varepsilon > 0$, added to the norm; default 1e-6. */
  readonly eps?: Hyperparameter
}

/**
 * Gives all leaves together the same norm at each step: $u = c\, g / (\lVert g \rVert_{\text{all}} + \varepsilon)$.
 *
 * @param options.scaleFactor $c$, a finite number, default 1
 * @param options.eps $\varepsilon > 0$, default 1e-6
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(normalizeByUpdateNorm({ scaleFactor: -0.1 }))
 *
 * Source: normalized gradient descent, Nesterov 1984; Cortés 2006.
 */
export const normalizeByUpdateNorm = ({
  scaleFactor = 1,
  eps = 1e-6,
}: UpdateNormOptions = {}): GradientTransform<Stateless> => {
  admit('scaleFactor', scaleFactor, '(-inf, inf)')
  admitEps('eps', eps)
  return stateless(updates => {
    const tree = allNormable(updates)
    const norm = globalNorm(tree).add(eps)
    return map((g: Expr) => g.div(norm).mul(scaleFactor))(tree)
  })
}
