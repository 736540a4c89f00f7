/** Which leaves are meant: groups of them by their place in layer order, and transforms on a part of the leaves. */

import type { Expr } from '../expr/expr.js'
import { isSymbol } from '../expr/symbols.js'
import { filter, names, type Tree } from '../expr/tree.js'
import { HyperparameterError } from '../schema/hyperparameter.js'
import type { LeafSelector } from '../schema/index.js'
import { admitFunction, admitTransform } from './admit.js'
import { type States, sequence } from './combine.js'
import { evaluatedLike, ofSomeLeaves } from './evaluate.js'
import { ratedLike, rateOf } from './rate.js'
import type { GradientTransform } from './types.js'

const places = new WeakMap<Tree<Expr>, ReadonlyMap<string, number>>()

/** The place of each leaf in layer order: worked out once, for each of thousands of leaves may ask for its own. */
const placesOf = (params: Tree<Expr>): ReadonlyMap<string, number> => {
  const known = places.get(params) ?? new Map(names(params).map((name, i) => [name, i]))
  places.set(params, known)
  return known
}

const place = (name: string, params: Tree<Expr>): { readonly index: number; readonly body: number } => {
  const all = placesOf(params)
  return { index: all.get(name) ?? -1, body: Math.max(0, all.size - 2) }
}

/** Every leaf. */
export const allLeaves: LeafSelector = () => true

/** Convolution kernels: the leaves of rank 4. */
export const convOnly: LeafSelector = (name, params) => params[name]?.shape.length === 4

/** The last two leaves: kernel and bias of the classifier. */
export const classifierOnly: LeafSelector = (name, params) => {
  const { index, body } = place(name, params)
  return index >= body
}

/** The first $\lceil n/2 \rceil$ of the $n$ leaves before the classifier. */
export const earlyBlocks: LeafSelector = (name, params) => {
  const { index, body } = place(name, params)
  return index < Math.ceil(body / 2)
}

/** Of the $n$ leaves before the classifier, those from the $\lfloor n/2 \rfloor$-th on, counted from 0. */
export const lateBlocks: LeafSelector = (name, params) => {
  const { index, body } = place(name, params)
  return index >= Math.floor(body / 2) && index < body
}

/** Selects leaves whose name matches. @example masked(named(/kernel$/), addDecayedWeights(1e-4)) */
export const named =
  (pattern: RegExp): LeafSelector =>
  name =>
    name.search(pattern) >= 0 // not test(), which remembers where a global pattern stopped

/** The thirds of the layers: the first $\lceil n/3 \rceil$ leaves, up to $\lceil 2n/3 \rceil$, the rest. */
export const thirdOf = (name: string, params: Tree<Expr>): 'early' | 'middle' | 'late' => {
  const { size } = placesOf(params)
  const { index } = place(name, params)
  return index < Math.ceil(size / 3) ? 'early' : index < Math.ceil((2 * size) / 3) ? 'middle' : 'late'
}

/** Whether a function asks for a leaf's name alone. A network may rightly have no convolution; a name that fits no leaf is mostly a slip. */
const byName = (f: (name: string, params: Tree<Expr>) => unknown): boolean => f.length < 2

const told = new WeakSet<object>()

/** Says, once for each function, that it selects nothing. Not an error: what has no bias may be trained by a rule that spares biases. */
const tellIfNone = (
  what: string,
  f: (name: string, params: Tree<Expr>) => unknown,
  all: Tree<Expr>,
  selected: Tree<Expr>,
): void => {
  const leaves = names(all)
  if (leaves.length === 0 || names(selected).length > 0 || !byName(f) || told.has(f)) return
  told.add(f)
  const few = leaves.slice(0, 5).join("', '")
  console.warn(`${what} none of the ${leaves.length} leaves '${few}'${leaves.length > 5 ? ', ...' : ''}`)
}

const isSelected = (select: LeafSelector, name: string, params: Tree<Expr>): boolean => {
  const chosen: unknown = select(name, params)
  if (typeof chosen === 'boolean') return chosen
  // A symbol is an object, and so would select every leaf.
  throw new TypeError(
    `masked: select('${name}', params) gave ${isSymbol(chosen) ? 'a symbol, whose value is not known while tracing' : String(chosen)}; true or false was expected`,
  )
}

/**
 * Applies `f` to some leaves only; the rest pass unchanged. `f` sees the selected leaves alone: its norms do not count the
 * others, its state does not hold them. Where a selector by name selects nothing at all, a warning says so.
 *
 * @example
 * masked(named(/kernel$/), addDecayedWeights(1e-4))
 */
export const masked = <S>(select: LeafSelector, f: GradientTransform<S>): GradientTransform<S> => {
  admitTransform('masked', 'f', f)
  admitFunction('masked', 'select', select, 'a function of a name and all parameters, such as named(/kernel$/)')
  const selected = (params: Tree<Expr>) => filter(name => isSelected(select, name, params))
  const remake = (g: GradientTransform<S>) => masked(select, g)
  return ratedLike(f, state => state, remake, {
    init: params => {
      const own = selected(params)(params)
      tellIfNone('a mask selects', select, params, own)
      return f.init(own)
    },
    update: (updates, state, params, context) => {
      const keep = selected(params)
      const [out, next] = f.update(keep(updates), state, keep(params), context)
      return [{ ...updates, ...out }, next]
    },
    ...(f.evaluate !== undefined && {
      evaluate: ofSomeLeaves((params: Tree<Expr>, state: S) => f.evaluate?.(selected(params)(params), state) ?? {}),
    }),
  })
}

/** Each leaf has a label that there is, and each label should have a leaf. */
const admitLabels = (
  label: (name: string, params: Tree<Expr>) => string,
  params: Tree<Expr>,
  known: readonly string[],
): void => {
  const labels = new Set<string>()
  for (const name of names(params)) {
    const own = label(name, params)
    if (!known.includes(own))
      throw new HyperparameterError(`the label of leaf '${name}'`, own, `one of '${known.join("', '")}'`)
    labels.add(own)
  }
  const idle = known.filter(key => !labels.has(key))
  if (idle.length > 0) tellIfNone(`a partition gives the label '${idle.join("', '")}' to`, label, params, {})
}

/**
 * Gives each leaf to the transform that its label names. Each sees its own leaves alone; state is a record by label. Where a label
 * is that of no leaf, a warning says so.
 *
 * @param label of a leaf, given all parameters
 * @param transforms by label
 * @throws HyperparameterError when traced, if a leaf has a label that no transform has
 * @example
 * partition(name => (name.endsWith('bias') ? 'bias' : 'kernel'), { bias: scale(2), kernel: scaleByAdam() })
 */
export const partition = <Ts extends Readonly<Record<string, GradientTransform<unknown>>>>(
  label: (name: string, params: Tree<Expr>) => keyof Ts & string,
  transforms: Ts,
): GradientTransform<States<Ts>> => {
  for (const [key, f] of Object.entries(transforms)) admitTransform('partition', `'${key}'`, f)
  admitFunction('partition', 'label', label, 'a function that gives the name of a transform for each leaf')
  // Each part leaves the others' leaves as they are, so one after another they do the whole.
  const part = (key: string) => masked((name, params) => label(name, params) === key, transforms[key] as Ts[string])
  const parts = sequence(Object.fromEntries(Object.keys(transforms).map(key => [key, part(key)])) as Ts)
  const whole = evaluatedLike<States<Ts>>('partition', parts, state => state, {
    init: params => {
      admitLabels(label, params, Object.keys(transforms))
      return parts.init(params)
    },
    update: (updates, state, params, context) => parts.update(updates, state, params, context),
  })
  const [only, ...others] = Object.keys(transforms).filter(key => rateOf(transforms[key] as Ts[string]) !== undefined)
  if (only === undefined || others.length > 0) return whole // with several rates, which one is meant nobody can say
  const remake = (f: GradientTransform<unknown>) => partition(label, { ...transforms, [only]: f })
  return ratedLike(transforms[only] as Ts[string], (state: States<Ts>) => state[only], remake, whole)
}
