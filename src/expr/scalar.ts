/**
 * `Scalar`: a symbolic host number in double precision.
 *
 * Step counts, bias corrections, schedules, learning rates and whatever the caller passes for one step are Scalars. They
 * are evaluated on the host, so a counter is exact far beyond the 2^24 at which a float32 one stands still. Literals fold
 * as they are built: a constant schedule costs nothing.
 */
import { refuseCoercion } from './coercion.js'

/** A symbolic number, or a plain one: what every method that takes a Scalar accepts. */
export type ScalarLike = Scalar | number

/** What each Scalar operation computes on the host. Comparisons give 1 or 0; `where` is not here, for it is lazy. */
export const scalarOperations = {
  add: (a: number, b: number) => a + b,
  sub: (a: number, b: number) => a - b,
  mul: (a: number, b: number) => a * b,
  div: (a: number, b: number) => a / b,
  pow: (a: number, b: number) => a ** b,
  minimum: (a: number, b: number) => Math.min(a, b),
  maximum: (a: number, b: number) => Math.max(a, b),
  mod: (a: number, b: number) => a - b * Math.floor(a / b),
  neg: (a: number) => -a,
  abs: (a: number) => Math.abs(a),
  sqrt: (a: number) => Math.sqrt(a),
  exp: (a: number) => Math.exp(a),
  log: (a: number) => Math.log(a),
  cos: (a: number) => Math.cos(a),
  floor: (a: number) => Math.floor(a),
  less: (a: number, b: number) => Number(a < b),
  lessEqual: (a: number, b: number) => Number(a <= b),
  greater: (a: number, b: number) => Number(a > b),
  greaterEqual: (a: number, b: number) => Number(a >= b),
  equal: (a: number, b: number) => Number(a === b),
  logicalAnd: (a: number, b: number) => Number(a !== 0 && b !== 0),
  logicalOr: (a: number, b: number) => Number(a !== 0 || b !== 0),
  logicalNot: (a: number) => Number(a === 0),
} as const

export type ScalarOperation = keyof typeof scalarOperations

/** A tensor as a Scalar sees it: something that an interpreter can read. */
export interface Readable {
  readonly sort: 'expr'
}

/** What a Scalar is made of. `read` is a tensor condition read back to the host; only `branch` makes one. */
export type ScalarNode =
  | { readonly op: 'literal'; readonly value: number }
  | { readonly op: 'input'; readonly name: string }
  | { readonly op: 'read'; readonly expr: Readable }
  | { readonly op: 'where'; readonly args: readonly [condition: Scalar, a: Scalar, b: Scalar] }
  | { readonly op: ScalarOperation; readonly args: readonly Scalar[] }

type Unary = 'neg' | 'abs' | 'sqrt' | 'exp' | 'log' | 'cos' | 'floor' | 'logicalNot'
type Binary = Exclude<ScalarOperation, Unary>

/**
 * A symbolic host number, double precision, with the operations of {@link scalarOperations} as methods.
 *
 * @example
 * const halfLife = (t: Scalar): Scalar => scalar(0.5).pow(t.div(100))
 */
export interface Scalar
  extends Readonly<Record<Unary, () => Scalar>>,
    Readonly<Record<Binary, (b: ScalarLike) => Scalar>> {
  readonly sort: 'scalar'
  readonly node: ScalarNode
  /** This number where it lies in [lo, hi], else the nearer end. */
  clipByValue(lo: ScalarLike, hi: ScalarLike): Scalar
  /** `a` where this number is not zero, else `b`; the other one is not computed. */
  where(a: ScalarLike, b: ScalarLike): Scalar
}

const apply =
  (op: ScalarOperation) =>
  (...operands: readonly ScalarLike[]): Scalar => {
    const args = operands.map(scalar)
    const values = args.flatMap(({ node }) => (node.op === 'literal' ? [node.value] : []))
    const compute: (...values: number[]) => number = scalarOperations[op]
    return make(values.length === args.length ? { op: 'literal', value: compute(...values) } : { op, args })
  }

const operations = Object.keys(scalarOperations) as readonly ScalarOperation[]

// The methods live once, on a shared prototype; a Scalar itself is a frozen pair of sort and node.
const methods: object = {
  [Symbol.toPrimitive]: refuseCoercion('number'),
  ...Object.fromEntries(
    operations.map(op => [
      op,
      function (this: Scalar, ...operands: ScalarLike[]) {
        return apply(op)(this, ...operands)
      },
    ]),
  ),
  clipByValue(this: Scalar, lo: ScalarLike, hi: ScalarLike) {
    return this.maximum(lo).minimum(hi)
  },
  where(this: Scalar, a: ScalarLike, b: ScalarLike) {
    const { node } = this
    return node.op === 'literal'
      ? scalar(node.value !== 0 ? a : b)
      : make({ op: 'where', args: [this, scalar(a), scalar(b)] })
  },
}

const make = (node: ScalarNode): Scalar =>
  Object.freeze(Object.assign(Object.create(methods), { sort: 'scalar', node }))

const refuse = (x: unknown): never => {
  const found =
    typeof x === 'object' && x !== null && 'sort' in x && x.sort === 'expr'
      ? 'a symbolic tensor, which no host number can depend on'
      : typeof x === 'string'
        ? `'${x}'`
        : Array.isArray(x)
          ? `[${x}]`
          : String(x)
  throw new TypeError(`a number or a Scalar was expected, and is ${found}`)
}

/** A plain number as a Scalar; a Scalar as it is. @throws TypeError for anything else */
export const scalar = (x: ScalarLike): Scalar =>
  typeof x === 'number' ? make({ op: 'literal', value: x }) : isScalar(x) ? x : refuse(x)

/** A number whose value is not looked at before it is computed: what a schedule gives at a step is in no range of its own. */
export const deferred = (x: Scalar): Scalar => make({ op: 'where', args: [scalar(1), x, x] })

/** A Scalar that is given at run time, under a name unique in its trace. */
export const scalarInput = (name: string): Scalar => make({ op: 'input', name })

/** A one-element tensor read back to the host: 1 where it is not zero. For `branch` alone. */
export const scalarRead = (expr: Readable): Scalar => make({ op: 'read', expr })

/** The same operation on other operands: the tensor that a `read` reads, or the numbers of any other. */
export const rebuiltScalar = ({ node }: Scalar, operands: readonly (Scalar | Readable)[]): Scalar =>
  // Each operand stands where one of its sort stood, which TypeScript cannot follow.
  make((node.op === 'read' ? { op: 'read', expr: operands[0] } : { ...node, args: operands }) as ScalarNode)

/** Whether a value is a Scalar. */
export const isScalar = (x: unknown): x is Scalar =>
  typeof x === 'object' && x !== null && 'sort' in x && x.sort === 'scalar'
