/** Adding to the gradient what a transform computes from it: freely, capped, or off its direction. */

import { type Expr, expr } from '../expr/expr.js'
import { zipWith } from '../expr/tree.js'
import { admit, type Hyperparameter } from '../schema/hyperparameter.js'
import { eps, type OptionsOf, oneOf, options, real, value } from '../schema/index.js'
import { type Coefficient, coefficientAt } from './context.js'
import { evaluatedLike } from './evaluate.js'
import type { GradientTransform } from './types.js'
import { ratio, shrink } from './whole.js'

/** $x$ where its norm is at most $c$, else $x\,c / (\lVert x \rVert + \varepsilon)$, for a leaf. */
const cap = (x: Expr, c: Expr, eps: Hyperparameter): Expr => x.mul(shrink(x.norm(), c, eps))

/**
 * Adds what `r` computes: $u = g + r(g)$.
 *
 * @example
 * residual(chain(gradientMagnitude(), scale(0.1)))
 */
export const residual = <S>(r: GradientTransform<S>): GradientTransform<S> =>
  evaluatedLike('residual', r, state => state, {
    init: params => r.init(params),
    update: (updates, state, params, context) => {
      const [out, next] = r.update(updates, state, params, context)
      return [zipWith([updates, out], (g, x) => g.add(x)), next]
    },
  })

/**
 * Adds what `r` computes, with its norm per leaf capped to a part of the gradient's:
 * $$ u = g + \mathrm{cap}(r(g),\ \kappa \lVert g \rVert), \qquad \mathrm{cap}(x, c) = x \min\!\left(1, \frac{c}{\lVert x \rVert + 10^{-12}}\right). $$
 * So $\lVert u - g \rVert \le \kappa \lVert g \rVert$.
 *
 * @param maxRatio $\kappa$ in [0, 1], default 0.5
 * @throws HyperparameterError
 * @example
 * boundedResidual(difference(plasticityGate(plasticity()), identity), 0.5)
 */
export const boundedResidual = <S>(r: GradientTransform<S>, maxRatio: Hyperparameter = 0.5): GradientTransform<S> => {
  admit('maxRatio', maxRatio, '[0, 1]')
  return evaluatedLike('boundedResidual', r, state => state, {
    init: params => r.init(params),
    update: (updates, state, params, context) => {
      const [out, next] = r.update(updates, state, params, context)
      return [zipWith([updates, out], (g, x) => g.observe('.base').add(cap(x, g.norm().mul(maxRatio), 1e-12))), next]
    },
  })
}

const orthogonalResidualOptions = options({
  /** $\lambda$ in [0, inf), or one computed from the context; default 0.1. */
  lambda: value<Coefficient, 0.1>(0.1),
  /** $\kappa$, how large what is added is at most, as a part of the gradient. */
  maxRatio: real('[0, 1]', 0.5),
  /** Whether the projected residual keeps its own length or takes the gradient's. */
  normalization: oneOf('raw', 'matchGradNorm'),
  /** $\varepsilon$, below which a squared norm counts as zero. */
  eps: eps(1e-8),
})

export interface OrthogonalResidualOptions extends OptionsOf<typeof orthogonalResidualOptions> {}

/**
 * Adds the part of $r = r(g)$ that is orthogonal to the gradient, scaled by $\lambda$ and capped, per leaf:
 * $$ r' = r - \frac{\langle r, g\rangle}{\lVert g\rVert^2 + \varepsilon}\, g, \qquad
 *    u = g + \mathrm{cap}(\lambda r',\ \kappa \lVert g \rVert). $$
 * With `matchGradNorm`, $r'$ is first rescaled to $\lVert g \rVert$ where $\lVert r' \rVert > \varepsilon$.
 * Where $\lVert g \rVert^2 \le \varepsilon$ the direction of $g$ is not known, and $u = g$.
 *
 * @throws HyperparameterError
 * @example
 * orthogonalResidual(plasticityGate(difference(plasticity(), gradientOnlyAlpha())), { lambda: 0.5 })
 */
export const orthogonalResidual = <S>(
  r: GradientTransform<S>,
  given: OrthogonalResidualOptions = {},
): GradientTransform<S> => {
  const { lambda, maxRatio, normalization, eps } = orthogonalResidualOptions.read('orthogonalResidual', given)
  if (typeof lambda !== 'function') admit('lambda', lambda, '[0, inf)')
  const rescale = rescalings[normalization]
  return evaluatedLike('orthogonalResidual', r, state => state, {
    init: params => r.init(params),
    update: (updates, state, params, context) => {
      const [out, next] = r.update(updates, state, params, context)
      const added = zipWith([updates, out], (g, x) => {
        const norm = g.norm()
        const projected = x.sub(alongside(x, ratio(g, norm), norm, eps))
        const direction = rescale(projected, norm, eps).observe('.orthogonal')
        const delta = cap(direction.mul(coefficientAt(lambda, context)), norm.mul(maxRatio), eps)
        return g.observe('.base').add(norm.square().lessEqual(eps).where(0, delta))
      })
      return [added, next]
    },
  })
}

/** What of $x$ lies along a direction $e$: $e \langle x, e \rangle / (1 + \varepsilon / n^2)$, where no square is too large for a float32. */
const alongside = (x: Expr, e: Expr, n: Expr, eps: Hyperparameter): Expr =>
  e.mul(x.mul(e).sum().div(expr(eps).div(n.square()).add(1)))

const rescalings: Readonly<Record<'raw' | 'matchGradNorm', (x: Expr, norm: Expr, eps: Hyperparameter) => Expr>> = {
  raw: x => x,
  matchGradNorm: (x, norm, eps) => {
    const own = x.norm()
    return x.mul(own.lessEqual(eps).where(1, norm.div(own.add(eps))))
  },
}
