/** The modulated part of a rule: the smallest that holds all that the observed value does, and the gradient that it does it to. */
import { type Expr, isExpr } from '../../expr/expr.js'
import { sameShape } from '../../expr/shape.js'
import type { SymbolicValue } from '../../expr/symbols.js'
import { fromEntries, names, type Tree, values, zipWith } from '../../expr/tree.js'
import { inOrder, operandsOf } from '../../expr/walk.js'
import { dependents, isObserved } from './readers.js'

interface Question {
  /** The update of a leaf, and the gradient that came in. */
  readonly update: Expr
  readonly gradient: Expr
  readonly isSource: (x: SymbolicValue) => boolean
  readonly isBarrier: (x: SymbolicValue) => boolean
}

/**
 * What the gradient flows through on its way to the update: numbers of the leaf's shape, one from another. A norm of it has no
 * direction left, and a truth value no length.
 */
const flowOf = (order: readonly SymbolicValue[], { update, gradient }: Question): ReadonlySet<SymbolicValue> => {
  const passes = (x: SymbolicValue): x is Expr =>
    isExpr(x) && x.node.op !== 'reduce' && x.dtype === 'float32' && sameShape(x.shape, gradient.shape)
  const from = new Set<SymbolicValue>()
  for (const x of order) if (x === gradient || (passes(x) && x.node.args.some(arg => from.has(arg)))) from.add(x)
  const found = new Set<SymbolicValue>([update].filter(x => from.has(x)))
  for (const x of order.toReversed())
    if (found.has(x) && x !== gradient) for (const part of operandsOf(x)) if (from.has(part)) found.add(part)
  return found
}

/**
 * The first value through which everything goes that leads from the sources, and from the gradient, to the update; none
 * where no source does.
 *
 * The gate of $u = \alpha g$ is such a value. In $u = g + \mathrm{cap}(\alpha g - g)$ the gate is not, for the gradient goes
 * round it: the sum is.
 */
const firstCut = (question: Question): Expr | undefined => {
  const { update, gradient, isSource, isBarrier } = question
  const order = inOrder([update])
  const changed = dependents(order, isSource, isBarrier)
  if (!changed.has(update)) return undefined
  const flow = flowOf(order, question)
  /** The parts of a value from which something of either sort comes into it. */
  const incoming = (x: SymbolicValue): readonly SymbolicValue[] => [
    ...new Set(operandsOf(x).filter(part => (changed.has(part) && changed.has(x)) || (flow.has(part) && flow.has(x)))),
  ]
  const outgoing = new Map<SymbolicValue, number>()
  for (const x of order) for (const part of incoming(x)) outgoing.set(part, (outgoing.get(part) ?? 0) + 1)

  const begins = (x: SymbolicValue): boolean => (x === gradient && flow.has(x)) || (changed.has(x) && isSource(x))
  let ahead = order.filter(begins).length
  // Of the edges from what was passed, how many lead to what is still ahead.
  let open = 0
  for (const x of order) {
    open -= incoming(x).length
    if (begins(x)) ahead -= 1
    else if (open === 0 && ahead === 0 && changed.has(x) && isExpr(x) && sameShape(x.shape, gradient.shape)) return x
    open += outgoing.get(x) ?? 0
  }
  return update
}

type Ends = Tree<Pick<Question, 'update' | 'gradient'>>

/** The part of each leaf, as far as it depends on what is observed of the leaf itself, or of no leaf in particular. */
const ownParts = (observed: (x: SymbolicValue) => x is Expr, all: Ends): Map<string, Expr> =>
  new Map(
    Object.entries(all).flatMap(([leaf, ends]) => {
      const isSource = (x: SymbolicValue) => observed(x) && (x.leaf === leaf || !Object.hasOwn(all, x.leaf ?? ''))
      const part = firstCut({ ...ends, isSource, isBarrier: () => false })
      return part === undefined ? [] : [[leaf, part] as const]
    }),
  )

/**
 * For each leaf whose update depends on what is observed under a label: the modulated part of it. Together they hold all its
 * readers: nothing that is observed reaches an update but through one of them.
 *
 * @param gradients that came in
 */
export const modulatedParts = (label: string, gradients: Tree<Expr>, updates: Tree<Expr>): Tree<Expr> => {
  const observed = isObserved(label)
  const all = zipWith([gradients, updates], (gradient, update) => ({ gradient, update }))
  const parts = ownParts(observed, all)
  // What is observed of another leaf and does not come through its part: a controller that is fed elsewhere, say. Then the part
  // is larger. The first one first: what it lets through no more may be all that others have.
  const order = inOrder(values(updates))
  const place = new Map(order.map((x, i) => [x, i]))
  for (;;) {
    const held = new Set<SymbolicValue>(parts.values())
    const loose = dependents(order, observed, x => held.has(x))
    const larger = Object.entries(all).flatMap(([leaf, question]) => {
      if (!loose.has(question.update)) return []
      const rest = new Set<SymbolicValue>([...parts].flatMap(([name, part]) => (name === leaf ? [] : [part])))
      const part = firstCut({ ...question, isSource: observed, isBarrier: x => rest.has(x) })
      return part === undefined ? [] : [{ leaf, part }]
    })
    const [first] = larger.toSorted((a, b) => (place.get(a.part) ?? 0) - (place.get(b.part) ?? 0))
    if (first === undefined) break
    parts.set(first.leaf, first.part)
  }
  return fromEntries(names(updates).flatMap(leaf => [...parts].filter(([name]) => name === leaf)))
}
