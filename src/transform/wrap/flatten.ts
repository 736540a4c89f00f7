/** All leaves as one. */

import * as tf from '@tensorflow/tfjs'
import { type Expr, fill, isExpr, type Opaque, opaque } from '../../expr/expr.js'
import { unite } from '../../expr/nest.js'
import { type Shape, sameShape, sizeOf } from '../../expr/shape.js'
import { get, map, names, type Tree, values } from '../../expr/tree.js'
import { admitTransform } from '../admit.js'
import { ratedLike } from '../rate.js'
import type { GradientTransform } from '../types.js'

const concatenation: Opaque = {
  name: 'concat',
  version: 1,
  run: tensors => {
    const parts = tensors as readonly tf.Tensor[]
    return parts.every(({ size }) => size === 0) ? tf.zeros([0]) : tf.concat(parts.map(x => x.flatten()))
  },
}

/** The elements of all leaves in one vector, in layer order. */
const concat = (tree: Tree<Expr>): Expr => {
  const parts = values(tree)
  return opaque(concatenation, [parts.reduce((n, x) => n + x.size, 0)], parts)
}

const slicing = (
  tensors: readonly unknown[],
  _: readonly number[],
  { offset, shape }: { offset: number; shape: Shape },
) => tf.slice(tensors[0] as tf.Tensor1D, offset, sizeOf(shape)).reshape([...shape])

/** The part of a vector from `offset` on that is a leaf. */
const slice = (flat: Expr, offset: number, { shape }: Expr): Expr =>
  opaque({ name: 'slice', version: 1, attributes: { offset, shape }, run: slicing }, shape, [flat])

/** Where each leaf begins in that vector. */
const offsetsOf = (tree: Tree<Expr>): ReadonlyMap<string, number> => {
  const offsets = new Map<string, number>()
  let end = 0
  for (const [name, { size }] of Object.entries(tree)) {
    offsets.set(name, end)
    end += size
  }
  return offsets
}

/** The parts of a vector that are leaves of `wanted`, all of which together are `params`. */
const slices = (flat: Expr, params: Tree<Expr>, wanted: Tree<Expr>): Tree<Expr> => {
  const offsets = offsetsOf(params)
  return map((x: Expr, name) => slice(flat, offsets.get(name) as number, x))(wanted)
}

/**
 * Applies `f` to all leaves as one, a vector under the name `flat`: what `f` does by leaf it does over the whole.
 * $$ u = f(g_1 \oplus \dots \oplus g_n) $$
 * `flatten(clipByNorm(1))` is `clipByGlobalNorm(1)`, and `flatten(graft(f, h))` grafts the norm of all leaves. State holds
 * one leaf, `flat`; in it, the elements of a leaf without a gradient stay as they were, and count as zero for `f`.
 *
 * It copies each leaf to and fro, and is for what it means, not for speed: the loops of many small leaves are fused anyway.
 * Opaque nodes: they run through tfjs.
 *
 * optax: `flatten`.
 *
 * @param f does not see the leaves' names, shapes and layer order
 * @example
 * flatten(scaleByTrustRatio()) // LARS with one ratio for the whole network
 */
export const flatten = <S>(f: GradientTransform<S>): GradientTransform<S> => {
  admitTransform('flatten', 'f', f)
  const evaluate = (params: Tree<Expr>, state: S): Tree<Expr> => {
    const { flat } = f.evaluate?.({ flat: concat(params) }, state) ?? {}
    return flat === undefined ? {} : slices(flat, params, params)
  }
  return ratedLike(f, state => state, flatten, { ...flattened(f), ...(f.evaluate !== undefined && { evaluate }) })
}

const flattened = <S>(f: GradientTransform<S>): GradientTransform<S> => ({
  init: params => f.init({ flat: concat(params) }),
  update: (updates, state, params, context) => {
    const has = (name: string) => Object.hasOwn(updates, name)
    const all = map((p: Expr, name) => (has(name) ? get(name)(updates) : fill(p, 0)))(params)
    const flat = concat(all)
    const [out, next] = f.update({ flat }, state, { flat: concat(params) }, context)
    const whole = get('flat')(out).broadcastTo(flat)

    const sliced = slices(whole, params, updates)
    if (names(updates).length === names(params).length) return [sliced, next]

    const present = concat(map((p: Expr, name) => fill(p, has(name) ? 1 : 0))(params))
    const stays = unite(
      (fresh, old) =>
        isExpr(fresh) && isExpr(old) && sameShape(fresh.shape, flat.shape) ? present.where(fresh, old) : fresh,
      next,
      state,
    )
    return [sliced, stays as S] // `unite` keeps the structure, which both share
  },
})
