/** What is drawn: programs, values for their inputs, and what is done with them step by step. */
import * as fc from 'fast-check'
import {
  binaryOps,
  type Gene,
  type Kind,
  opaques,
  type Program,
  reductions,
  type Shape,
  type StateGene,
  scalars,
  unaryOps,
} from './program.js'

/** One step of a run. */
export interface Step {
  readonly call: 'update' | 'step'
  readonly t: number
  /** Values are drawn from it, so that they need not be written down. */
  readonly seed: number
  /** How large gradients are: mostly ordinary, sometimes with all that float32 has. */
  readonly values: 'whole' | 'typical' | 'wild'
  /** Which leaves have a gradient, as bits. */
  readonly present: number
  /** For each leaf: its own gradient, its parameter, or the first leaf's gradient of its shape. */
  readonly aliases: number
  /** Whether a node named `fail` throws first, and the step is tried again. */
  readonly fails: boolean
}

export interface Trial {
  readonly program: Program
  readonly steps: readonly Step[]
  /** Which of the observed values are read, as bits. */
  readonly observe: number
  /** Whether leaves of one shape begin as clones that share their bytes. */
  readonly sharing: boolean
}

const shapes: readonly Shape[] = [
  [],
  [1],
  [5],
  [2, 3],
  [2, 3],
  [3],
  [3, 1],
  [1, 3],
  [2, 2, 2],
  [0],
  [0, 3],
  [17],
  [2, 1, 2, 2],
  [1, 1],
]

const kinds: readonly (readonly [weight: number, kinds: readonly Kind[]])[] = [
  [3, unaryOps],
  [5, binaryOps],
  [4, reductions],
  [3, opaques],
  [3, ['where', 'clip', 'lerp', 'branch', 'branchOn', 'number', 'number', 'number', 'spread']],
]

const arbitraryKind: fc.Arbitrary<Kind> = fc.oneof(
  ...kinds.map(([weight, some]) => ({ weight, arbitrary: fc.constantFrom(...some) })),
)
const ordinary = [0, 1, -1, 0.5, 2, 3, -0.3, 1e-8, 0.1]
const arbitraryNumber = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...ordinary) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(1e30, -1e-30, 1e-42, 1e39, Number.POSITIVE_INFINITY, Number.NaN, 0.1 + 1e-9),
  },
)
// Operands are late ones mostly, so that programs are deep.
const operand = fc.oneof({ weight: 3, arbitrary: fc.nat(3) }, { weight: 1, arbitrary: fc.nat(20) })

const arbitraryGene: fc.Arbitrary<Gene> = fc.record({
  kind: arbitraryKind,
  x: operand,
  y: operand,
  z: operand,
  k: arbitraryNumber,
  l: arbitraryNumber,
  scalar: fc.constantFrom(...scalars),
  axes: fc.oneof(fc.constant(0), fc.nat(15)),
  observed: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
})

const arbitraryState: fc.Arbitrary<StateGene> = fc.record({
  leaf: fc.nat(2),
  from: fc.constantFrom('fill', 'param', 'condition', 'sum', 'one'),
  k: fc.constantFrom(...ordinary),
  next: operand,
})

const arbitraryProgram: fc.Arbitrary<Program> = fc.record({
  shapes: fc.array(fc.constantFrom(...shapes), { minLength: 1, maxLength: 3 }),
  genes: fc.array(arbitraryGene, { minLength: 1, maxLength: 12, size: 'max' }),
  states: fc.array(arbitraryState, { maxLength: 3, size: 'max' }),
  updates: fc.array(operand, { minLength: 3, maxLength: 3 }),
  counts: fc.boolean(),
})

const arbitraryStep: fc.Arbitrary<Step> = fc.record({
  call: fc.constantFrom('step', 'step', 'update'),
  t: fc.constantFrom(0, 1, 0.3, 2, -1),
  seed: fc.nat(),
  values: fc.constantFrom('whole', 'typical', 'typical', 'wild'),
  present: fc.oneof({ weight: 3, arbitrary: fc.constant(7) }, { weight: 1, arbitrary: fc.nat(7) }),
  aliases: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(26) }),
  fails: fc.boolean(),
})

export const arbitraryTrial: fc.Arbitrary<Trial> = fc.record({
  program: arbitraryProgram,
  steps: fc.array(arbitraryStep, { minLength: 1, maxLength: 2, size: 'max' }),
  observe: fc.oneof(fc.constant(0), fc.nat(4095)),
  sharing: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
})

const strange = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  0,
  -0,
  1e38,
  -3e38,
  1e-38,
  1e-40,
  1e-45,
  1e20,
  -1e-20,
  1e-8,
  88,
  -100,
  16777217,
]

/** Numbers from a seed, by a generator of 32 bits (mulberry32). */
export const numbersFrom = (seed: number) => {
  let a = seed | 0
  const uniform = (): number => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  return (kind: Step['values']): number => {
    const x = uniform()
    if (kind === 'whole') return Math.floor(x * 7) - 3
    if (kind === 'wild' && uniform() < 0.3) return strange[Math.floor(x * strange.length)] as number
    return Math.fround((x - 0.5) * 4)
  }
}
