/** Nests: records and tuples within one another, with values in their places. State is one, of symbols or of tensors and numbers. */

/** Where a value stands in a nest: the keys and indices that lead to it. */
export type Path = readonly string[]

type Part = Readonly<Record<string, unknown>>

// Whatever has a prototype of its own is a value: a symbol, a tensor. The prototype of plain records has none, in whatever realm.
const isPart = (x: unknown): x is Part => {
  if (typeof x !== 'object' || x === null) return false
  if (Array.isArray(x)) return true
  const prototype: unknown = Object.getPrototypeOf(x)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** A path as a person writes it: `[0].mu['dense/kernel']`. */
export const showPath = (path: Path): string =>
  path.map(key => (/^\d+$/.test(key) ? `[${key}]` : /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `['${key}']`)).join('')

/**
 * The values of a nest with their paths, depth first.
 *
 * @typeParam T what its values are, which the caller knows
 */
export const flatten = <T = unknown>(nest: unknown, path: Path = []): readonly (readonly [Path, T])[] =>
  isPart(nest) ? Object.entries(nest).flatMap(([key, value]) => flatten<T>(value, [...path, key])) : [[path, nest as T]]

/**
 * The same nest with each value replaced by what `f` gives for it.
 *
 * @typeParam T what its values are, which the caller knows
 */
export const mapNest = <T>(f: (value: T, path: Path) => unknown, nest: unknown, path: Path = []): unknown => {
  if (!isPart(nest)) return f(nest as T, path)
  if (Array.isArray(nest)) return nest.map((value, i) => mapNest(f, value, [...path, String(i)]))
  return Object.fromEntries(Object.entries(nest).map(([key, value]) => [key, mapNest(f, value, [...path, key])]))
}

/** The value at a path, or `undefined`. */
export const valueAt = (nest: unknown, path: Path): unknown => {
  let value = nest
  for (const key of path) {
    if (!isPart(value) || !Object.hasOwn(value, key)) return undefined
    value = value[key]
  }
  return value
}

const differ = (path: Path, how = ''): TypeError =>
  new TypeError(`two results differ in structure at ${showPath(path) || 'the top'}${how}`)

/**
 * Two nests as one, value by value, with what stands in only one of them as it is.
 * That is how a leaf without a gradient keeps its state: it is missing from the new one and present in the old.
 *
 * @typeParam T what their values are, which the caller knows
 * @throws TypeError where one has a part and the other a value, or lists differ in length
 */
export const unite = <T>(f: (a: T, b: T, path: Path) => T, a: unknown, b: unknown, path: Path = []): unknown => {
  if (!isPart(a) && !isPart(b)) return f(a as T, b as T, path)
  if (!isPart(a) || !isPart(b) || Array.isArray(a) !== Array.isArray(b)) throw differ(path)
  if (Array.isArray(a) && Array.isArray(b)) {
    if (a.length !== b.length) throw differ(path, `: ${a.length} and ${b.length} entries`)
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

/** Appends a nest's values in order; tells whether it is the nest that it should be. */
export type Reader<T> = (nest: unknown, into: T[]) => boolean

/**
 * How to read nests of a form, worked out once, for there may be many leaves.
 *
 * @param form a nest
 * @param fits whether a value may stand where the form has that one
 */
export const reader = <F, T>(form: unknown, fits: (value: unknown, place: F) => value is T & unknown): Reader<T> => {
  if (!isPart(form))
    return (value, into) => {
      into.push(value as T) // of use only where it fits
      return fits(value, form as F)
    }
  const keys = Object.keys(form)
  const parts = keys.map(key => reader<F, T>(form[key], fits))
  return (nest, into) => {
    if (typeof nest !== 'object' || nest === null) return false
    let own = 0
    for (const _ in nest) own += 1
    return own === keys.length && parts.every((read, i) => read((nest as Part)[keys[i] as string], into)) // as many keys
  }
}

/**
 * Puts values into a nest, from one place on. Given an old nest whose other values are the same, it takes over each part of that
 * in which nothing changes.
 */
export type Writer = (values: readonly unknown[], old?: unknown) => unknown

/**
 * How to put values in order into nests of a form, worked out once.
 *
 * @param form a nest
 * @param first where among the values its own begin
 * @param changes whether the value of a place is another each time
 */
export const writer = <F>(form: unknown, first: number, changes: (place: F) => boolean): Writer => {
  let place = first
  const build = (part: unknown): { readonly write: Writer; readonly changing: boolean } => {
    if (!isPart(part)) {
      const i = place++
      return { write: values => values[i], changing: changes(part as F) }
    }
    const keys = Object.keys(part)
    const parts = keys.map(key => build(part[key]))
    const changing = keys.flatMap((key, i) => (parts[i]?.changing ? [[key, parts[i].write] as const] : []))
    const write: Writer = (values, old) => {
      if (old === undefined) {
        const all = parts.map(each => each.write(values))
        return Array.isArray(part) ? all : Object.fromEntries(keys.map((key, i) => [key, all[i]]))
      }
      if (changing.length === 0) return old
      const now = (Array.isArray(part) ? [...(old as unknown[])] : { ...old }) as Record<string, unknown>
      for (const [key, each] of changing) now[key] = each(values, now[key])
      return now
    }
    return { write, changing: changing.length > 0 }
  }
  return build(form).write
}
