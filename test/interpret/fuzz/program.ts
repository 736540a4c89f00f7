/**
 * Random transforms as plain data: they print, and shrink by dropping any of their parts.
 *
 * What is drawn names operands by a number of no meaning; read against the values that there are so far, it means one of those
 * that fit. So every list of genes is a program.
 */

export type Shape = readonly number[]

export const unaryOps = [
  'abs',
  'neg',
  'sqrt',
  'square',
  'exp',
  'log',
  'sign',
  'isNaN',
  'isFinite',
  'logicalNot',
  'sigmoid',
  'tanh',
] as const
export const binaryOps = [
  'add',
  'sub',
  'mul',
  'div',
  'pow',
  'minimum',
  'maximum',
  'greater',
  'greaterEqual',
  'less',
  'lessEqual',
  'equal',
  'notEqual',
  'logicalAnd',
  'logicalOr',
] as const
export const reductions = ['sum', 'max', 'min', 'norm', 'mean'] as const
/** Nodes that tfjs computes: copies of several kinds, one element from many, and what disturbs. */
export const opaques = ['clone', 'same', 'view', 'reverse', 'scaled', 'both', 'first', 'grow', 'fail'] as const
/** Host numbers: one that is drawn, those of the step, a counter. */
export const scalars = ['k', 't', 't + k', 'k * t', 'count'] as const

export type Unary = (typeof unaryOps)[number]
export type Binary = (typeof binaryOps)[number]
export type Reduction = (typeof reductions)[number]
export type OpaqueName = (typeof opaques)[number]
export type ScalarName = (typeof scalars)[number]
export type Kind =
  | Unary
  | Binary
  | Reduction
  | OpaqueName
  | 'where'
  | 'clip'
  | 'lerp'
  | 'branch'
  | 'branchOn'
  | 'number'
  | 'spread'

/** What is drawn for an instruction: operands by any number, host numbers, axes as bits. */
export interface Gene {
  readonly kind: Kind
  readonly x: number
  readonly y: number
  readonly z: number
  readonly k: number
  readonly l: number
  readonly scalar: ScalarName
  /** 0 for the whole tensor, else the axes as bits. */
  readonly axes: number
  readonly observed: boolean
}

export interface StateGene {
  readonly leaf: number
  /** How it begins: a number throughout, the parameter itself, a condition, the parameter's sum, one number. */
  readonly from: 'fill' | 'param' | 'condition' | 'sum' | 'one'
  readonly k: number
  readonly next: number
}

export interface Program {
  readonly shapes: readonly Shape[]
  readonly genes: readonly Gene[]
  readonly states: readonly StateGene[]
  /** For each leaf, which value is its update. */
  readonly updates: readonly number[]
  readonly counts: boolean
}

/** A value of a program, its operands by their places. */
export interface Instruction {
  readonly gene: Gene
  readonly args: readonly number[]
  readonly axes: readonly number[] | undefined
  readonly shape: Shape
}

/** A program whose operands are chosen. Places count inputs first: gradients, parameters, states; then instructions. */
export interface Decoded {
  readonly program: Program
  readonly instructions: readonly Instruction[]
  readonly stateShapes: readonly Shape[]
  readonly updates: readonly number[]
  readonly next: readonly number[]
}

export const sizeOf = (shape: Shape): number => shape.reduce((a, b) => a * b, 1)

/** The common shape, if there is one. */
export const broadcast = (a: Shape, b: Shape): Shape | undefined => {
  const rank = Math.max(a.length, b.length)
  const out: number[] = []
  for (let i = 0; i < rank; i++) {
    const [m, n] = [a[a.length - rank + i] ?? 1, b[b.length - rank + i] ?? 1]
    if (m !== n && m !== 1 && n !== 1) return undefined
    out.push(m === 1 ? n : m)
  }
  return out
}

const same = (a: Shape | undefined, b: Shape): boolean => a !== undefined && a.join() === b.join()
const largest = 64

const isIn = <T extends string>(list: readonly T[], kind: string): kind is T =>
  (list as readonly string[]).includes(kind)

export const isUnary = (kind: Kind): kind is Unary => isIn(unaryOps, kind)
export const isBinary = (kind: Kind): kind is Binary => isIn(binaryOps, kind)
export const isReduction = (kind: Kind): kind is Reduction => isIn(reductions, kind)
export const isOpaque = (kind: Kind): kind is OpaqueName => isIn(opaques, kind)

export const decode = (program: Program): Decoded => {
  const leaf = (i: number): Shape => program.shapes[i % program.shapes.length] as Shape
  const stateShapes = program.states.map(s => (s.from === 'sum' || s.from === 'one' ? [] : leaf(s.leaf)))
  const shapes: Shape[] = [...program.shapes, ...program.shapes, ...stateShapes]
  const shape = (i: number): Shape => shapes[i] as Shape
  /** One of the values that fit, the late ones first. There is always one that does. */
  const pick = (n: number, fits: (of: Shape) => boolean): number => {
    const found = shapes.flatMap((s, i) => (fits(s) ? [i] : []))
    return found[found.length - 1 - (n % found.length)] as number
  }
  const joins =
    (a: Shape) =>
    (b: Shape): boolean => {
      const joint = broadcast(a, b)
      return joint !== undefined && sizeOf(joint) <= largest
    }

  const instructions = program.genes.map((gene): Instruction => {
    const { kind } = gene
    const x = pick(gene.x, () => true)
    const add = (args: readonly number[], own: Shape, axes?: readonly number[]): Instruction => {
      shapes.push(own)
      return { gene, args, axes, shape: own }
    }
    if (isBinary(kind) || kind === 'lerp') {
      const y = pick(gene.y, joins(shape(x)))
      return add([x, y], broadcast(shape(x), shape(y)) as Shape)
    }
    if (kind === 'where') {
      const y = pick(gene.y, joins(shape(x)))
      const joint = broadcast(shape(x), shape(y)) as Shape
      const z = pick(gene.z, joins(joint))
      return add([x, y, z], broadcast(joint, shape(z)) as Shape)
    }
    if (kind === 'branch' || kind === 'branchOn') {
      const y = pick(gene.y, of => same(of, shape(x)))
      if (kind === 'branch') return add([x, y], shape(x))
      const single = shapes.some(of => sizeOf(of) === 1)
      // Without a value of one element there is none to branch on.
      return single ? add([x, y, pick(gene.z, of => sizeOf(of) === 1)], shape(x)) : add([x, y], shape(x))
    }
    if (isReduction(kind)) {
      const axes = shape(x).flatMap((_, i) => ((gene.axes >> i) & 1 ? [i] : []))
      if (axes.length === 0) return add([x], [])
      return add(
        [x],
        shape(x).map((n, i) => (axes.includes(i) ? 1 : n)),
        axes,
      )
    }
    if (kind === 'both') {
      const y = pick(gene.y, of => same(of, shape(x)))
      return add([x, y], shape(x))
    }
    if (kind === 'first') return add([x], [])
    if (kind === 'spread') {
      const to = leaf(gene.y)
      return add([pick(gene.x, of => same(broadcast(of, to), to))], to)
    }
    return add([x], shape(x))
  })
  return {
    program,
    instructions,
    stateShapes,
    updates: program.shapes.map((to, i) => pick(program.updates[i] ?? 0, of => same(broadcast(of, to), to))),
    next: program.states.map((s, i) => pick(s.next, of => same(of, stateShapes[i] as Shape))),
  }
}

/** The operations of one operand and a host number beside it: the number as an operand. */
export const withNumber = ['add', 'sub', 'mul', 'div', 'minimum', 'maximum', 'greater', 'pow'] as const
export const numberOp = ({ axes }: Gene): (typeof withNumber)[number] =>
  withNumber[axes % withNumber.length] as (typeof withNumber)[number]

/** A program as a person reads it. */
export const show = ({ program, instructions, updates, next }: Decoded): string => {
  const n = program.shapes.length
  const name = (i: number): string =>
    i < n
      ? `g${i}`
      : i < 2 * n
        ? `p${i - n}`
        : i < 2 * n + next.length
          ? `s${i - 2 * n}`
          : `v${i - 2 * n - next.length}`
  const line = ({ gene, args, axes, shape }: Instruction, i: number): string => {
    const numbers: Partial<Record<Kind, string>> = {
      clip: `, ${gene.scalar}, l`,
      lerp: `, ${gene.scalar}`,
      branch: `, ${gene.scalar}`,
      scaled: `, ${gene.scalar}`,
      number: `, ${numberOp(gene)} ${gene.scalar}`,
    }
    const of = `${args.map(name).join(', ')}${axes === undefined ? '' : `, [${axes}]`}${numbers[gene.kind] ?? ''}`
    const where = numbers[gene.kind] === undefined ? '' : ` with k = ${gene.k}, l = ${gene.l}`
    return `v${i}${gene.observed ? ' (observed)' : ''} = ${gene.kind}(${of}): [${shape}]${where}`
  }
  return [
    `leaves ${program.shapes.map((s, i) => `${i}: [${s}]`).join(', ')}${program.counts ? ', and a count' : ''}`,
    ...program.states.map(
      (s, i) => `s${i} from ${s.from} of ${s.leaf % n} (k = ${s.k}), then ${name(next[i] as number)}`,
    ),
    ...instructions.map(line),
    `updates ${updates.map(name).join(', ')}`,
  ].join('\n')
}
