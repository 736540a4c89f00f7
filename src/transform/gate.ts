/** Modulating the gradient by what a transform computes from it, or taking its size from there. */
import type { Expr } from '../expr/expr.js'
import { zipWith } from '../expr/tree.js'
import { evaluatedBy, evaluatedLike } from './evaluate.js'
import { normable } from './normable.js'
import type { GradientTransform } from './types.js'

/**
 * Multiplies each gradient element by what `alpha` computes: $u = \alpha(g) \odot g$.
 *
 * @example
 * plasticityGate(chain(gradientMagnitude(), normalizeSignal(), clamp(0.5, 1.5)))
 */
export const plasticityGate = <S>(alpha: GradientTransform<S>): GradientTransform<S> =>
  evaluatedLike('plasticityGate', alpha, state => state, {
    init: params => alpha.init(params),
    update: (updates, state, params, context) => {
      const [coefficient, next] = alpha.update(updates, state, params, context)
      return [zipWith([updates, coefficient], (g, a) => g.mul(a)), next]
    },
  })

/** $\frac{\lVert x \rVert}{\lVert y \rVert} y$, and 0 where $y = 0$. */
export const grafted = (x: Expr, along: Expr): Expr => {
  const y = normable(along)
  const norm = y.norm()
  // The direction first: the ratio of the norms may overflow where their product with y does not.
  return norm.greater(0).where(y.div(norm), 0).mul(x.norm())
}

/**
 * The direction of one transform with the norm, per leaf, of another:
 * $$ u = \frac{\lVert m(g) \rVert}{\lVert d(g) \rVert}\, d(g), $$ and 0 where $d(g) = 0$.
 *
 * Tells what is step size from what is direction. Source: Agarwal et al., arXiv 2002.11803.
 *
 * @example
 * graft(plasticityGate(plasticity()), identity) // the gradient's direction, the modulated length
 */
export const graft = <Sm, Sd>(
  magnitude: GradientTransform<Sm>,
  direction: GradientTransform<Sd>,
): GradientTransform<readonly [Sm, Sd]> => {
  const keepers = [
    ['the magnitude', magnitude, ([state]: readonly [Sm, Sd]) => state],
    ['the direction', direction, ([, state]: readonly [Sm, Sd]) => state],
  ] as const
  return evaluatedBy('graft', keepers, {
    init: params => [magnitude.init(params), direction.init(params)],
    update: (updates, [sm, sd], params, context) => {
      const [m, sm1] = magnitude.update(updates, sm, params, context)
      const [d, sd1] = direction.update(updates, sd, params, context)
      return [zipWith([m, d], grafted), [sm1, sd1]]
    },
  })
}
