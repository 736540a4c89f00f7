/**
 * `Expr`: a symbolic tensor, of a leaf's shape or reduced from one.
 *
 * Its methods have the names and the meaning of the TensorFlow.js ops, so that a rule reads as tfjs code does; nothing is
 * computed until an interpreter runs the graph. Two meanings are firmer than in tfjs, and equal on every backend: a NaN
 * goes through `minimum`, `maximum` and `clipByValue`, and a reduction of no elements is 0.
 */

import { type Coerced, refuseCoercion } from './coercion.js'
import { type Json, jsonText } from './json.js'
import { isScalar, type Scalar, type ScalarLike, scalar } from './scalar.js'
import { broadcastShapes, type Shape, sameShape, sizeOf } from './shape.js'

export type UnaryOperation =
  | 'abs'
  | 'neg'
  | 'sqrt'
  | 'square'
  | 'exp'
  | 'log'
  | 'sigmoid'
  | 'tanh'
  | 'sign'
  | 'isNaN'
  | 'isFinite'
  | 'logicalNot'
export type BinaryOperation =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'pow'
  | 'minimum'
  | 'maximum'
  | 'greater'
  | 'greaterEqual'
  | 'less'
  | 'lessEqual'
  | 'equal'
  | 'notEqual'
  | 'logicalAnd'
  | 'logicalOr'
/** What gives each element from those of the operands in its place. An interpreter has an entry for each, or does not compile. */
export type Elementwise = UnaryOperation | BinaryOperation | 'where' | 'clip' | 'lerp' | 'broadcast' | 'cast'
export type Reduction = 'sum' | 'max' | 'min' | 'norm'

/**
 * A computation outside the algebra, as data: what it is called, the constants that it works with, and a function.
 *
 * Two operations with equal name, version, attributes and source text of `run` count as one, in whatever process. So `run` is a
 * function of its arguments: a constant that it took from around it would decide numbers unseen.
 *
 * @typeParam A the attributes, plain data
 */
export interface Opaque<A extends Json = Json> {
  readonly name: string
  /** Raised when the operation means something else, also where that is only in what `run` calls. */
  readonly version: number | string
  /** Constants: a seed, coefficients, the name of the leaf. Default `{}`. */
  readonly attributes?: A
  // A method: its parameters are bivariant, so that Opaque holds every operation.
  /** Maps the values of the node's `args` and `scalars` to a value of its shape. */
  run(tensors: readonly unknown[], scalars: readonly number[], attributes: A): unknown
}

/** Under which name a value can be observed. */
export interface Observed {
  readonly label: string
  /** The label of the value that this one accompanies: who intervenes there intervenes here, alike. */
  readonly companionOf?: string | undefined
}

/** What an Expr computes from the Exprs in `args` and the Scalars in `scalars`. */
export type ExprOperation =
  | { readonly op: 'input'; readonly name: string }
  | { readonly op: 'constant' }
  | { readonly op: Elementwise }
  | { readonly op: 'select' }
  | { readonly op: 'reduce'; readonly kind: Reduction; readonly axes: readonly number[] | undefined }
  | ({ readonly op: 'observe' } & Observed)
  | { readonly op: 'opaque'; readonly opaque: Required<Opaque> }

export type ExprNode = ExprOperation & { readonly args: readonly Expr[]; readonly scalars: readonly Scalar[] }

/** An operand: a tensor, a symbolic number, or a plain one. */
export type ExprLike = Expr | ScalarLike

/**
 * A symbolic float32 (or, for comparisons, boolean) tensor. Sizes are known while tracing; values are not.
 *
 * So `g + 1` and `g > 0` throw, and say what to write. A condition of `if` and of `?:` cannot: it is an object, hence always true.
 * Write `g.greater(0).where(a, b)`, or `branch` for whole results.
 */
export interface Expr {
  readonly sort: 'expr'
  readonly node: ExprNode
  readonly shape: Shape
  readonly size: number
  readonly dtype: 'float32' | 'bool'
  /** The leaf this value belongs to; `null` where it mixes several, `undefined` where it comes from none. */
  readonly leaf: string | null | undefined

  abs(): Expr
  neg(): Expr
  sqrt(): Expr
  square(): Expr
  exp(): Expr
  log(): Expr
  /** -1, 0 or 1; NaN for NaN. */
  sign(): Expr
  isNaN(): Expr
  isFinite(): Expr
  logicalNot(): Expr
  /** $1 / (1 + e^{-x})$, accurate to a few units in the last place, down to the least of its values. */
  sigmoid(): Expr
  /** Accurate to a few units in the last place, near 0 too. */
  tanh(): Expr

  add(b: ExprLike): Expr
  sub(b: ExprLike): Expr
  mul(b: ExprLike): Expr
  div(b: ExprLike): Expr
  /** As `Math.pow`: NaN for $1^{\pm\infty}$ and $1^{\mathrm{NaN}}$, 1 for any number to the power of 0. */
  pow(b: ExprLike): Expr
  minimum(b: ExprLike): Expr
  maximum(b: ExprLike): Expr
  greater(b: ExprLike): Expr
  greaterEqual(b: ExprLike): Expr
  less(b: ExprLike): Expr
  lessEqual(b: ExprLike): Expr
  equal(b: ExprLike): Expr
  notEqual(b: ExprLike): Expr
  logicalAnd(b: ExprLike): Expr
  logicalOr(b: ExprLike): Expr

  /** $\min(\max(x, lo), hi)$: the nearer end outside [lo, hi]; `hi` where `lo` is above it; NaN where one of the three is. */
  clipByValue(lo: ScalarLike, hi: ScalarLike): Expr
  /** Per element, `a` where this condition holds, else `b`; a reduced condition broadcasts. */
  where(a: ExprLike, b: ExprLike): Expr
  /** This value at t = 0, `b` at t = 1, exactly; a primitive, so that interpreters know its hull. */
  lerp(b: ExprLike, t: ScalarLike): Expr
  /** This value, as a number, in the shape of `like`. */
  broadcastTo(like: Expr): Expr

  /** Sum over the whole leaf (shape `[]`), or over `axes`, which then have size 1. */
  sum(axes?: readonly number[]): Expr
  /** Mean over the whole leaf (shape `[]`), or over `axes`; 0 where there are no elements. */
  mean(axes?: readonly number[]): Expr
  max(axes?: readonly number[]): Expr
  min(axes?: readonly number[]): Expr
  /** Euclidean norm over the whole leaf or over `axes`; squares neither overflow nor vanish on the way. */
  norm(axes?: readonly number[]): Expr

  /** Names this value, so that `compile(t, { observe: [label] })` can read it; and `others`, though nothing depends on them. */
  observe(label: string | Observed, ...others: readonly Expr[]): Expr
}

/** Whether a value is an Expr. */
export const isExpr = (x: unknown): x is Expr => typeof x === 'object' && x !== null && 'sort' in x && x.sort === 'expr'

type Origin = Expr['leaf']

const merged = (a: Origin, b: Origin): Origin => (a === undefined || a === b ? b : b === undefined ? a : null)

// A global norm does not make the leaf that it scales a mixture: operands of the result's own shape have the say.
const originOf = (shape: Shape, args: readonly Expr[]): Origin => {
  const whole = args.filter(arg => arg.leaf !== undefined && sameShape(arg.shape, shape))
  return (whole.length > 0 ? whole : args).map(arg => arg.leaf).reduce(merged, undefined)
}

const make = (
  operation: ExprOperation,
  shape: Shape,
  args: readonly Expr[] = [],
  {
    dtype = 'float32',
    scalars = [],
    leaf = originOf(shape, args),
  }: Partial<Pick<Expr, 'dtype' | 'leaf'> & { scalars: readonly Scalar[] }> = {},
): Expr =>
  Object.freeze(
    Object.assign(Object.create(methods), {
      sort: 'expr',
      node: { ...operation, args, scalars },
      shape,
      size: sizeOf(shape),
      dtype,
      leaf,
    }),
  )

/** A number as a tensor of one element, which broadcasts; a tensor as it is. */
export const expr = (x: ExprLike): Expr => (isExpr(x) ? x : make({ op: 'constant' }, [], [], { scalars: [scalar(x)] }))

/** A tensor given at run time, under a name unique in its trace. */
export const exprInput = (name: string, shape: Shape, leaf?: string): Expr =>
  make({ op: 'input', name }, shape, [], { leaf })

/** A tensor of one value in the shape of `like`. */
export const fill = (like: Expr, value: ScalarLike): Expr =>
  make({ op: 'broadcast' }, like.shape, [expr(value)], { leaf: like.leaf })

/** `a` where the host number `condition` is not zero, else `b`; only one of them is computed. For `branch`. */
export const select = (condition: Scalar, a: Expr, b: Expr): Expr => {
  if (!sameShape(a.shape, b.shape))
    throw new TypeError(`branch: one side has shape [${a.shape}], the other [${b.shape}]`)
  return make({ op: 'select' }, a.shape, [number(a), number(b)], { scalars: [condition] })
}

/**
 * A named computation outside the algebra, which interpreters run through tfjs between passes or refuse clearly.
 *
 * @param operation its name, version and attributes, and what it does: see {@link Opaque}
 * @param shape of the result
 * @throws TypeError for an operation without a version, for attributes that are no plain data, and for a `run` without source
 * @example
 * const reversed = leafwise(g =>
 *   opaque({ name: 'reverse', version: 1, run: ([x]) => tf.reverse(x as tf.Tensor) }, g.shape, [g]),
 * )
 */
export const opaque = <A extends Json = Json>(
  { name, version, attributes, run }: Opaque<A>,
  shape: Shape,
  args: readonly Expr[],
  scalars: readonly Scalar[] = [],
): Expr => {
  const operation = admitOpaque({ name, version, attributes: attributes ?? {}, run })
  return make({ op: 'opaque', opaque: operation }, shape, args, { scalars })
}

const admitOpaque = (operation: Required<Opaque>): Required<Opaque> => {
  const { name, version, attributes, run } = operation
  const what = `opaque operation '${name}'`
  if (typeof name !== 'string' || name === '')
    throw new TypeError(`an opaque operation has the name ${String(name)}; a word was expected`)
  if (typeof version !== 'number' && typeof version !== 'string')
    throw new TypeError(
      `${what} has the version ${String(version)}; give it one, such as 1, and raise it when it means something else`,
    )
  if (typeof run !== 'function') throw new TypeError(`${what}: run is ${String(run)}; a function was expected`)
  if (/\{\s*\[native code\]\s*\}$/.test(sourceOf(run)))
    throw new TypeError(
      `${what}: run is bound or native, and has no source text; write it out, with constants in attributes`,
    )
  jsonText(attributes, `${what}: attributes`)
  return operation
}

/** The text that a function was written as. */
export const sourceOf = (run: object): string => Function.prototype.toString.call(run)

/** The same operation on other operands, of the same shapes. */
export const rebuiltExpr = (
  { node, shape, dtype, leaf }: Expr,
  args: readonly Expr[],
  scalars: readonly Scalar[],
): Expr => make(node, shape, args, { dtype, scalars, leaf })

/** A condition as the number 1 or 0; a number as it is. */
export const number = (x: Expr): Expr => (x.dtype === 'bool' ? make({ op: 'cast' }, x.shape, [x]) : x)
const condition = (x: Expr): Expr => (x.dtype === 'bool' ? x : binary('notEqual', x, 0))
const isLiteral = (x: ExprLike, value: number): boolean =>
  typeof x === 'number' ? x === value : isScalar(x) && x.node.op === 'literal' && x.node.value === value

const unary = (op: UnaryOperation, x: Expr): Expr => {
  const arg = op === 'logicalNot' ? condition(x) : number(x)
  return make({ op }, x.shape, [arg], {
    dtype: op === 'isNaN' || op === 'isFinite' || op === 'logicalNot' ? 'bool' : 'float32',
  })
}

const arithmetic: ReadonlySet<string> = new Set(['add', 'sub', 'mul', 'div', 'pow', 'minimum', 'maximum'])

const binary = (op: BinaryOperation, a: Expr, b: ExprLike): Expr => {
  const convert = op === 'logicalAnd' || op === 'logicalOr' ? condition : number
  const args = [convert(a), convert(expr(b))] as const
  return make({ op }, broadcastShapes(args[0].shape, args[1].shape), args, {
    dtype: arithmetic.has(op) ? 'float32' : 'bool',
  })
}

const reduce = (kind: Reduction, x: Expr, axes: readonly number[] | undefined): Expr => {
  if (axes !== undefined && !Array.isArray(axes))
    throw new TypeError(`${kind}: axes is ${String(axes)}; a list was expected, such as [0]`)
  const twice = axes?.find((axis, i) => axes.indexOf(axis) !== i)
  if (twice !== undefined) throw new RangeError(`${kind}: axis ${twice} stands twice in [${axes}]`)
  const bad = axes?.find(axis => !(Number.isInteger(axis) && axis >= 0 && axis < x.shape.length))
  if (bad !== undefined)
    throw new RangeError(`${kind}: axis ${bad} of a tensor of rank ${x.shape.length}; axes count from 0`)
  const shape = axes === undefined ? [] : x.shape.map((n, i) => (axes.includes(i) ? 1 : n))
  return make({ op: 'reduce', kind, axes }, shape, [number(x)])
}

const unaryMethod = (op: UnaryOperation) =>
  function (this: Expr) {
    return unary(op, this)
  }
const binaryMethod = (op: BinaryOperation) =>
  function (this: Expr, b: ExprLike) {
    return binary(op, this, b)
  }
const reduction = (kind: Reduction) =>
  function (this: Expr, axes?: readonly number[]) {
    return reduce(kind, this, axes)
  }

type Methods = {
  readonly [K in keyof Expr as Expr[K] extends (...args: never[]) => Expr ? K : never]: Expr[K]
} & ThisType<Expr>

// The methods live once, on a shared prototype. Adding 0 and multiplying or dividing by 1 are the identity, bit for bit
// but for the sign of zero, and cost nothing.
const methods: Methods & Coerced = {
  [Symbol.toPrimitive]: refuseCoercion('tensor'),
  abs: unaryMethod('abs'),
  neg: unaryMethod('neg'),
  sqrt: unaryMethod('sqrt'),
  square: unaryMethod('square'),
  exp: unaryMethod('exp'),
  log: unaryMethod('log'),
  sign: unaryMethod('sign'),
  isNaN: unaryMethod('isNaN'),
  isFinite: unaryMethod('isFinite'),
  logicalNot: unaryMethod('logicalNot'),
  sigmoid: unaryMethod('sigmoid'),
  tanh: unaryMethod('tanh'),
  add(b) {
    return isLiteral(b, 0) ? number(this) : binary('add', this, b)
  },
  sub(b) {
    return isLiteral(b, 0) ? number(this) : binary('sub', this, b)
  },
  mul(b) {
    return isLiteral(b, 1) ? number(this) : binary('mul', this, b)
  },
  div(b) {
    return isLiteral(b, 1) ? number(this) : binary('div', this, b)
  },
  pow: binaryMethod('pow'),
  minimum: binaryMethod('minimum'),
  maximum: binaryMethod('maximum'),
  greater: binaryMethod('greater'),
  greaterEqual: binaryMethod('greaterEqual'),
  less: binaryMethod('less'),
  lessEqual: binaryMethod('lessEqual'),
  equal: binaryMethod('equal'),
  notEqual: binaryMethod('notEqual'),
  logicalAnd: binaryMethod('logicalAnd'),
  logicalOr: binaryMethod('logicalOr'),
  clipByValue(lo, hi) {
    return make({ op: 'clip' }, this.shape, [number(this)], { scalars: [scalar(lo), scalar(hi)] })
  },
  where(a, b) {
    const args = [condition(this), number(expr(a)), number(expr(b))] as const
    const shape = args.map(arg => arg.shape).reduce(broadcastShapes)
    return make({ op: 'where' }, shape, args)
  },
  lerp(b, t) {
    const args = [number(this), number(expr(b))] as const
    if (isLiteral(t, 0)) return args[0]
    if (isLiteral(t, 1) && sameShape(args[0].shape, args[1].shape)) return args[1]
    return make({ op: 'lerp' }, broadcastShapes(args[0].shape, args[1].shape), args, { scalars: [scalar(t)] })
  },
  broadcastTo(like) {
    if (sameShape(this.shape, like.shape)) return number(this)
    if (!sameShape(broadcastShapes(this.shape, like.shape), like.shape))
      throw new TypeError(`broadcastTo: shape [${this.shape}] does not broadcast to [${like.shape}]`)
    return make({ op: 'broadcast' }, like.shape, [number(this)], { leaf: like.leaf })
  },
  sum: reduction('sum'),
  mean(axes) {
    const total = reduce('sum', this, axes)
    return total.div(Math.max(1, this.size / Math.max(1, total.size)))
  },
  max: reduction('max'),
  min: reduction('min'),
  norm: reduction('norm'),
  observe(label, ...others) {
    const { dtype, leaf } = this
    const observed = typeof label === 'string' ? { label } : label
    return make({ op: 'observe', ...observed }, this.shape, [this, number(this), ...others], { dtype, leaf })
  },
}
