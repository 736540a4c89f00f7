/**
 * `Tree`: values by leaf name, in layer order.
 *
 * Layer order has a meaning here (variants tell early layers from late ones), while several of fp-ts's record functions
 * visit keys alphabetically. These few functions keep insertion order. All take the tree last, to be used in a `pipe`.
 */

/** Leaf name -> value; insertion order is layer order. */
export type Tree<T> = Readonly<Record<string, T>>

type Values<Ts extends readonly Tree<unknown>[]> = { readonly [K in keyof Ts]: Ts[K] extends Tree<infer T> ? T : never }

// JavaScript moves keys that look like array indices to the front, and would lose the layer order silently.
const looksLikeIndex = (name: string): boolean => /^(0|[1-9]\d*)$/.test(name) && Number(name) < 2 ** 32 - 1

/** The first leaf name that cannot keep its place, if any: one that looks like an array index, or `__proto__`. */
export const badLeafName = (names: readonly string[]): string | undefined =>
  names.find(name => looksLikeIndex(name) || name === '__proto__')

/** Leaf names in layer order. */
export const names = (tree: Tree<unknown>): readonly string[] => Object.keys(tree)

/** Values in layer order. */
export const values = <T>(tree: Tree<T>): readonly T[] => Object.values(tree)

/** A tree from its entries, in their order. @throws RangeError where a name looks like an array index */
export const fromEntries = <T>(entries: Iterable<readonly [string, T]>): Tree<T> => {
  const list = [...entries]
  const bad = badLeafName(list.map(([name]) => name))
  if (bad !== undefined)
    throw new RangeError(`leaf name '${bad}' cannot keep its place in layer order; name it, say, 'layer${bad}'`)
  return Object.fromEntries(list)
}

/** The value of a leaf, which must be there. @throws RangeError that names the leaf and what there is */
export const get =
  (name: string) =>
  <T>(tree: Tree<T>): T => {
    if (!Object.hasOwn(tree, name)) throw new RangeError(`no leaf '${name}' among '${names(tree).join("', '")}'`)
    return tree[name] as T
  }

/** Maps each value. */
export const map =
  <A, B>(f: (value: A, name: string) => B) =>
  (tree: Tree<A>): Tree<B> =>
    Object.fromEntries(Object.entries(tree).map(([name, value]) => [name, f(value, name)]))

/** Keeps the leaves for which the predicate holds. */
export const filter =
  (keep: (name: string) => boolean) =>
  <T>(tree: Tree<T>): Tree<T> =>
    Object.fromEntries(Object.entries(tree).filter(([name]) => keep(name)))

/**
 * Combines trees leaf by leaf, in the order of the first and over its leaves; the others must have them all.
 * The first is therefore the updates: a leaf without a gradient is not among them, and its state stands still.
 *
 * @example
 * zipWith([updates, state.mu], (g, m) => m.lerp(g, 0.1))
 */
export const zipWith = <Ts extends readonly [Tree<unknown>, ...Tree<unknown>[]], R>(
  trees: Ts,
  f: (...values: Values<Ts>) => R,
): Tree<R> =>
  // The mapped tuple type of the values cannot be followed through `map`: the one cast of this file.
  map((_, name) => f(...(trees.map(get(name)) as Values<Ts>)))(trees[0])
