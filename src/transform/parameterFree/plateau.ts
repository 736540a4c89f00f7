/** A step size that falls when the loss no longer does. */

import type { Expr } from '../../expr/expr.js'
import { type Scalar, scalar } from '../../expr/scalar.js'
import { map } from '../../expr/tree.js'
import { HyperparameterError } from '../../schema/hyperparameter.js'
import { type OptionsOf, options, plain, real } from '../../schema/index.js'
import { branch } from '../branch.js'
import { scalarFrom } from '../context.js'
import type { GradientTransform } from '../types.js'

const plateauOptions = options({
  /** What the scale is multiplied by. */
  factor: real('(0, 1)', 0.1),
  /** After how many averages in a row without improvement; default 10. */
  patience: plain('integer in [1, inf)', 10),
  /** An improvement is by more than this part of the best. */
  rtol: real('[0, 1]', 1e-4),
  /** An improvement is by more than this besides. Not both tolerances are 0. */
  atol: real('[0, inf)', 0),
  /** How many averages after a reduction do not count; default 0. */
  cooldown: plain('integer in [0, inf)', 0),
  /** How many losses make an average, after which there is a decision; default 1. */
  accumulationSize: plain('integer in [1, inf)', 1),
  /** The scale goes no lower. */
  minScale: real('[0, inf)', 0),
})

export interface PlateauOptions extends OptionsOf<typeof plateauOptions> {}

/** The state of {@link reduceOnPlateau}. */
export interface PlateauState {
  readonly scale: Scalar
  readonly bestValue: Scalar
  readonly plateauCount: Scalar
  readonly cooldownCount: Scalar
  /** How many losses there are in the average so far. */
  readonly count: Scalar
  readonly avgValue: Scalar
}

const start: PlateauState = {
  scale: scalar(1),
  bestValue: scalar(Number.MAX_VALUE), // finite, so that a state can be written down
  plateauCount: scalar(0),
  cooldownCount: scalar(0),
  count: scalar(0),
  avgValue: scalar(0),
}

/** What becomes of the scale once an average is complete. */
const decide = (
  { scale, bestValue, plateauCount, cooldownCount, avgValue }: PlateauState,
  { factor, patience, rtol, atol, cooldown, minScale }: Required<PlateauOptions>,
): PlateauState => {
  const better = avgValue.less(bestValue.sub(bestValue.abs().mul(rtol)).sub(atol))
  const cooling = cooldownCount.greater(0)
  const since = cooling.logicalOr(better).where(0, plateauCount.add(1))
  const stuck = since.equal(patience)
  return {
    scale: cooling.where(scale, stuck.where(scale.mul(factor), scale).maximum(minScale)),
    bestValue: better.where(avgValue, bestValue),
    plateauCount: stuck.where(0, since),
    cooldownCount: cooling.where(cooldownCount.sub(1), stuck.where(cooldown, 0)),
    count: scalar(0),
    avgValue: scalar(0),
  }
}

/**
 * Multiplies by a scale that falls when the loss no longer does: $u_t = s_t\, g_t$. For the average $\bar f$ of each
 * `accumulationSize` losses,
 * $$ \text{better} \iff \bar f < f_{best} - \mathit{rtol}\, \lvert f_{best} \rvert - \mathit{atol}, \qquad
 *    n' = \begin{cases} 0 & \text{better} \\ n + 1 & \text{else} \end{cases} \qquad
 *    s' = \max(\mathit{minScale},\ \mathit{factor} \cdot s) \text{ and } n'' = 0 \text{ where } n' = \mathit{patience}, $$
 * but in the `cooldown` averages after a reduction, in which $n$ stays 0.
 *
 * Reads `loss` from the context.
 *
 * @throws HyperparameterError
 * @throws ReferenceError when traced, if the context has no `loss`
 * @example
 * const optimizer = compile(chain(adam({ learningRate: 1e-3 }), reduceOnPlateau({ patience: 5, accumulationSize: 100 })))
 * optimizer.step({ params, state: optimizer.init(params) }, grads, { loss: 0.7 })
 *
 * Source: PyTorch's and optax's schedule of the same name, whose $(1 - \mathit{rtol})\, f_{best}$ is the same for positive losses and
 * lies above a negative one.
 */
export const reduceOnPlateau = (given: PlateauOptions = {}): GradientTransform<PlateauState> => {
  const read = plateauOptions.read('reduceOnPlateau', given)
  const { rtol, atol, accumulationSize } = read
  if (rtol === 0 && atol === 0) throw new HyperparameterError('atol', atol, 'positive where rtol is 0')
  return {
    init: () => start,
    update: (updates, state, _, context) => {
      const count = state.count.add(1)
      const loss = scalarFrom(context, 'loss', 'reduceOnPlateau')
      const heard = { ...state, count, avgValue: state.avgValue.mul(state.count).add(loss).div(count) }
      const next = branch(count.equal(accumulationSize), decide(heard, read), heard)
      return [map((g: Expr) => g.mul(next.scale))(updates), next]
    },
  }
}
