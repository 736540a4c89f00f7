/**
 * Adam's ratio of moments, which interval arithmetic cannot see: numerator and denominator remember the same gradients.
 *
 * By the inequality of Cauchy and Schwarz, moving averages $m$ of $x$ and $v$ of $x^2$ that started at 0 together satisfy
 * $$ \frac{\lvert m_t \rvert}{\sqrt{v_t}} \le
 *    \sqrt{\frac{(1 - \beta_1)^2}{1 - \beta_2} \cdot \frac{1 - q^t}{1 - q}}, \qquad q = \frac{\beta_1^2}{\beta_2}, $$
 * whatever the gradients were.
 */
import type { Graph, NodeId, Target } from '../../expr/graph.js'
import { literalOf, operandsOf, tensorAt } from '../explain/patterns.js'
import { type Machine, slotAt } from '../machine.js'

/** The bound for all $t$; undefined where there is none, for $\beta_1^2 \ge \beta_2$. */
export const momentRatioBound = (b1: number, b2: number): number | undefined => {
  const q = b1 ** 2 / b2
  return q < 1 ? (1 - b1) / Math.sqrt((1 - b2) * (1 - q)) : undefined
}

/**
 * The bound on $\lvert \hat m \rvert / \sqrt{\hat v}$: each step's, times its bias corrections, and what comes after so many
 * steps that they have no effect any more.
 */
export const correctedRatioBound = (b1: number, b2: number): number | undefined => {
  const limit = momentRatioBound(b1, b2)
  if (limit === undefined) return undefined
  const q = b1 ** 2 / b2
  const steps = Math.min(1e5, Math.ceil(Math.log(1e-17) / Math.log(Math.max(b1, 1e-3))))
  const early = Array.from(
    { length: steps },
    (_, i) => (limit * Math.sqrt((1 - q ** (i + 1)) * (1 - b2 ** (i + 1)))) / (1 - b1 ** (i + 1)),
  )
  return early.reduce((a, b) => Math.max(a, b), limit / (1 - b1 ** steps))
}

interface Moment {
  readonly of: NodeId
  readonly decay: number
  /** When it takes its next value and when it stands still; `new` where always. */
  readonly moves: string
}

const hostLiteral = (graph: Graph, id: NodeId | undefined): number | undefined => {
  const node = id === undefined ? undefined : graph.scalars[id]
  return node?.op === 'literal' ? node.value : undefined
}

/** How a state goes on: `new`, `old`, or a choice of the two by a condition; undefined for anything else. */
const movesOf = (graph: Graph, { sort, id }: Target, fresh: NodeId, old: NodeId): string | undefined => {
  if (id === fresh) return 'new'
  if (id === old) return 'old'
  const [condition, a, b] =
    sort === 'expr'
      ? [...tensorAt(graph, id).scalars, ...(operandsOf(graph, id, 'select') ?? [])]
      : hostChoice(graph, id)
  if (condition === undefined || a === undefined || b === undefined) return undefined
  const [yes, no] = [movesOf(graph, { sort, id: a }, fresh, old), movesOf(graph, { sort, id: b }, fresh, old)]
  return yes === undefined || no === undefined ? undefined : `${condition}?(${yes}):(${no})`
}

const hostChoice = (graph: Graph, id: NodeId): readonly NodeId[] => {
  const node = graph.scalars[id]
  return node?.op === 'where' ? node.args : []
}

const startsAtZero = ({ init }: Machine, { sort, id }: Target): boolean =>
  sort === 'expr' ? literalOf(init, id) === 0 : hostLiteral(init, id) === 0

/** A moving average with a literal decay that is its own next state and started at 0. */
const momentOf = (machine: Machine, id: NodeId): Moment | undefined => {
  const { graph } = machine
  const [of, old] = operandsOf(graph, id, 'lerp') ?? []
  const decay = hostLiteral(graph, tensorAt(graph, id).scalars[0])
  const slot = old === undefined ? undefined : slotAt(machine, old, 'expr')
  if (of === undefined || old === undefined || decay === undefined || slot === undefined) return undefined
  const moves = movesOf(graph, slot.next, id, old)
  return moves !== undefined && decay > 0 && decay < 1 && startsAtZero(machine, slot.initial)
    ? { of, decay, moves }
    : undefined
}

/** The step count of a bias correction $1 - \beta^t$: a count from 0, plus 1. */
const correctionStep = ({ graph }: Machine, id: NodeId, decay: number): NodeId | undefined => {
  const { operation, scalars } = tensorAt(graph, id)
  const correction = operation.op === 'constant' ? graph.scalars[scalars[0] as NodeId] : undefined
  if (correction?.op !== 'sub' || hostLiteral(graph, correction.args[0]) !== 1) return undefined
  const power = graph.scalars[correction.args[1] as NodeId]
  return power?.op === 'pow' && hostLiteral(graph, power.args[0]) === decay ? power.args[1] : undefined
}

/** Whether a number counts from 1 the steps on which a state moves, or more steps than those. */
const counts = (machine: Machine, step: NodeId, moves: string): boolean => {
  const { graph } = machine
  const node = graph.scalars[step]
  if (node?.op !== 'add' || hostLiteral(graph, node.args[1]) !== 1) return false
  const old = node.args[0] as NodeId
  const slot = slotAt(machine, old, 'scalar')
  if (slot === undefined || !startsAtZero(machine, slot.initial)) return false
  const own = movesOf(graph, slot.next, step, old)
  return own === 'new' || own === moves
}

const quotientOf = (graph: Graph, id: NodeId): readonly [NodeId, NodeId | undefined] => {
  const [numerator, divisor] = operandsOf(graph, id, 'div') ?? []
  return numerator === undefined ? [id, undefined] : [numerator, divisor]
}

/** The bound on a quotient, if it is a ratio of moments: $m / (\sqrt v + \varepsilon)$ or $\hat m / (\sqrt{\hat v} + \varepsilon)$. */
export const momentRatioOf = (machine: Machine, id: NodeId): number | undefined => {
  const { graph } = machine
  const [numerator, divisor] = operandsOf(graph, id, 'div') ?? []
  const [root, eps] = divisor === undefined ? [] : (operandsOf(graph, divisor, 'add') ?? [])
  const [radicand] = root === undefined ? [] : (operandsOf(graph, root, 'sqrt') ?? [])
  if (numerator === undefined || radicand === undefined || eps === undefined) return undefined
  if (!((literalOf(graph, eps) ?? 0) > 0)) return undefined

  const [first, second] = [momentOf(machine, numerator), momentOf(machine, radicand)]
  if (first !== undefined && second !== undefined)
    return together(graph, first, second) ? momentRatioBound(first.decay, second.decay) : undefined

  const [m, c1] = quotientOf(graph, numerator)
  const [v, c2] = quotientOf(graph, radicand)
  const [mu, nu] = [momentOf(machine, m), momentOf(machine, v)]
  if (mu === undefined || nu === undefined || c1 === undefined || c2 === undefined) return undefined
  const [t1, t2] = [correctionStep(machine, c1, mu.decay), correctionStep(machine, c2, nu.decay)]
  return t1 !== undefined && t1 === t2 && together(graph, mu, nu) && counts(machine, t1, mu.moves)
    ? correctedRatioBound(mu.decay, nu.decay)
    : undefined
}

/** Whether the second is the average of the square of what the first is the average of, on the same steps. */
const together = (graph: Graph, first: Moment, second: Moment): boolean =>
  operandsOf(graph, second.of, 'square')?.[0] === first.of && first.moves === second.moves
