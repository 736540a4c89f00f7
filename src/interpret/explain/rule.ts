/** The rule of a leaf, line by line: states, observed values and what is used more than once each have a name. */
import type { NodeId, Target } from '../../expr/graph.js'
import type { Machine } from '../machine.js'
import { type Formula, type Name, weightOf } from './formula.js'
import { leafOf, type Names, namesOf } from './names.js'
import { isUniform } from './patterns.js'
import { type Functions, type Reader, type Refer, readerOf } from './read.js'

export interface Line {
  readonly name: Name
  readonly formula: Formula
}

export interface Rules {
  /** The functions that the rules call, by name, as far as they have been read. */
  readonly functions: Functions
  /** The lines of a leaf's rule, each after what it uses; the update, `u`, is last. */
  readonly of: (leaf: string) => readonly Line[]
  /** A value in full, in the words of a leaf. */
  readonly formula: (id: NodeId, leaf: string) => Formula
  /** A value on one line: what has a name is called by it, and what lies deep is left out. */
  readonly summary: (id: NodeId, leaf: string) => Formula
  /** A number that two values share exactly if they are the same, each in its own leaf's words. */
  readonly signature: (id: NodeId, leaf: string) => number
}

/** The rules of a traced transform. */
export const rulesOf = (machine: Machine): Rules => {
  const names = namesOf(machine)
  const functions: Functions = new Map()
  const readers = new Map<string, Reader>()
  const readerFor = (leaf: string): Reader => {
    const known =
      readers.get(leaf) ??
      readerOf(machine, names, leaf, functions, (a, l, b, k) => signature(a, l) === signature(b, k))
    readers.set(leaf, known)
    return known
  }

  const numbers = new Map<string, number>()
  const signatures = new Map<string, number>()
  const signatureOf = (sort: 'tensor' | 'scalar', id: NodeId, leaf: string): number => {
    const key = `${sort} ${id} ${leaf}`
    const known = signatures.get(key)
    if (known !== undefined) return known
    const short =
      (s: typeof sort) =>
      (operand: NodeId): Formula => ({
        kind: 'name',
        name: { word: `#${signatureOf(s, operand, leaf)}` },
      })
    const spelt = JSON.stringify(readerFor(leaf)[sort](id, { tensor: short('tensor'), scalar: short('scalar') }))
    const fresh = numbers.get(spelt) ?? numbers.size
    numbers.set(spelt, fresh)
    signatures.set(key, fresh)
    return fresh
  }
  const signature = (id: NodeId, leaf: string): number => signatureOf('tensor', id, leaf)

  return {
    functions,
    signature,
    formula: (id, leaf) => {
      const reader = readerFor(leaf)
      const refer: Refer = { tensor: x => reader.tensor(x, refer), scalar: x => reader.scalar(x, refer) }
      return refer.tensor(id)
    },
    summary: (id, leaf) => {
      const reader = readerFor(leaf)
      const known = namedOf(machine, names, leaf)
      const refer = (depth: number): Refer => {
        const written =
          (sort: Sort) =>
          (x: NodeId): Formula => {
            const symbol = known.get(keyOf(sort, x))
            if (symbol !== undefined) return { kind: 'name', name: symbol }
            if (depth < deepest) return dots
            const inner = reader[sort](x, refer(depth - 1))
            return depth > 0 || weightOf(inner) === 0 ? inner : dots
          }
        return { tensor: written('tensor'), scalar: written('scalar') }
      }
      const symbol = known.get(keyOf('tensor', id))
      return symbol?.next ? { kind: 'name', name: symbol } : reader.tensor(id, refer(summaryDepth))
    },
    of: leaf => linesOf(machine, names, leaf, readerFor(leaf)),
  }
}

/** How many operations deep a summary goes, and how far below it a number is looked for that takes no more room than dots. */
const summaryDepth = 4
const deepest = -3

const dots: Formula = { kind: 'name', name: { word: '...' } }

type Sort = 'tensor' | 'scalar'
const keyOf = (sort: Sort, id: NodeId): string => `${sort} ${id}`
const sortOf = ({ sort }: Target): Sort => (sort === 'expr' ? 'tensor' : 'scalar')

/** How often each value is written down. */
const usesOf = (reader: Reader, roots: readonly Target[]): ReadonlyMap<string, number> => {
  const uses = new Map<string, number>()
  const visit =
    (sort: Sort) =>
    (id: NodeId): Formula => {
      const key = keyOf(sort, id)
      const seen = uses.get(key) ?? 0
      uses.set(key, seen + 1)
      if (seen === 0) reader[sort](id, { tensor: visit('tensor'), scalar: visit('scalar') })
      return { kind: 'name', name: { word: key } }
    }
  for (const root of roots) visit(sortOf(root))(root.id)
  return uses
}

interface Change {
  readonly symbol: Name
  readonly next: Target
}

/** The states of a leaf, and those of no leaf, that a step changes. */
const changesOf = (machine: Machine, names: Names, leaf: string): readonly Change[] =>
  [...machine.slots].flatMap(([input, slot]) => {
    const symbol = names.state(input)
    const { next } = slot
    const node = next.sort === 'expr' ? machine.graph.tensors[next.id]?.operation : machine.graph.scalars[next.id]
    const still = node?.op === 'input' && node.name === input
    const mine = leafOf(slot, names.leaves) ?? leaf
    return symbol === undefined || mine !== leaf || still ? [] : [{ symbol: { ...symbol, next: true }, next }]
  })

/** What has a name of its own: the next states, and what is observed. */
const namedOf = (machine: Machine, names: Names, leaf: string): ReadonlyMap<string, Name> =>
  new Map<string, Name>([
    ...changesOf(machine, names, leaf).map(({ symbol, next }) => [keyOf(sortOf(next), next.id), symbol] as const),
    // Of two labels of one value the first one holds: the other may be of what is observed but not read.
    ...machine.graph.observations
      .toReversed()
      .filter(observation => observation.leaf === leaf || observation.leaf === '*')
      .map(({ label, tensor }) => [keyOf('tensor', tensor), { word: label }] as const),
  ])

const linesOf = (machine: Machine, names: Names, leaf: string, reader: Reader): readonly Line[] => {
  const { graph } = machine
  const place = [...names.leaves].indexOf(leaf)
  const update = machine.updates[place] as Target
  const changes = changesOf(machine, names, leaf)
  const uses = usesOf(reader, [...changes.map(({ next }) => next), update])

  const wanted = namedOf(machine, names, leaf)
  const taken = new Set(['g', 'p', 't', 'u', ...[...wanted.values()].map(({ word }) => word)])
  const counts = new Map<string, number>()
  const invented = (sort: Sort, id: NodeId, formula: Formula): Name => {
    const uniform = sort === 'tensor' && isUniform(graph, id)
    const norm = formula.kind === 'call' && formula.of === 'norm'
    const [letter] = sort === 'scalar' ? ['c'] : norm ? ['n'] : uniform ? ['s'] : ['d']
    const index = (counts.get(letter as string) ?? (taken.has(letter as string) ? 1 : 0)) + 1
    counts.set(letter as string, index)
    return index === 1 ? { word: letter as string } : { word: letter as string, index }
  }

  const lines: Line[] = []
  const known = new Map<string, Formula>()
  const refer: Refer = { tensor: id => written('tensor', id), scalar: id => written('scalar', id) }
  const written = (sort: Sort, id: NodeId): Formula => {
    const key = keyOf(sort, id)
    const before = known.get(key)
    if (before !== undefined) return before
    const formula = reader[sort](id, refer)
    const shared = (uses.get(key) ?? 0) > 1 && weightOf(formula) > 1
    const symbol =
      weightOf(formula) === 0 ? undefined : (wanted.get(key) ?? (shared ? invented(sort, id, formula) : undefined))
    if (symbol !== undefined) lines.push({ name: symbol, formula })
    const result: Formula = symbol === undefined ? formula : { kind: 'name', name: symbol }
    known.set(key, result)
    return result
  }

  for (const { symbol, next } of changes) {
    const value = written(sortOf(next), next.id)
    const own = value.kind === 'name' && JSON.stringify(value.name) === JSON.stringify(symbol)
    if (!own) lines.push({ name: symbol, formula: value })
  }
  const formula = written('tensor', update.id)
  return [...lines, { name: { word: 'u' }, formula }]
}
