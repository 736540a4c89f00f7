/** Which node a missing bound is owed to. */
import type { NodeId } from '../../expr/graph.js'
import { isUniform, tensorAt } from '../explain/patterns.js'
import type { Rules } from '../explain/rule.js'
import { showText } from '../explain/text.js'
import type { Analysis } from './analysis.js'
import { isBounded, isTame } from './interval.js'
import type { Relation } from './relative.js'

/** A node that has no bound. */
export interface Blame {
  /** What the node computes: an operation of the algebra, `input`, or the name of an opaque node. */
  readonly operation: string
  /** The leaf it belongs to; `*` where it mixes several. */
  readonly leaf: string
  /** The observed value that it is, or that it is part of, if any. */
  readonly label?: string
  /** The node as `explain` writes it. */
  readonly formula: string
}

// What passes a bound on from operand to result, so that a missing one is an operand's.
const passing: ReadonlySet<string> = new Set([
  'add',
  'sub',
  'neg',
  'lerp',
  'where',
  'select',
  'broadcast',
  'cast',
  'clip',
  'minimum',
  'maximum',
])

interface Found {
  readonly id: NodeId
  /** From the outside in. */
  readonly path: readonly NodeId[]
}

const operands = ({ machine: { graph } }: Analysis, id: NodeId): readonly NodeId[] => {
  const { operation, args } = tensorAt(graph, id)
  return operation.op === 'where' ? args.slice(1) : args
}

/** Down to where a range ceases to be tame: an unbounded term, or a division by what may be 0. */
const untame = (analysis: Analysis, { id, path }: Found): Found => {
  const { operation } = tensorAt(analysis.machine.graph, id)
  const bad = operands(analysis, id).filter(arg => !isTame(analysis.ranges.tensor(arg)))
  const [first] = bad
  const wild = bad.find(arg => !analysis.ranges.tensor(arg).finite)
  const next =
    wild ??
    (passing.has(operation.op) || ((operation.op === 'mul' || operation.op === 'div') && bad.length === 1)
      ? first
      : undefined)
  return next === undefined || isTame(analysis.ranges.tensor(id))
    ? { id, path }
    : untame(analysis, { id: next, path: [...path, next] })
}

/** Down to where a value ceases to be a multiple of the base and of bounded deviation from it. */
const unrelated = (analysis: Analysis, relation: Relation, { id, path }: Found): Found => {
  const { operation } = tensorAt(analysis.machine.graph, id)
  const args = operands(analysis, id)
  const down = (next: NodeId): Found => unrelated(analysis, relation, { id: next, path: [...path, next] })
  const lost = args.filter(arg => relation.to(arg) === undefined)
  if (passing.has(operation.op)) return lost[0] === undefined ? { id, path } : down(lost[0])
  if (operation.op !== 'mul' && operation.op !== 'div') return { id, path }
  const { graph } = analysis.machine
  const untamed = (arg: NodeId): boolean => !isTame(analysis.ranges.tensor(arg))
  if (lost.length < args.length) {
    const factor = lost.find(untamed)
    return factor === undefined ? { id, path } : untame(analysis, { id: factor, path: [...path, factor] })
  }
  // What is one number for the leaf, or has a range of its own, changes nothing about what the other one is.
  const [one, ...more] = lost.filter(arg => !isUniform(graph, arg))
  const [other, ...others] = lost.filter(untamed)
  const next = more.length === 0 ? one : others.length === 0 ? other : undefined
  return next === undefined ? { id, path } : down(next)
}

const described = ({ machine: { graph } }: Analysis, rules: Rules, leaf: string, { id, path }: Found): Blame => {
  const { operation, leaf: own } = tensorAt(graph, id)
  const labels = path.toReversed().flatMap(node => graph.observations.filter(({ tensor }) => tensor === node))
  const name = operation.op === 'opaque' ? operation.opaque.name : operation.op
  return {
    operation: name,
    leaf: own === null ? '*' : (own ?? leaf),
    ...(labels[0] && { label: labels[0].label }),
    formula: showText(rules.summary(id, leaf)),
  }
}

/** Why a value has no bound relative to a base. */
export const blameRelation = (
  analysis: Analysis,
  rules: Rules,
  leaf: string,
  relation: Relation,
  base: string,
  id: NodeId,
): { readonly reason: string; readonly blame: Blame } => {
  const found = unrelated(analysis, relation, { id, path: [id] })
  const blame = described(analysis, rules, leaf, found)
  const { finite, bounds } = analysis.ranges.tensor(found.id)
  const related = found.path.some((node, i) => {
    const factors = i + 1 < found.path.length ? tensorAt(analysis.machine.graph, node).args : []
    return factors.some(factor => relation.to(factor) !== undefined) && isFactor(analysis, node)
  })
  const opaque = tensorAt(analysis.machine.graph, found.id).operation.op === 'opaque'
  const reason = opaque
    ? `${blame.operation} is opaque: of its values nothing is known`
    : !finite
      ? `${blame.formula} may be no finite number`
      : related && !isBounded(bounds)
        ? `${blame.formula}, a factor of ${base}, has no bound`
        : `${blame.formula} is in no proportion to ${base}`
  return { reason, blame }
}

const isFactor = ({ machine: { graph } }: Analysis, id: NodeId): boolean =>
  /^(mul|div)$/.test(tensorAt(graph, id).operation.op)

/** What the lack of a bound is owed to, from a value inwards: as long as an operand lacks it too. */
export const blameDown = (
  analysis: Analysis,
  rules: Rules,
  leaf: string,
  id: NodeId,
  lacks: (operand: NodeId) => boolean,
): Blame => {
  const down = ({ id, path }: Found): Found => {
    const { operation } = tensorAt(analysis.machine.graph, id)
    const next = passing.has(operation.op) || operation.op === 'mul' ? operands(analysis, id).find(lacks) : undefined
    return next === undefined ? { id, path } : down({ id: next, path: [...path, next] })
  }
  return described(analysis, rules, leaf, down({ id, path: [id] }))
}
