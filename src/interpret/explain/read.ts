/** Reading a graph as formulas: each node in terms of its operands, with the forms that have a name called by it. */
import type { Graph, NodeId } from '../../expr/graph.js'
import type { ScalarOperation } from '../../expr/scalar.js'
import { sizeOf } from '../../expr/shape.js'
import { values } from '../../expr/tree.js'
import type { Machine } from '../machine.js'
import {
  call,
  choice,
  difference,
  type Formula,
  name,
  negated,
  number,
  power,
  product,
  quotient,
  type Relation,
  sum,
} from './formula.js'
import type { Names } from './names.js'
import { cappedOf, literalOf, meanOf, normalizedOf, operandsOf, tensorAt } from './patterns.js'

/** How operands are written: by name, or in full. */
export interface Refer {
  readonly tensor: (id: NodeId) => Formula
  readonly scalar: (id: NodeId) => Formula
}

/** The rule of one leaf, node by node. */
export interface Reader {
  readonly tensor: (id: NodeId, refer: Refer) => Formula
  readonly scalar: (id: NodeId, refer: Refer) => Formula
}

/** A function that takes an epsilon: what it is, by name. */
export type Functions = Map<string, { readonly of: 'S' | 'cap'; readonly eps: number }>

const relations: Readonly<Record<string, Relation>> = {
  greater: '>',
  greaterEqual: '>=',
  less: '<',
  lessEqual: '<=',
  equal: '=',
  notEqual: '!=',
  logicalAnd: 'and',
  logicalOr: 'or',
}

const functionNames: Readonly<Record<string, string>> = { minimum: 'min', maximum: 'max', logicalNot: 'not' }

/** What an operation of one or two operands says. */
const operation = (op: string, [a = number(0), b = number(0)]: readonly Formula[]): Formula => {
  const sign = relations[op]
  if (sign !== undefined) return { kind: 'relation', sign, a, b }
  switch (op) {
    case 'add':
      return sum(a, b)
    case 'sub':
      return difference(a, b)
    case 'mul':
      return product(a, b)
    case 'div':
      return quotient(a, b)
    case 'neg':
      return negated(a)
    case 'square':
      return power(a, number(2))
    case 'pow':
      return power(a, b)
    default:
      return call(functionNames[op] ?? op, /^(pow|minimum|maximum|mod)$/.test(op) ? [a, b] : [a])
  }
}

/** $(1 - t)\,a + t\,b$ as an average is written; $a + t\,(b - a)$ for a coefficient that may lie outside [0, 1]. */
const interpolation = (a: Formula, b: Formula, t: Formula): Formula =>
  t.kind === 'number' && t.value > 0 && t.value < 1
    ? sum(product(t, b), product(number(1 - t.value), a))
    : sum(a, product(t, difference(b, a)))

type OverLeaves = 'add' | 'minimum' | 'maximum'

/** Terms of a sum (or least, or greatest) over leaves: one value of each of several leaves, and nothing else. */
const perLeaf = (graph: Graph, id: NodeId, op: OverLeaves): readonly NodeId[] | undefined => {
  const chain = (x: NodeId): readonly NodeId[] => {
    const [a, b] = operandsOf(graph, x, op) ?? []
    return a === undefined || b === undefined ? [x] : [...chain(a), b]
  }
  const terms = chain(id)
  const leaves = terms.map(term => tensorAt(graph, term).leaf)
  const distinct = new Set(leaves).size === leaves.length && leaves.every(leaf => typeof leaf === 'string')
  return terms.length > 1 && distinct && terms.every(term => tensorAt(graph, term).shape.length === 0)
    ? terms
    : undefined
}

/**
 * Reads the nodes of a graph as the rule of one leaf.
 *
 * @param alike whether values of two leaves are the same, each in its own leaf's words
 */
export const readerOf = (
  machine: Machine,
  names: Names,
  own: string,
  functions: Functions,
  alike: (a: NodeId, leafOfA: string, b: NodeId, leafOfB: string) => boolean,
): Reader => {
  const { graph } = machine
  const shapes = machine.signature.params
  const total = values(shapes).reduce((n, shape) => n + sizeOf(shape), 0)

  const functionOf = (of: 'S' | 'cap', eps: number): string => {
    const found = [...functions].find(([, known]) => known.of === of && known.eps === eps)
    if (found !== undefined) return found[0]
    const others = [...functions.values()].filter(known => known.of === of).length
    const fresh = others === 0 ? of : `${of}_${others + 1}`
    functions.set(fresh, { of, eps })
    return fresh
  }

  /** Terms of leaves as one sum over leaves, in the words of this leaf where it is among them. */
  const overLeaves = (of: string, id: NodeId, op: OverLeaves, refer: Refer): Formula | undefined => {
    const terms = perLeaf(graph, id, op)
    const leafAt = (term: NodeId): string => tensorAt(graph, term).leaf as string
    const mine = terms?.find(term => leafAt(term) === own) ?? terms?.[0]
    if (terms === undefined || mine === undefined) return undefined
    if (!terms.every(term => alike(term, leafAt(term), mine, leafAt(mine)))) return undefined
    const leaves = terms.length === names.leaves.size ? 'all' : terms.map(leafAt)
    return call(of, [refer.tensor(mine)], { leaves })
  }

  const fraction = (id: NodeId, args: readonly NodeId[], refer: Refer): Formula => {
    const [a, b] = args as readonly [NodeId, NodeId]
    const mean = meanOf(graph, id)
    if (mean !== undefined) return call('mean', [refer.tensor(mean.of)], { axes: mean.axes })
    const signal = normalizedOf(graph, id)
    if (signal !== undefined && signal.axes === undefined)
      return call(functionOf('S', signal.eps), [refer.tensor(signal.of)])
    const divisor = literalOf(graph, b)
    const terms = divisor === undefined ? undefined : perLeaf(graph, a, 'add')
    if (terms !== undefined && divisor === terms.length)
      return overLeaves('mean', a, 'add', refer) ?? plain('div', args, refer)
    // Of a number for the whole leaf, the quotient by just the leaf's size is meant per element.
    if (tensorAt(graph, a).shape.length === 0 && divisor === sizeOf(shapes[own] ?? []))
      return quotient(refer.tensor(a), name('size'))
    if (terms !== undefined && divisor === total) return quotient(refer.tensor(a), name('totalSize'))
    return plain('div', args, refer)
  }
  const plain = (op: string, args: readonly NodeId[], refer: Refer): Formula => operation(op, args.map(refer.tensor))

  return {
    tensor: (id, refer) => {
      const { operation: node, args, scalars } = tensorAt(graph, id)
      const [a, b, c] = args as readonly [NodeId, NodeId, NodeId]
      const [s, t] = scalars as readonly [NodeId, NodeId]
      switch (node.op) {
        case 'input':
          return names.input(node.name, own)
        case 'constant':
          return refer.scalar(s)
        case 'broadcast':
        case 'cast':
          return refer.tensor(a)
        case 'clip':
          return call('clip', [refer.tensor(a), refer.scalar(s), refer.scalar(t)])
        case 'lerp':
          return interpolation(refer.tensor(a), refer.tensor(b), refer.scalar(s))
        case 'select':
          return choice(refer.scalar(s), refer.tensor(a), refer.tensor(b))
        case 'where':
          return choice(refer.tensor(a), refer.tensor(b), refer.tensor(c))
        case 'reduce':
          return call(node.kind, [refer.tensor(a)], { axes: node.axes })
        case 'opaque':
          return call(node.opaque.name, [...args.map(refer.tensor), ...scalars.map(refer.scalar)])
        case 'add':
          return overLeaves('sum', id, node.op, refer) ?? plain(node.op, args, refer)
        case 'minimum':
        case 'maximum':
          return overLeaves(functionNames[node.op] ?? node.op, id, node.op, refer) ?? plain(node.op, args, refer)
        case 'mul': {
          const cap = cappedOf(graph, id)
          return cap === undefined
            ? plain('mul', args, refer)
            : call(functionOf('cap', cap.eps), [refer.tensor(cap.of), refer.tensor(cap.limit)])
        }
        case 'div':
          return fraction(id, args, refer)
        default:
          return plain(node.op, args, refer)
      }
    },

    scalar: (id, refer) => {
      if (names.steps.has(id)) return name('t')
      const node = graph.scalars[id]
      switch (node?.op) {
        case undefined:
          throw new RangeError(`the graph has no number ${id}`)
        case 'literal':
          return number(node.value)
        case 'input':
          return names.input(node.name, own)
        case 'read':
          return refer.tensor(node.tensor)
        case 'where': {
          const [condition, yes, no] = node.args.map(refer.scalar) as [Formula, Formula, Formula]
          return choice(condition, yes, no)
        }
        default:
          return scalarOperation(graph, node.op, node.args, refer)
      }
    },
  }
}

const scalarOperation = (graph: Graph, op: ScalarOperation, args: readonly NodeId[], refer: Refer): Formula => {
  // A bound on both sides is how `clipByValue` writes itself down.
  const inner = graph.scalars[args[0] as NodeId]
  if (op === 'minimum' && inner?.op === 'maximum')
    return call('clip', [...inner.args.map(refer.scalar), refer.scalar(args[1] as NodeId)])
  return operation(op, args.map(refer.scalar))
}
