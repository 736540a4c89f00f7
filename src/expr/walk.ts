/**
 * Walking the values that a symbolic value is computed from, and exchanging some of them.
 *
 * Graphs are as deep as rules are long, and a rule may be long: nothing here recurses.
 */
import { type Expr, isExpr, rebuiltExpr } from './expr.js'
import { rebuiltScalar, type Scalar } from './scalar.js'
import type { SymbolicValue } from './symbols.js'

const ofScalar = ({ node }: Scalar): readonly SymbolicValue[] => {
  if (node.op === 'literal' || node.op === 'input') return []
  return node.op === 'read' ? [node.expr as Expr] : node.args // what `branch` put there
}

/** All that a value mentions: what it is computed from, and what it lets observe. */
export const mentionsOf = (x: SymbolicValue): readonly SymbolicValue[] =>
  isExpr(x) ? [...x.node.args, ...x.node.scalars] : ofScalar(x)

/** What a value is computed from. Values that are only there to be observed are not among it. */
export const operandsOf = (x: SymbolicValue): readonly SymbolicValue[] =>
  isExpr(x) && x.node.op === 'observe' ? x.node.args.slice(0, 1) : mentionsOf(x)

/** All that some values are computed from, and they themselves: each once, operands before what uses them. */
export const inOrder = (
  roots: readonly SymbolicValue[],
  partsOf: (x: SymbolicValue) => readonly SymbolicValue[] = operandsOf,
): readonly SymbolicValue[] => {
  const order: SymbolicValue[] = []
  const seen = new Set<SymbolicValue>()
  const open: { readonly value: SymbolicValue; readonly rest: Iterator<SymbolicValue> }[] = []
  const enter = (value: SymbolicValue): void => {
    if (seen.has(value)) return
    seen.add(value)
    open.push({ value, rest: partsOf(value).values() })
  }
  for (const root of roots) {
    enter(root)
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const next = top.rest.next()
      if (next.done !== true) enter(next.value)
      else order.push((open.pop() as typeof top).value)
    }
  }
  return order
}

const rebuilt = (x: SymbolicValue, part: (x: SymbolicValue) => SymbolicValue): SymbolicValue => {
  const parts = mentionsOf(x)
  const fresh = parts.map(part)
  if (fresh.every((value, i) => value === parts[i])) return x
  if (!isExpr(x)) return rebuiltScalar(x, fresh)
  const count = x.node.args.length
  // Each part stands where one of its sort stood.
  return rebuiltExpr(x, fresh.slice(0, count) as readonly Expr[], fresh.slice(count) as readonly Scalar[])
}

/**
 * Exchanges values, and builds anew what is computed from them. What nothing was exchanged in stays the same object.
 *
 * @param exchange what stands for a value from now on: it is given the value, and the same with its own parts exchanged
 * @returns a function that remembers what it has rewritten; of each sort it gives the same sort
 */
export const rewriter = (
  exchange: (original: SymbolicValue, rewritten: SymbolicValue) => SymbolicValue,
): (<X extends SymbolicValue>(x: X) => X) => {
  const known = new Map<SymbolicValue, SymbolicValue>()
  return x => {
    if (!known.has(x))
      for (const value of inOrder([x], each => (known.has(each) ? [] : mentionsOf(each))))
        if (!known.has(value))
          known.set(
            value,
            exchange(
              value,
              rebuilt(value, part => known.get(part) as SymbolicValue),
            ),
          )
    return known.get(x) as typeof x // the sort that `exchange` was given
  }
}
