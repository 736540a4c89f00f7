/** Tracing: from a transform and the shapes of its inputs to a graph. Values play no part in it. */

import { type Expr, exprInput, isExpr, number } from '../expr/expr.js'
import { type Graph, graphOf, type Target } from '../expr/graph.js'
import { mapNest, type Path, showPath, unite } from '../expr/nest.js'
import { type Scalar, scalarInput } from '../expr/scalar.js'
import { type Shape, sameShape } from '../expr/shape.js'
import { type SymbolicValue, symbolsOf } from '../expr/symbols.js'
import { get, map, names, type Tree, values, zipWith } from '../expr/tree.js'
import { resultOf } from '../transform/admit.js'
import type { GradientTransform } from '../transform/types.js'

/** All that a trace depends on. */
export interface Signature {
  readonly params: Tree<Shape>
  /** The leaves with a gradient, in layer order. */
  readonly present: readonly string[]
  readonly scalars: readonly string[]
  readonly trees: Readonly<Record<string, Tree<Shape>>>
}

/** A place of a state: where it is, and the shape of its tensor, or `undefined` for a number. */
export interface StateSlot {
  readonly path: Path
  readonly shape: Shape | undefined
}

/** Names of graph inputs. The path of a state has its own name space, and so does each tree. */
export const inputName = {
  param: (leaf: string) => `params ${leaf}`,
  gradient: (leaf: string) => `grads ${leaf}`,
  state: (path: Path) => `state ${JSON.stringify(path)}`,
  scalar: (entry: string) => `context ${entry}`,
  tree: (entry: string, leaf: string) => `context ${JSON.stringify([entry, leaf])}`,
}

const symbolicTree = (shapes: Tree<Shape>, name: (leaf: string) => string): Tree<Expr> =>
  map((shape: Shape, leaf) => exprInput(name(leaf), shape, leaf))(shapes)

/** The same nesting with an input for each value. */
const symbolicState = (structure: unknown): unknown =>
  mapNest(
    (symbol: SymbolicValue, path) =>
      isExpr(symbol)
        ? exprInput(inputName.state(path), symbol.shape, symbol.leaf ?? undefined)
        : scalarInput(inputName.state(path)),
    structure,
  )

const slotOf = ([path, symbol]: readonly [Path, SymbolicValue]): StateSlot => ({
  path,
  shape: isExpr(symbol) ? symbol.shape : undefined,
})

// A condition stands for 1 and 0 wherever a number is meant, which an update and a state are.
const asNumber = (symbol: SymbolicValue): SymbolicValue => (isExpr(symbol) ? number(symbol) : symbol)

const initial = (transform: GradientTransform<unknown>, params: Tree<Shape>) => {
  const structure = transform.init(symbolicTree(params, inputName.param))
  return { structure, entries: symbolsOf(structure) }
}

/** What a state is made of, without its graph: its slots in order, and its nesting for putting values back. */
export const stateOf = (transform: GradientTransform<unknown>, params: Tree<Shape>) => {
  const { structure, entries } = initial(transform, params)
  return { structure, slots: entries.map(slotOf) }
}

/** Traces `init`: the graph of the state, its slots in order, and its nesting for putting values back. */
export const traceInit = (transform: GradientTransform<unknown>, params: Tree<Shape>) => {
  const { structure, entries } = initial(transform, params)
  return { structure, slots: entries.map(slotOf), graph: graphOf(entries.map(([, symbol]) => asNumber(symbol))) }
}

export interface UpdateTrace {
  readonly graph: Graph
  readonly structure: unknown
  readonly slots: readonly StateSlot[]
  /** For each leaf with a gradient, in order: its update, and the parameter that it makes. */
  readonly updates: readonly Target[]
  readonly params: readonly Target[]
  /** For each slot, its next value. */
  readonly next: readonly Target[]
}

/** Traces `update` for one signature. @throws TypeError where the transform changes leaves, shapes or its state's nesting */
export const traceUpdate = (transform: GradientTransform<unknown>, signature: Signature): UpdateTrace => {
  const params = symbolicTree(signature.params, inputName.param)
  const grads: Tree<Expr> = Object.fromEntries(
    signature.present.map(leaf => [leaf, exprInput(inputName.gradient(leaf), signature.params[leaf] ?? [], leaf)]),
  )
  const structure = transform.init(params)
  const slots = symbolsOf(structure).map(slotOf)
  const state = symbolicState(structure)
  const context = {
    scalars: Object.fromEntries(
      signature.scalars.map(entry => [entry, scalarInput(inputName.scalar(entry))]),
    ) as Tree<Scalar>,
    trees: map((shapes: Tree<Shape>, entry) => symbolicTree(shapes, leaf => inputName.tree(entry, leaf)))(
      signature.trees,
    ),
  }

  const [updates, changed] = resultOf('update', transform.update(grads, state, params, context), grads)
  if (names(updates).join('\n') !== signature.present.join('\n'))
    throw new TypeError(`update gave leaves '${names(updates).join("', '")}' for '${signature.present.join("', '")}'`)
  // What the new state leaves out stays as it was: the leaves without a gradient.
  const nextState = symbolsOf(unite(fresh => fresh, changed, state))
  checkState(nextState, slots)

  const shaped = zipWith([updates, params], (u, p) => u.broadcastTo(p))
  const stepped = zipWith([shaped, params], (u, p) => p.add(u))
  const graph = graphOf([...values(shaped), ...values(stepped), ...nextState.map(([, symbol]) => asNumber(symbol))])
  const n = signature.present.length
  return {
    graph,
    structure,
    slots,
    updates: graph.roots.slice(0, n),
    params: graph.roots.slice(n, 2 * n),
    next: graph.roots.slice(2 * n),
  }
}

/**
 * Traces `evaluate`: the graph of the parameters to evaluate at, and the leaves that they are of.
 *
 * @throws TypeError where it gives leaves that there are not, or of other shapes
 */
export const traceEvaluation = (transform: GradientTransform<unknown>, shapes: Tree<Shape>) => {
  const params = symbolicTree(shapes, inputName.param)
  const structure = transform.init(params)
  const given = transform.evaluate?.(params, symbolicState(structure)) ?? {}
  for (const [leaf, { shape }] of Object.entries(given))
    if (!sameShape(shape, get(leaf)(shapes)))
      throw new TypeError(`evaluate gave '${leaf}' the shape [${shape}], where [${shapes[leaf]}] was expected`)
  return { structure, slots: symbolsOf(structure).map(slotOf), leaves: names(given), graph: graphOf(values(given)) }
}

const checkState = (next: readonly (readonly [Path, SymbolicValue])[], slots: readonly StateSlot[]): void => {
  const show = (entries: readonly { readonly path: Path }[]) => entries.map(({ path }) => `state${showPath(path)}`)
  const given = next.map(([path]) => ({ path }))
  if (show(given).join('\n') !== show(slots).join('\n'))
    throw new TypeError(`update gave the state ${show(given).join(', ')}, where init gave ${show(slots).join(', ')}`)
  next.forEach(([path, symbol], i) => {
    const shape = slots[i]?.shape
    const describe = (s: Shape | undefined) => (s === undefined ? 'a number' : `a tensor of shape [${s}]`)
    const now = isExpr(symbol) ? symbol.shape : undefined
    if (now === undefined || shape === undefined ? now !== shape : !sameShape(now, shape))
      throw new TypeError(`update made state${showPath(path)} ${describe(now)}, which at init was ${describe(shape)}`)
  })
}
