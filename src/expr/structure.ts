/** Symbolic state: any nesting of records and tuples of `Expr` and `Scalar`, and how to walk it. */
import { type Expr, isExpr } from './expr.js'
import { isScalar, type Scalar } from './scalar.js'

/** A symbolic value: a tensor or a number. */
export type SymbolicValue = Expr | Scalar

/** Where a value stands in a structure: the keys and indices that lead to it. */
export type Path = readonly string[]

export const isSymbol = (x: unknown): x is SymbolicValue => isExpr(x) || isScalar(x)

const isRecord = (x: unknown): x is Readonly<Record<string, unknown>> => typeof x === 'object' && x !== null

/** A path as a person writes it: `[0].mu['dense/kernel']`. */
export const showPath = (path: Path): string =>
  path.map(key => (/^\d+$/.test(key) ? `[${key}]` : /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `['${key}']`)).join('')

/** The values of a structure with their paths, depth first. @throws TypeError for anything but a nesting of symbols */
export const flatten = (structure: unknown, path: Path = []): readonly (readonly [Path, SymbolicValue])[] => {
  if (isSymbol(structure)) return [[path, structure]]
  if (!isRecord(structure))
    throw new TypeError(
      `state${showPath(path)} is ${String(structure)}; a state is a nesting of records and tuples of Expr and Scalar`,
    )
  return Object.entries(structure).flatMap(([key, value]) => flatten(value, [...path, key]))
}

/** The same nesting with each symbol replaced by what `f` gives for it. */
export const mapSymbols = (
  f: (symbol: SymbolicValue, path: Path) => unknown,
  structure: unknown,
  path: Path = [],
): unknown => {
  if (isSymbol(structure)) return f(structure, path)
  if (Array.isArray(structure)) return structure.map((value, i) => mapSymbols(f, value, [...path, String(i)]))
  if (!isRecord(structure)) return structure
  return Object.fromEntries(
    Object.entries(structure).map(([key, value]) => [key, mapSymbols(f, value, [...path, key])]),
  )
}

/**
 * Two structures as one, value by value, with what stands in only one of them as it is.
 * That is how a leaf without a gradient keeps its state: it is missing from the new one and present in the old.
 */
export const unite = (
  f: (a: SymbolicValue, b: SymbolicValue, path: Path) => SymbolicValue,
  a: unknown,
  b: unknown,
  path: Path = [],
): unknown => {
  if (isSymbol(a) && isSymbol(b)) return f(a, b, path)
  if (isSymbol(a) || isSymbol(b) || !isRecord(a) || !isRecord(b) || Array.isArray(a) !== Array.isArray(b))
    throw new TypeError(`two results differ in structure at ${showPath(path) || 'the top'}`)
  if (Array.isArray(a) && Array.isArray(b)) {
    if (a.length !== b.length)
      throw new TypeError(
        `two results differ in structure at ${showPath(path) || 'the top'}: ${a.length} and ${b.length} entries`,
      )
    return a.map((value, i) => unite(f, value, b[i], [...path, String(i)]))
  }
  // b's order first: where b is the complete one, layer order is kept.
  const keys = [...Object.keys(b), ...Object.keys(a).filter(key => !Object.hasOwn(b, key))]
  return Object.fromEntries(
    keys.map(key => [
      key,
      !Object.hasOwn(a, key) ? b[key] : !Object.hasOwn(b, key) ? a[key] : unite(f, a[key], b[key], [...path, key]),
    ]),
  )
}
