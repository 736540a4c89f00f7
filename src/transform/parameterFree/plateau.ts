/** A step size that falls when the loss no longer does. */
import type { Expr } from '../../expr/expr.js'
import { type Scalar, scalar } from '../../expr/scalar.js'
import { map } from '../../expr/tree.js'
import { branch } from '../branch.js'
import { scalarFrom } from '../context.js'
import { admit, admitEach, type Hyperparameter, HyperparameterError } from '../hyperparameter.js'
import type { GradientTransform } from '../types.js'

export interface PlateauOptions {
  /** In (0, 1): what the scale is multiplied by; default 0.1. */
  readonly factor?: Hyperparameter
  /** After how many averages in a row without improvement; a whole number from 1, default 10. */
  readonly patience?: number
  /** In [0, 1]: an improvement is by more than this part of the best; default 1e-4. */
  readonly rtol?: Hyperparameter
  /** At least 0: an improvement is by more than this besides; default 0. Not both tolerances are 0. */
  readonly atol?: Hyperparameter
  /** How many averages after a reduction do not count; a whole number from 0, default 0. */
  readonly cooldown?: number
  /** How many losses make an average, after which there is a decision; a whole number from 1, default 1. */
  readonly accumulationSize?: number
  /** At least 0: the scale goes no lower; default 0. */
  readonly minScale?: Hyperparameter
}

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

/** The options, checked and complete. */
const admitPlateau = ({
  factor = 0.1,
  patience = 10,
  rtol = 1e-4,
  atol = 0,
  cooldown = 0,
  accumulationSize = 1,
  minScale = 0,
}: PlateauOptions): Required<PlateauOptions> => {
  admit('factor', factor, '(0, 1)')
  admit('rtol', rtol, '[0, 1]')
  admitEach('[0, inf)', { atol, minScale })
  if (rtol === 0 && atol === 0) throw new HyperparameterError('atol', atol, 'positive where rtol is 0')
  admitEach('integer in [1, inf)', { patience, accumulationSize })
  admit('cooldown', cooldown, 'integer in [0, inf)')
  return { factor, patience, rtol, atol, cooldown, accumulationSize, minScale }
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
export const reduceOnPlateau = (options: PlateauOptions = {}): GradientTransform<PlateauState> => {
  const admitted = admitPlateau(options)
  return {
    init: () => start,
    update: (updates, state, _, context) => {
      const count = state.count.add(1)
      const loss = scalarFrom(context, 'loss', 'reduceOnPlateau')
      const heard = { ...state, count, avgValue: state.avgValue.mul(state.count).add(loss).div(count) }
      const next = branch(count.equal(admitted.accumulationSize), decide(heard, admitted), heard)
      return [map((g: Expr) => g.mul(next.scale))(updates), next]
    },
  }
}
