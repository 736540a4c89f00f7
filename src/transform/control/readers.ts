/** What of a rule reads an observed value. */
import { type Expr, type ExprNode, isExpr } from '../../expr/expr.js'
import { type SymbolicValue, symbolsOf } from '../../expr/symbols.js'
import { type Tree, values } from '../../expr/tree.js'
import { inOrder, mentionsOf, operandsOf } from '../../expr/walk.js'

/** One step of a rule, as it was traced: its updates, and its state before and after. */
export interface TracedStep {
  readonly updates: Tree<Expr>
  readonly state: unknown
  readonly next: unknown
}

/** Whether a value is what is observed under a label, or a companion of that. */
export const isObserved =
  (label: string) =>
  (x: SymbolicValue): x is Expr & { readonly node: Extract<ExprNode, { readonly op: 'observe' }> } =>
    isExpr(x) && x.node.op === 'observe' && (x.node.label === label || x.node.companionOf === label)

/** A value of the state before a step, with what it becomes. */
export interface Slot {
  readonly key: string
  readonly before: SymbolicValue
  readonly after: SymbolicValue
}

/** Where a value stands in a state. */
export const keyOf = (path: readonly string[]): string => JSON.stringify(path)

/** The values of the state that a step changes. */
export const slotsOf = ({ state, next }: Pick<TracedStep, 'state' | 'next'>): readonly Slot[] => {
  const before = new Map(symbolsOf(state).map(([path, value]) => [keyOf(path), value]))
  return symbolsOf(next).flatMap(([path, after]) => {
    const old = before.get(keyOf(path))
    return old === undefined ? [] : [{ key: keyOf(path), before: old, after }]
  })
}

/** What the updates of this step and of later ones are computed from: themselves, and the state that they come to read. */
const live = (step: TracedStep): readonly SymbolicValue[] => {
  const roots: SymbolicValue[] = [...values(step.updates)]
  let waiting = slotsOf(step)
  for (;;) {
    const read = new Set(inOrder(roots))
    const reached = waiting.filter(({ before }) => read.has(before))
    if (reached.length === 0) return [...read]
    roots.push(...reached.map(({ after }) => after))
    waiting = waiting.filter(slot => !reached.includes(slot))
  }
}

/** The leaves at which a label is observed, `'*'` where it is of several, and those of them at which it is read. */
export interface Reading {
  readonly observed: readonly string[]
  readonly read: readonly string[]
}

/** Where a step observes a label, and where its updates depend on what is observed. */
export const readingOf = (step: TracedStep, label: string): Reading => {
  const leavesOf = (all: readonly SymbolicValue[]): readonly string[] => [
    ...new Set(all.filter(isObserved(label)).map(({ leaf }) => leaf ?? '*')),
  ]
  const mentioned = inOrder([...values(step.updates), ...slotsOf(step).map(({ after }) => after)], mentionsOf)
  return { observed: leavesOf(mentioned), read: leavesOf(live(step)) }
}

/** Which of some values, given operands first, depend on others, and not only through a barrier. */
export const dependents = (
  order: readonly SymbolicValue[],
  isSource: (x: SymbolicValue) => boolean,
  isBarrier: (x: SymbolicValue) => boolean,
): ReadonlySet<SymbolicValue> => {
  const found = new Set<SymbolicValue>()
  for (const x of order) if (!isBarrier(x) && (isSource(x) || operandsOf(x).some(part => found.has(part)))) found.add(x)
  return found
}
