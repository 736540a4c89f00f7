/** Symbolic values, and states of them. */
import { type Expr, isExpr } from './expr.js'
import { flatten, type Path, showPath } from './nest.js'
import { isScalar, type Scalar } from './scalar.js'

/** A symbolic value: a tensor or a number. */
export type SymbolicValue = Expr | Scalar

/** Whether a value is symbolic. */
export const isSymbol = (x: unknown): x is SymbolicValue => isExpr(x) || isScalar(x)

/** The values of a state with their paths, in order. @throws TypeError for anything but a nest of symbols */
export const symbolsOf = (state: unknown): readonly (readonly [Path, SymbolicValue])[] =>
  flatten(state).map(([path, value]) => {
    if (!isSymbol(value))
      throw new TypeError(
        `state${showPath(path)} is ${String(value)}; a state is a nesting of records and tuples of Expr and Scalar`,
      )
    return [path, value]
  })
