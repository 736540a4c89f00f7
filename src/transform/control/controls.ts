/** The controls of a rule, made from the rule itself. */

import { type Expr, isExpr } from '../../expr/expr.js'
import { mapNest, type Path } from '../../expr/nest.js'
import { scalar } from '../../expr/scalar.js'
import { type SymbolicValue, symbolsOf } from '../../expr/symbols.js'
import { map, values } from '../../expr/tree.js'
import { inOrder, rewriter } from '../../expr/walk.js'
import { type OptionsOf, options, seed, value } from '../../schema/index.js'
import { grafted } from '../gate.js'
import type { GradientTransform } from '../types.js'
import { wrapping } from '../wrapping.js'
import { checkRead, exchanged, type Intervened, intervene, interventions } from './intervene.js'
import { modulatedParts } from './part.js'
import { dependents, isObserved, keyOf, type Slot, slotsOf } from './readers.js'

/** The state of {@link graftedControl}: that of the rule, and what of it the part without modulation has for itself. */
export interface GraftedControl<S> {
  readonly rule: S
  readonly plain: S
}

/** State that depends on what is observed, and not only through the modulated parts: it is within them. */
const within = (slots: readonly Slot[], label: string, parts: ReadonlySet<SymbolicValue>): readonly Slot[] => {
  const order = inOrder(slots.map(({ after }) => after))
  const observed = isObserved(label)
  let found: readonly Slot[] = []
  for (;;) {
    const before = new Set(found.map(slot => slot.before))
    const loose = dependents(
      order,
      x => observed(x) || before.has(x),
      x => parts.has(x),
    )
    const next = slots.filter(({ after }) => loose.has(after))
    if (next.length === found.length) return found
    found = next
  }
}

const unobserved = (x: Expr): Expr => (x.node.op === 'observe' ? (x.node.args[0] as Expr) : x)

/**
 * The rule whose modulated part has the norm, per leaf, that it has, and the direction that it would have without modulation:
 * $$ \mathrm{graft}(R,\ R|_{\alpha = 1}), $$
 * with $R$ the smallest part of the rule that holds every reader of $\alpha$ and the gradient that it is read for: the gate of the
 * classic rule, the capped sum of residuals and hybrids, the whole step where a controller reads $\alpha$.
 *
 * State within that part is kept twice, once for either side.
 */
const graftedControl = <S>(rule: GradientTransform<S>, label: string): GradientTransform<GraftedControl<S>> =>
  wrapping(
    'graftedControl',
    rule,
    state => state.rule,
    other => graftedControl(other, label),
    graftingRule(rule, label),
  )

/**
 * The rule as it is without modulation, with what of its state is within the modulated part kept for itself.
 *
 * @param kept that state, in the place where the whole rule has it
 */
const plainSide = (label: string, inner: readonly Slot[], kept: unknown) => {
  const own = new Map(symbolsOf(kept).map(([path, symbol]) => [keyOf(path), symbol]))
  const theirs = new Map(inner.map(({ key, before }) => [before, own.get(key) ?? before]))
  const unmodulated = exchanged(label, interventions.one, scalar(0))
  // What is observed of the rule is not observed a second time.
  const apart = rewriter(
    (original, rewritten) => theirs.get(original) ?? (isExpr(rewritten) ? unobserved(rewritten) : rewritten),
  )
  const plain = <X extends SymbolicValue>(x: X): X => apart(unmodulated(x))
  const after = new Map(inner.map(slot => [slot.key, slot.after]))
  const next = mapNest((symbol: SymbolicValue, path: Path) => {
    const found = after.get(keyOf(path))
    return found === undefined ? symbol : plain(found)
  }, kept)
  return { plain, next }
}

const graftingRule = <S>(rule: GradientTransform<S>, label: string): GradientTransform<GraftedControl<S>> => ({
  init: params => ({ rule: rule.init(params), plain: rule.init(params) }),
  update: (updates, state, params, context) => {
    const [out, next] = rule.update(updates, state.rule, params, context)
    const step = { updates: out, state: state.rule, next }
    checkRead(label, step, params)

    const parts = new Set<SymbolicValue>(values(modulatedParts(label, updates, out)))
    const { plain, next: plainNext } = plainSide(label, within(slotsOf(step), label, parts), state.plain)
    const graft = rewriter((original, rewritten) =>
      parts.has(original) && isExpr(original) && isExpr(rewritten) ? grafted(rewritten, plain(original)) : rewritten,
    )
    return [
      map((u: Expr) => graft(u))(out),
      { rule: mapNest<SymbolicValue>(graft, next) as S, plain: plainNext as S }, // the same nesting
    ]
  },
})

/** The controls of a rule; each keeps something of its step size, and has no modulation. */
export interface Controls<S> {
  /** $\alpha = 1$. */
  readonly one: GradientTransform<Intervened<S>>
  /** $\alpha$ averaged over the leaf: its size without its pattern. */
  readonly averaged: GradientTransform<Intervened<S>>
  /** $\alpha$ shuffled within the leaf, anew at each step: its distribution without its pattern. */
  readonly shuffled: GradientTransform<Intervened<S>>
  /** The direction without modulation with the norm of the modulated part: its step length without its direction. */
  readonly grafted: GradientTransform<GraftedControl<S>>
}

const controlOptions = options({
  /** Under which the rule observes its coefficient; default `'alpha'`. */
  label: value<string, 'alpha'>('alpha'),
  /** Of the permutations; default 0. */
  seed: seed(),
})

/** How controls are made. */
export interface ControlOptions extends OptionsOf<typeof controlOptions> {}

/**
 * The controls of a rule that observes a coefficient, made from that very rule. Only what beats all of them is more than a step size.
 *
 * @param rule observes its coefficient: `observe('alpha', ...)`
 * @throws HyperparameterError; each control a TypeError when traced, naming label and leaf, where no update reads what is observed
 * @example
 * const rule = chain(trace(0.9), plasticityGate(observe('alpha', plasticity())), scaleByLearningRate(0.1))
 * compile(controlsOf(rule).shuffled)
 */
export const controlsOf = <S>(rule: GradientTransform<S>, given: ControlOptions = {}): Controls<S> => {
  const { label, seed } = controlOptions.read('controlsOf', given)
  const { one, averaged, shuffled } = interventions
  return {
    one: intervene(rule, label, one),
    averaged: intervene(rule, label, averaged),
    shuffled: intervene(rule, label, shuffled(seed)),
    grafted: graftedControl(rule, label),
  }
}
