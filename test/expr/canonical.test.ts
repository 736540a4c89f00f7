/** The canonical form of a graph, against isomorphism decided by another way. */
import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalForm } from '../../src/expr/canonical.js'
import { exprInput } from '../../src/expr/expr.js'
import { graphOf } from '../../src/expr/graph.js'
import { jsonText } from '../../src/expr/json.js'
import { scalarInput } from '../../src/expr/scalar.js'
import { sha256 } from '../../src/expr/sha256.js'
import { type Expr, expr, opaque, type Scalar } from '../../src/index.js'
import { seed } from '../support/seed.js'

const form = (...roots: readonly (Expr | Scalar)[]): string => canonicalForm(graphOf(roots))

/** A program: what each line computes, from lines before it, by index modulo their number. */
interface Line {
  readonly op: 'input' | 'literal' | 'add' | 'sub' | 'where' | 'sum' | 'lerp' | 'opaque' | 'clip'
  readonly args: readonly number[]
  readonly number: number
}
const numbers = fc.constantFrom(0.1, 0.1 + 2 ** -55, 0.5, -0, 2, Number.NaN, 12345678901.5, 12345678902.5)
const line = fc.record<Line>({
  op: fc.constantFrom('input', 'literal', 'add', 'sub', 'where', 'sum', 'lerp', 'opaque', 'clip'),
  args: fc.array(fc.nat({ max: 30 }), { minLength: 3, maxLength: 3 }),
  number: numbers,
})
const program = fc.array(line, { minLength: 1, maxLength: 14 })

const arity: Readonly<Record<Line['op'], number>> = {
  input: 0,
  literal: 0,
  add: 2,
  sub: 2,
  where: 3,
  sum: 1,
  lerp: 2,
  opaque: 1,
  clip: 1,
}
const hasNumber = new Set<Line['op']>(['input', 'literal', 'sum', 'lerp', 'opaque', 'clip'])
const axesOf = ({ number }: Line) => (number > 1 ? [0] : number > 0.3 ? [1] : undefined)

const argsOf = (lines: readonly Line[], at: number): readonly number[] => {
  const { op, args } = lines[at] as Line
  return at === 0 ? [] : args.slice(0, arity[op]).map(arg => arg % at)
}
/** What stands in a line without operands: it becomes an input, as does the first line. */
const opOf = (lines: readonly Line[], at: number): Line['op'] => {
  const { op } = lines[at] as Line
  return at === 0 && arity[op] > 0 ? 'input' : op
}

const run = ([x]: readonly unknown[]) => x

/** The value of each line, made in the given order of lines, for each of which its operands are made first. */
const built = (lines: readonly Line[], order: readonly number[], share: boolean, watch: boolean): Expr => {
  const known = new Map<number, Expr>()
  const make = (at: number): Expr => {
    const { number } = lines[at] as Line
    const [a, b, c] = argsOf(lines, at).map(value) as unknown as readonly [Expr, Expr, Expr] // as many as the operation takes
    switch (opOf(lines, at)) {
      case 'input':
        return exprInput(`x ${number}`, [2, 3])
      case 'literal':
        return expr(number)
      case 'add':
        return a.add(b)
      case 'sub':
        return a.sub(b)
      case 'where':
        return a.where(b, c)
      case 'sum':
        return a.broadcastTo(exprInput('x 0', [2, 3])).sum(axesOf(lines[at] as Line))
      case 'lerp':
        return a.lerp(b, scalarInput(`t ${number}`).add(number))
      case 'clip':
        return a.clipByValue(-1, number)
      case 'opaque':
        return opaque({ name: 'op', version: 1, attributes: { number }, run: share ? run : ([x]) => x }, a.shape, [a])
    }
  }
  const value = (at: number): Expr => {
    const found = share ? known.get(at) : undefined
    const fresh = found ?? make(at)
    known.set(at, fresh)
    return watch ? fresh.observe(`line ${at}`, exprInput('unused', [2])) : fresh
  }
  for (const at of order) value(at)
  return value(lines.length - 1)
}

/** Whether two lines compute the same thing in the same way: by their definition, pair by pair. */
const isomorphic = (p: readonly Line[], q: readonly Line[]): boolean => {
  const known = new Map<string, boolean>()
  const same = (i: number, j: number): boolean => {
    const key = `${i} ${j}`
    const found = known.get(key)
    if (found !== undefined) return found
    const [op, other] = [opOf(p, i), opOf(q, j)]
    const [m, n] = [(p[i] as Line).number, (q[j] as Line).number]
    const own =
      op === other &&
      (!hasNumber.has(op) ||
        (op === 'sum' ? String(axesOf(p[i] as Line)) === String(axesOf(q[j] as Line)) : recorded(op, m, n)))
    const [a, b] = [argsOf(p, i), argsOf(q, j)]
    const result = own && a.every((arg, k) => same(arg, b[k] as number))
    known.set(key, result)
    return result
  }
  // A name in a template has no sign of zero.
  const recorded = (op: Line['op'], m: number, n: number) =>
    op === 'input' ? String(m) === String(n) : Object.is(m, n)
  return same(p.length - 1, q.length - 1)
}

describe('the canonical form', () => {
  test('is the same exactly where the graphs are isomorphic, with equal records', () => {
    let equal = 0
    let different = 0
    const options = { seed, numRuns: 3000 }
    const edits = fc.record({ at: fc.nat(13), line, arg: fc.boolean() })
    fc.assert(
      fc.property(program, edits, fc.boolean(), (lines, { at, line, arg }, edit) => {
        const old = lines[at % lines.length] as Line
        const changed = arg ? { ...old, number: line.number } : { ...line, op: old.op, number: old.number }
        const others = edit ? lines.with(at % lines.length, changed) : lines
        const order = lines.map((_, i) => i)
        const [f, h] = [built(lines, order, true, false), built(others, order.toReversed(), true, false)]
        const same = isomorphic(lines, others)
        if (same) equal++
        else different++
        expect(form(f) === form(h)).toBe(same)
      }),
      options,
    )
    expect(equal).toBeGreaterThan(300)
    expect(different).toBeGreaterThan(300)
  })

  test('takes no notice of the order of construction, of what is observed, and of whether equal nodes are one', () => {
    fc.assert(
      fc.property(program, lines => {
        const order = lines.map((_, i) => i)
        const own = form(built(lines, order, true, false))
        expect(form(built(lines, order.toReversed(), true, false))).toBe(own)
        expect(form(built(lines, [], true, false))).toBe(own)
        expect(form(built(lines, order, true, true))).toBe(own)
        // Each use with nodes of its own, opaque ones with a function of their own, though of one text.
        if (lines.length < 8) expect(form(built(lines, order, false, true))).toBe(own)
      }),
      { seed, numRuns: 300 },
    )
  })

  const x = exprInput('x', [2, 3])
  const y = exprInput('y', [2, 3])
  const operation = { name: 'op', version: 1, attributes: { a: [1, 0.1], b: 'x' }, run }
  const node = (changes: Partial<typeof operation>) => opaque({ ...operation, ...changes }, [2, 3], [x])
  const t = scalarInput('t')

  test.each<readonly [string, Expr | Scalar, Expr | Scalar]>([
    ['the last bit of a literal', x.mul(0.1), x.mul(0.1 + 2 ** -56)],
    ['the sign of zero', x.minimum(0), x.minimum(-0)],
    ['the order of operands', x.add(y), y.add(x)],
    ['the name of an input', x.neg(), y.neg()],
    ['the shape of an input', x.neg(), exprInput('x', [3, 2]).neg()],
    ['a condition and its number', x.greater(0), x.greater(0).add(0)],
    ['the axes of a sum', x.sum([0]), x.sum([1])],
    ['all axes, and each of them', x.sum(), x.sum([0, 1])],
    ['the reduction', x.max(), x.min()],
    ['a number of the step', x.mul(expr(t)), x.mul(expr(scalarInput('u')))],
    ['an operation on it', t.add(1), t.sub(-1)],
    ['the name of an opaque operation', node({}), node({ name: 'other' })],
    ['its version', node({}), node({ version: 2 })],
    ['a number among its attributes', node({}), node({ attributes: { a: [1, 0.1 + 2 ** -56], b: 'x' } })],
    ['a word among them', node({}), node({ attributes: { a: [1, 0.1], b: 'y' } })],
    ['its source text', node({}), node({ run: ([z]: readonly unknown[]) => z })],
    ['what it is applied to', node({}), opaque(operation, [2, 3], [y])],
  ])('tells %s', (_, a, b) => {
    expect(form(a)).not.toBe(form(b))
  })

  test('of several roots has them in their order, each where it stands', () => {
    expect(form(x, y)).not.toBe(form(y, x))
    expect(form(x, x)).not.toBe(form(x))
    expect(form(x.neg(), x)).toBe(form(x.neg(), exprInput('x', [2, 3])))
  })

  test('has the attributes of an operation, whatever the order of their keys', () => {
    expect(form(node({ attributes: { b: 'x', a: [1, 0.1] } }))).toBe(form(node({})))
  })

  test('of an expression deeper than the stack of the host is written all the same', () => {
    const depth = 1000
    const chain = Array.from({ length: depth }).reduce<Expr>(e => e.neg(), x)
    expect(form(chain).split('\n')).toHaveLength(depth + 2)
  })
})

describe('an opaque operation', () => {
  const x = exprInput('x', [2])
  const make = (operation: object) => () => opaque(operation as never, [2], [x])
  const nodes = (...roots: readonly Expr[]) => graphOf(roots).tensors.length

  test('is one node where it is the same function with equal attributes on equal operands', () => {
    const f = (seed: number) => opaque({ name: 'f', version: 1, attributes: { seed }, run }, [2], [x])
    expect(nodes(f(1), f(1))).toBe(2)
    expect(nodes(f(1), f(2))).toBe(3)
  })

  test('is two where the function is another, for it may have taken other constants from around it', () => {
    const f = (c: number) => opaque({ name: 'f', version: 1, run: () => c }, [2], [x])
    expect(nodes(f(1), f(2))).toBe(3)
  })

  test.each<readonly [string, object, string]>([
    ['no version', { name: 'f', run }, "opaque operation 'f' has the version undefined; give it one, such as 1"],
    ['no name', { version: 1, run }, 'an opaque operation has the name undefined'],
    ['no function', { name: 'f', version: 1 }, "opaque operation 'f': run is undefined; a function was expected"],
    [
      'a bound function',
      { name: 'f', version: 1, run: run.bind(null) },
      'run is bound or native, and has no source text',
    ],
    [
      'a tensor among its attributes',
      { name: 'f', version: 1, attributes: { at: [new Float32Array(1)] }, run },
      "opaque operation 'f': attributes.at[0] is an instance; plain data was expected",
    ],
    [
      'an attribute left open',
      { name: 'f', version: 1, attributes: { seed: undefined }, run },
      'attributes.seed is undefined; plain data was expected',
    ],
  ])('with %s is refused', (_, operation, message) => {
    expect(make(operation)).toThrow(message)
  })
})

test('data have one text exactly where they are equal, numbers by their bits', () => {
  const same = (a: unknown, b: unknown): boolean =>
    Object.is(a, b) ||
    (typeof a === 'object' &&
      typeof b === 'object' &&
      a !== null &&
      b !== null &&
      Array.isArray(a) === Array.isArray(b) &&
      Object.keys(a).length === Object.keys(b).length &&
      Object.entries(a).every(([key, x]) => Object.hasOwn(b, key) && same(x, b[key as keyof typeof b])))
  const value = fc.letrec(tie => ({
    any: fc.oneof(fc.double(), fc.constantFrom(0, -0, null, true, '', '0'), fc.string(), tie('list'), tie('record')),
    list: fc.array(tie('any'), { maxLength: 3 }),
    record: fc.dictionary(fc.constantFrom('a', 'b', '0', ''), tie('any'), { noNullPrototype: true }),
  })).any
  fc.assert(
    fc.property(value, value, (a, b) => {
      expect(jsonText(a, 'a') === jsonText(b, 'b')).toBe(same(a, b))
      expect(jsonText(structuredClone(a), 'a')).toBe(jsonText(a, 'a'))
    }),
    { seed, numRuns: 500 },
  )
})

test('hashes are those of SHA-256', () => {
  const theirs = (text: string) => createHash('sha256').update(text).digest('hex')
  for (const n of [0, 1, 55, 56, 63, 64, 65, 119, 120, 1000]) {
    const text = 'aé'.repeat(n).slice(0, n)
    expect(sha256(text)).toBe(theirs(text))
  }
})
