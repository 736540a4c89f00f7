/** Interventions: a rule in which what is observed is exchanged for something else. */
import { type Expr, type ExprLike, expr, rebuiltExpr } from '../../expr/expr.js'
import { mapNest } from '../../expr/nest.js'
import { type Scalar, scalar } from '../../expr/scalar.js'
import type { SymbolicValue } from '../../expr/symbols.js'
import { map, names, type Tree } from '../../expr/tree.js'
import { rewriter } from '../../expr/walk.js'
import { HyperparameterError } from '../../schema/hyperparameter.js'
import { admitSeed, shuffled } from '../shuffle.js'
import type { GradientTransform } from '../types.js'
import { wrapping } from '../wrapping.js'
import { isObserved, readingOf, type TracedStep } from './readers.js'

/** Where an intervention takes place. */
export interface Place {
  /** The leaf that the observed value belongs to; `'*'` where it belongs to several. */
  readonly leaf: string
  /** Steps taken, counted from 0. */
  readonly step: Scalar
}

/** What is to be read in place of an observed value; of its shape, or of one that broadcasts to it. */
export type Intervention = (observed: Expr, place: Place) => ExprLike

/** The state of {@link intervene}: that of the rule, and the number of steps taken. */
export interface Intervened<S> {
  readonly count: Scalar
  readonly rule: S
}

/** Interventions that take the modulation out of a coefficient, each of which leaves another thing of it. */
export const interventions = {
  /** Reads 1: nothing is left. */
  one: (): number => 1,
  /** Reads the mean over the leaf: its size, without its pattern. */
  averaged: (observed: Expr): Expr => observed.mean(),
  /**
   * Reads the elements of the leaf in another order, anew at each step: their distribution, without its pattern. What
   * accompanies the observed value has the same order. `seed` is a whole number, default 0.
   */
  shuffled: (seed = 0): Intervention => {
    admitSeed(seed)
    return (observed, { leaf, step }) => shuffled(observed, seed, leaf, step)
  },
} as const

/** Exchanges what is observed, in whatever is computed from it. What is then observed under the label is what is read. */
export const exchanged = (label: string, f: Intervention, step: Scalar) => {
  const labelled = isObserved(label)
  return rewriter((_, rewritten) => {
    if (!labelled(rewritten)) return rewritten
    const { args, scalars } = rewritten.node
    // The value itself, which may be a truth value, the number that is observed of it, and what is observed beside it.
    const [value, observed, ...others] = args as readonly [Expr, Expr, ...Expr[]]
    const read = expr(f(observed, { leaf: rewritten.leaf ?? '*', step }))
      .add(0)
      .broadcastTo(observed)
    return rebuiltExpr(rewritten, [value.dtype === 'bool' ? read.notEqual(0) : read, read, ...others], scalars)
  })
}

/** Checks the label of a value that is intervened on. */
export const admitLabel = (label: unknown): void => {
  if (typeof label !== 'string' || label === '')
    throw new HyperparameterError('label', label, 'the name under which the rule observes a value')
}

/**
 * Checks that a step reads what it observes. A step without the gradients of some leaves may do without: it is not looked at.
 *
 * @throws TypeError naming label and leaves
 */
export const checkRead = (label: string, step: TracedStep, params: Tree<Expr>): void => {
  if (names(step.updates).length < names(params).length) return
  const { observed, read } = readingOf(step, label)
  if (read.length > 0) return
  throw new TypeError(
    observed.length === 0
      ? `intervene: nothing is observed as '${label}' at '${names(params).join("', '")}'; name it with observe('${label}', ...)`
      : `intervene: '${label}' is observed at '${observed.join("', '")}', and no update reads what is observed there; observe the very value that the update is computed from`,
  )
}

/**
 * The rule in which everything that reads what is observed under a label reads $f$ of it instead:
 * $$ u = R(g;\ \alpha \mapsto f(\alpha)). $$
 *
 * Done on the trace, so it holds through `provide` and `recall`, `lerp`, `partition`, controllers and a user's own functions.
 * How the value itself comes about, its state included, stays as it was. Companions (see {@link observe}) have the same done to
 * them. Under its label, what is read is observed.
 *
 * @param rule observes the value, and computes its updates from what `observe` gave
 * @param label under which it is observed
 * @param f of the observed value, the leaf and the number of steps taken
 * @throws HyperparameterError; TypeError when traced, naming label and leaf, where no update reads what is observed
 * @example
 * // Half as much modulation.
 * intervene(neuroPlastic({ learningRate: 0.1 }), 'alpha', alpha => alpha.add(1).div(2))
 */
export const intervene = <S>(
  rule: GradientTransform<S>,
  label: string,
  f: Intervention,
): GradientTransform<Intervened<S>> => {
  admitLabel(label)
  if (typeof f !== 'function') throw new HyperparameterError('f', f, 'a function of the observed value')
  return wrapping(
    'intervene',
    rule,
    state => state.rule,
    other => intervene(other, label, f),
    intervened(rule, label, f),
  )
}

const intervened = <S>(
  rule: GradientTransform<S>,
  label: string,
  f: Intervention,
): GradientTransform<Intervened<S>> => ({
  init: params => ({ count: scalar(0), rule: rule.init(params) }),
  update: (updates, { count, rule: state }, params, context) => {
    const [out, next] = rule.update(updates, state, params, context)
    checkRead(label, { updates: out, state, next }, params)
    const exchange = exchanged(label, f, count)
    return [
      map((u: Expr) => exchange(u))(out),
      { count: count.add(1), rule: mapNest<SymbolicValue>(exchange, next) as S }, // the same nesting
    ]
  },
})
