/** A program as a gradient transform, written with what the library offers for it. */
import * as tf from '@tensorflow/tfjs'
import {
  branch,
  type Context,
  type Expr,
  type ExprLike,
  fill,
  type GradientTransform,
  opaque,
  type Scalar,
  scalar,
  type Tree,
} from '../../../src/index.js'
import {
  type Decoded,
  type Gene,
  type Instruction,
  isBinary,
  isOpaque,
  isReduction,
  isUnary,
  numberOp,
  type OpaqueName,
} from './program.js'

/** What a run may be told, and tells. */
export interface Disturbance {
  /** Whether nodes named `fail` throw. */
  failing: boolean
  /** Makes the heap grow. */
  readonly grow: () => void
}

export class Planned extends Error {}

type State = { readonly tensors: readonly Expr[]; readonly count: Scalar }

const runs: Readonly<
  Record<
    OpaqueName,
    (
      disturbance: Disturbance,
      gene: Gene,
      shape: readonly number[],
    ) => (tensors: readonly unknown[], numbers: readonly number[]) => unknown
  >
> = {
  clone:
    () =>
    ([x]) =>
      (x as tf.Tensor).clone(),
  same:
    () =>
    ([x]) =>
      x,
  view:
    (_, __, shape) =>
    ([x]) =>
      (x as tf.Tensor).reshape([(x as tf.Tensor).size]).reshape([...shape]),
  reverse:
    (_, __, shape) =>
    ([x]) =>
      tf.tensor(Array.from((x as tf.Tensor).dataSync()).toReversed(), [...shape], 'float32'),
  scaled:
    () =>
    ([x], [number = 0]) =>
      tf.mul(x as tf.Tensor, number),
  both:
    () =>
    ([a, b]) =>
      tf.add(a as tf.Tensor, b as tf.Tensor),
  first:
    () =>
    ([x]) =>
      tf.scalar((x as tf.Tensor).dataSync()[0] ?? 0),
  grow:
    ({ grow }) =>
    ([x]) => {
      grow()
      return tf.neg(x as tf.Tensor)
    },
  fail:
    disturbance =>
    ([x]) => {
      if (disturbance.failing) throw new Planned('planned')
      return tf.neg(x as tf.Tensor)
    },
}

const numberOf = ({ scalar: name, k }: Gene, t: Scalar, count: Scalar): Scalar => {
  switch (name) {
    case 'k':
      return scalar(k)
    case 't':
      return t
    case 't + k':
      return t.add(k)
    case 'k * t':
      return t.mul(k)
    case 'count':
      return count
  }
}

const symbolOf = (
  { gene, args, axes, shape }: Instruction,
  at: (place: number) => Expr,
  t: Scalar,
  count: Scalar,
  like: (i: number) => Expr,
  disturbance: Disturbance,
): Expr => {
  const { kind } = gene
  const [x, y, z] = args.map(at) as [Expr, Expr, Expr]
  const number = numberOf(gene, t, count)
  if (isUnary(kind)) return x[kind]()
  if (isBinary(kind)) return x[kind](y)
  if (isReduction(kind)) return x[kind](axes)
  if (isOpaque(kind)) {
    const run = runs[kind](disturbance, gene, shape)
    // As an operand of an operation it is a number, so it is one here.
    return opaque(
      { name: kind, version: 1, attributes: {}, run },
      shape,
      args.map(i => at(i).add(0)),
      kind === 'scaled' ? [number] : [],
    )
  }
  switch (kind) {
    case 'where':
      return x.where(y, z)
    case 'clip':
      return x.clipByValue(number, gene.l)
    case 'lerp':
      return x.lerp(y, gene.scalar === 'k' ? Math.max(0.1, Math.min(0.9, gene.k)) : number)
    case 'branch':
      return branch(number.greater(0.5), x, y)
    case 'branchOn':
      return z === undefined ? branch(number.greater(0.5), x, y) : branch(z, x, y)
    case 'number': {
      const operand: ExprLike = gene.scalar === 'k' ? gene.k : number
      return x[numberOp(gene)](operand)
    }
    case 'spread':
      return x.broadcastTo(like(gene.y))
  }
}

export const leafName = (i: number): string => `leaf${i}`

export const transformOf = (decoded: Decoded, disturbance: Disturbance): GradientTransform<State> => {
  const { program, instructions, updates: chosen, next } = decoded
  const names = program.shapes.map((_, i) => leafName(i))
  return {
    init: params => ({
      tensors: program.states.map(({ leaf, from, k }) => {
        const p = params[leafName(leaf % names.length)] as Expr
        const begins: Readonly<Record<typeof from, () => Expr>> = {
          fill: () => fill(p, k),
          param: () => p,
          condition: () => p.greater(k),
          sum: () => p.sum(),
          one: () => fill(p.sum(), k),
        }
        return begins[from]()
      }),
      count: scalar(0),
    }),
    update: (updates, { tensors, count }, params, { scalars }: Context) => {
      const t = scalars.t as Scalar
      const like = (i: number): Expr => params[leafName(i % names.length)] as Expr
      // A leaf without a gradient has its parameter in the gradient's place.
      const pool: Expr[] = [
        ...names.map(name => updates[name] ?? (params[name] as Expr)),
        ...names.map(name => params[name] as Expr),
        ...tensors,
      ]
      const at = (place: number): Expr => pool[place] as Expr
      for (const [i, instruction] of instructions.entries()) {
        const value = symbolOf(instruction, at, t, count, like, disturbance)
        pool.push(instruction.gene.observed ? value.observe(`v${i}`) : value)
      }
      const given: Tree<Expr> = Object.fromEntries(
        names.flatMap((name, i) => (updates[name] === undefined ? [] : [[name, at(chosen[i] as number)]])),
      )
      return [given, { tensors: next.map(at), count: program.counts ? count.add(1) : count }]
    },
  }
}
