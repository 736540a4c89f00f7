/** Rules about the units of a layer: the slices of a kernel that feed one output. */

import type { Expr } from '../../expr/expr.js'
import type { Shape } from '../../expr/shape.js'
import { zipWith } from '../../expr/tree.js'
import { admit, type Hyperparameter } from '../../schema/hyperparameter.js'
import { type OptionsOf, oneOf, options, real, value } from '../../schema/index.js'
import { normable } from '../normable.js'
import { type GradientTransform, leafwise, type Stateless, stateless } from '../types.js'

/** The first axes of a shape, all but the last `kept`. */
const leading = (shape: Shape, kept: number): readonly number[] => shape.slice(kept).map((_, i) => i)

/** Along which axes a unit lies: kernels are [in, out], [in, head, size], [height, width, in, out]. */
const unitAxes = (shape: Shape): readonly number[] | undefined => {
  if (shape.filter(n => n !== 1).length <= 1) return undefined // the whole vector
  return shape.length <= 3 ? [0] : leading(shape, 1)
}

const adaptiveClipOptions = options({
  /** $\varepsilon$, the least parameter norm, so that a unit of zeros moves. */
  eps: real('(0, inf)', 1e-3),
  /** Along which axes norms are taken; by default by rank: all of a vector, the first of 2 or 3, all but the last of more. */
  axes: value<readonly number[]>(),
})

export interface AdaptiveClipOptions extends OptionsOf<typeof adaptiveClipOptions> {}

/**
 * Scales each unit so that its norm is at most a part of its parameters':
 * $$ u_i = g_i \min\!\left(1,\ \lambda\, \frac{\max(\lVert p_i \rVert, \varepsilon)}{\lVert g_i \rVert}\right). $$
 *
 * @param clipping $\lambda > 0$
 * @throws HyperparameterError
 * @throws RangeError when traced, for an axis that a leaf does not have
 * @example
 * const optimizer = compile(chain(adaptiveGradClip(0.01), sgd({ learningRate: 0.1, momentum: 0.9 })))
 *
 * Source: Brock et al., arXiv 2102.06171.
 */
export const adaptiveGradClip = (
  clipping: Hyperparameter,
  given: AdaptiveClipOptions = {},
): GradientTransform<Stateless> => {
  admit('clipping', clipping, '(0, inf)')
  const { eps, axes } = adaptiveClipOptions.read('adaptiveGradClip', given)
  return stateless((updates, params) =>
    zipWith([updates, params], (given, p) => {
      const g = normable(given)
      const along = axes ?? unitAxes(g.shape)
      const [size, most] = [g.norm(along), p.norm(along).maximum(eps).mul(clipping)]
      return g.mul(size.lessEqual(most).where(1, most.div(size.maximum(1e-6))))
    }),
  )
}

/** Which axis counts the units: the first (as optax and PyTorch kernels have it), or the last (as those of TensorFlow.js). */
export type UnitAxis = 'first' | 'last'

const centralizeOptions = options({
  /**
   * Which axis counts the units: `'first'` (as in optax) or `'last'`, which is the paper's meaning for the kernels of
   * TensorFlow.js.
   */
  unitAxis: oneOf('first', 'last'),
})

export interface CentralizeOptions extends OptionsOf<typeof centralizeOptions> {}

/**
 * Subtracts the mean of each unit's gradient: $u_i = g_i - \mathrm{mean}(g_i)$. Vectors and numbers pass unchanged.
 *
 * @throws HyperparameterError
 * @example
 * const optimizer = compile(chain(centralize({ unitAxis: 'last' }), sgd({ learningRate: 0.1 })))
 *
 * Source: Yong et al., arXiv 2004.01461.
 */
export const centralize = (given: CentralizeOptions = {}): GradientTransform<Stateless> => {
  const { unitAxis } = centralizeOptions.read('centralize', given)
  const along = {
    first: (shape: Shape) => leading(shape, 1).map(axis => axis + 1),
    last: (shape: Shape) => leading(shape, 1),
  }[unitAxis]
  return leafwise((g: Expr) => (g.shape.length < 2 ? g : g.sub(g.mean(along(g.shape)))))
}
