/**
 * Values relative to a base tensor $b$, element by element and in norm: $x = s\,(k \odot b)$, or $x = s\,(c\, b + d)$ with
 * $\lVert d \rVert \le \rho \lVert b \rVert$.
 *
 * What is one number for the whole leaf ($s$, $c$) is kept apart from what differs by element ($k$) or has only its norm
 * bounded ($d$): a step size changes neither the pattern of a gate nor the relative size of a residual.
 */
import type { Graph, NodeId } from '../../expr/graph.js'
import { sameShape } from '../../expr/shape.js'
import { capFactorOf, factorsOf, isUniform, literalOf, normedOf, operandsOf, tensorAt } from '../explain/patterns.js'
import {
  between,
  contains,
  decided,
  hull,
  type Interval,
  isTame,
  least,
  magnitude,
  meet,
  negative,
  over,
  plus,
  times,
} from './interval.js'
import { mayVanish, type Ranges } from './ranges.js'

/** A multiple of the base and something of bounded norm. */
export interface Around {
  readonly center: Interval
  /** $\rho$, at most infinity. */
  readonly rest: number
  /** Whether the bound on the norm is the work of a cap. */
  readonly capped: boolean
}

export interface Relative {
  readonly scale: Interval
  /** $k$, where $x$ is an elementwise multiple of the base. */
  readonly gate?: Interval | undefined
  readonly around: Around
}

const one: Interval = [1, 1]
const none: Interval = [0, 0]
const base: Relative = { scale: one, gate: one, around: { center: one, rest: 0, capped: false } }
const zero: Relative = { scale: one, gate: none, around: { center: none, rest: 0, capped: false } }

const size = ({ center, rest }: Around): Interval => [Math.max(0, least(center) - rest), magnitude(center) + rest]

/** Bounds on $\lVert x \rVert / \lVert b \rVert$. */
const normOf = ({ scale, gate, around }: Relative): Interval => {
  const inner = gate === undefined ? size(around) : meet(size(around), [least(gate), magnitude(gate)])
  return times([least(scale), magnitude(scale)], inner)
}

/** With the factor that is common to the leaf multiplied in. */
const collapsed = ({ scale, gate, around: { center, rest, capped } }: Relative): Relative => ({
  scale: one,
  gate: gate && times(scale, gate),
  around: { center: times(scale, center), rest: magnitude(scale) * rest, capped },
})

const scaled = (x: Relative, factor: Interval): Relative => ({ ...x, scale: times(x.scale, factor) })

/** Times a tensor of values in a range: of the norm, only the largest magnitude is left. */
const modulated = ({ scale, gate, around }: Relative, factor: Interval): Relative => ({
  scale,
  gate: gate && times(gate, factor),
  around: { center: none, rest: magnitude(factor) * size(around)[1], capped: around.capped },
})

/** The better of two true statements about one value, both without a scale. */
const sharper = (x: Relative, y: Relative): Relative => ({
  scale: one,
  gate: x.gate && y.gate ? meet(x.gate, y.gate) : (x.gate ?? y.gate),
  around: x.around.capped || size(x.around)[1] <= size(y.around)[1] ? x.around : y.around,
})

type Combine = (x: Interval, y: Interval) => Interval

/** A combination of two with coefficients of at most `p` and `q`. */
const combined = (a: Relative, b: Relative, combine: Combine, p = 1, q = 1): Relative => {
  const [x, y] = [collapsed(a), collapsed(b)]
  return {
    scale: one,
    gate: x.gate && y.gate && combine(x.gate, y.gate),
    around: {
      center: combine(x.around.center, y.around.center),
      rest: p * x.around.rest + q * y.around.rest,
      capped: x.around.capped || y.around.capped,
    },
  }
}

/** One or the other for the whole leaf. */
const chosen = (a: Relative, b: Relative): Relative => {
  const [x, y] = [collapsed(a), collapsed(b)]
  const together = combined(x, y, hull)
  return { ...together, around: { ...together.around, rest: Math.max(x.around.rest, y.around.rest) } }
}

/** One or the other element by element. */
const mixed = (a: Relative, b: Relative): Relative => {
  const [x, y] = [collapsed(a), collapsed(b)]
  const together = combined(x, y, hull)
  const [p, q] = [x.around.center, y.around.center]
  if (p[0] === p[1] && p[0] === q[0] && p[0] === q[1])
    return { ...together, around: { ...together.around, rest: Math.hypot(x.around.rest, y.around.rest) } }
  const rest = Math.hypot(size(x.around)[1], size(y.around)[1])
  return { ...together, around: { ...together.around, center: none, rest } }
}

/** What relates values of a graph to a base. */
export interface Relation {
  /** A tensor in terms of the base, where it can be told. */
  readonly to: (id: NodeId) => Relative | undefined
}

/** Relates the values of a graph to one of them. */
export const relationTo = (graph: Graph, baseId: NodeId, ranges: Ranges): Relation => {
  const known = new Map<NodeId, Relative | undefined>()
  const baseShape = tensorAt(graph, baseId).shape
  const to = (id: NodeId): Relative | undefined => {
    if (!known.has(id)) known.set(id, id === baseId ? base : relate(id))
    return known.get(id)
  }
  const both = (a: NodeId, b: NodeId, f: (x: Relative, y: Relative) => Relative): Relative | undefined => {
    const [x, y] = [to(a), to(b)]
    return x && y && f(x, y)
  }

  const relate = (id: NodeId): Relative | undefined => {
    const { operation, args, scalars, shape } = tensorAt(graph, id)
    const [a, b, c] = args as readonly [NodeId, NodeId, NodeId]
    const [s, t] = scalars as readonly [NodeId, NodeId]
    const { bounds, finite } = ranges.tensor(id)
    if (finite && bounds[0] === 0 && bounds[1] === 0) return zero
    if (!sameShape(shape, baseShape)) return undefined // broadcasting changes norms
    switch (operation.op) {
      case 'neg': {
        const x = to(a)
        return x && scaled(x, [-1, -1])
      }
      case 'add':
        return added(a, b, plus)
      case 'sub':
        return added(a, b, (p, q) => plus(p, negative(q)))
      case 'lerp': {
        const at = ranges.scalar(s)
        if (!isTame(at)) return undefined
        const [p, q] = [magnitude(plus(one, negative(at.bounds))), magnitude(at.bounds)]
        return both(a, b, (x, y) => combined(x, y, (k, l) => between(k, l, at.bounds), p, q))
      }
      case 'select': {
        const holds = decided(ranges.scalar(s))
        return holds === undefined ? both(a, b, chosen) : to(holds ? a : b)
      }
      case 'where': {
        const holds = decided(ranges.tensor(a))
        if (holds !== undefined) return to(holds ? b : c)
        return both(b, c, isUniform(graph, a) ? chosen : mixed)
      }
      case 'minimum':
      case 'maximum':
        return both(a, b, mixed)
      case 'clip': {
        // Toward 0, and never past it.
        const x = to(a)
        const inside = ranges.scalar(s).bounds[1] <= 0 && ranges.scalar(t).bounds[0] >= 0
        return x && inside ? modulated(x, [0, 1]) : undefined
      }
      case 'mul':
        return multiple(a, b) ?? multiple(b, a)
      case 'div': {
        const [x, divisor] = [to(a), ranges.tensor(b)]
        if (x === undefined || mayVanish(divisor)) return undefined
        return multiplied(x, over(one, divisor.bounds), isUniform(graph, b))
      }
      default:
        return undefined
    }
  }

  // Two multiples of one value are a multiple of it: (alpha - 1) y varies less than alpha y and y would apart.
  const added = (a: NodeId, b: NodeId, combine: Combine): Relative | undefined => {
    const apart = both(a, b, (x, y) => combined(x, y, combine))
    const shared = splits(a).flatMap(x => splits(b).flatMap(y => (x.of === y.of ? [{ x, y }] : [])))[0]
    const of = shared && to(shared.x.of)
    if (apart === undefined || shared === undefined || of === undefined) return apart
    const { x, y } = shared
    const together = multiplied(of, combine(x.by, y.by), x.uniform && y.uniform)
    return together === undefined ? apart : sharper(apart, collapsed(together))
  }

  /** A value as a multiple of another, in every way it is written. */
  const splits = (id: NodeId): readonly { of: NodeId; by: Interval; uniform: boolean }[] => {
    const [a, b] = operandsOf(graph, id, 'mul') ?? []
    const times = (of: NodeId, factor: NodeId) => {
      const by = ranges.tensor(factor)
      return isTame(by) ? [{ of, by: by.bounds, uniform: isUniform(graph, factor) }] : []
    }
    const itself = { of: id, by: one, uniform: true }
    return a === undefined || b === undefined ? [itself] : [itself, ...times(a, b), ...times(b, a)]
  }

  const multiplied = (x: Relative, factor: Interval, uniform: boolean): Relative | undefined =>
    magnitude(factor) === Number.POSITIVE_INFINITY ? undefined : uniform ? scaled(x, factor) : modulated(x, factor)

  /** A tensor times a factor, which may cap it, give it a norm, or be in a known range. */
  const multiple = (id: NodeId, factor: NodeId): Relative | undefined =>
    capped(id, factor) ?? renormed(id, factor) ?? bounded(id, factor)

  const bounded = (id: NodeId, factor: NodeId): Relative | undefined => {
    const [x, by] = [to(id), ranges.tensor(factor)]
    return x && isTame(by) ? multiplied(x, by.bounds, isUniform(graph, factor)) : undefined
  }

  // x c / (n + eps) where n = norm(x) > c: of norm c at most. Other factors may stand beside the cap.
  const capped = (id: NodeId, factor: NodeId): Relative | undefined => {
    if (!sameShape(tensorAt(graph, id).shape, baseShape)) return undefined
    const factors = factorsOf(graph, factor)
    const at = factors.findIndex(f => {
      const cap = capFactorOf(graph, f)
      return cap !== undefined && normedOf(graph, cap.quantity) === id && reach(cap.limit) !== undefined
    })
    const found = at < 0 ? undefined : capFactorOf(graph, factors[at] as NodeId)
    const limit = found && reach(found.limit)
    if (limit === undefined) return undefined
    const x = to(id)
    const own = x && normOf(x)[1]
    const gate = x && collapsed(x).gate
    const shrink = ranges.tensor(factors[at] as NodeId)
    const start: Relative | undefined = {
      scale: one,
      gate: gate && isTame(shrink) ? times(gate, shrink.bounds) : undefined,
      around: { center: none, rest: Math.min(own ?? Number.POSITIVE_INFINITY, magnitude(limit)), capped: true },
    }
    return factors.reduce<Relative | undefined>((y, f, i) => {
      const by = ranges.tensor(f)
      return i === at ? y : y && isTame(by) ? multiplied(y, by.bounds, isUniform(graph, f)) : undefined
    }, start)
  }

  // (x / norm(x)) m: of norm m. The quotient alone has no bound relative to the base.
  const renormed = (id: NodeId, factor: NodeId): Relative | undefined => {
    const wanted = reach(factor)
    const [condition, yes, no] = operandsOf(graph, id, 'where') ?? [undefined, id, undefined]
    // What stands for no direction, 0, may come first or last.
    const zeroFirst = condition !== undefined && yes !== undefined && literalOf(graph, yes) === 0
    const [inside, outside] = zeroFirst ? [no, yes] : [yes, no]
    const [x, divisor] = (inside !== undefined && operandsOf(graph, inside, 'div')) || []
    if (wanted === undefined || x === undefined || divisor === undefined) return undefined
    if (outside !== undefined && literalOf(graph, outside) !== 0) return undefined
    const [own, given] = [to(x), reach(divisor)]
    if (own === undefined || given === undefined || contains(given, 0) || normedOf(graph, divisor) !== x)
      return undefined
    return multiplied(own, over(wanted, given), true)
  }

  /** A number of the leaf as a multiple of the base's norm. */
  const reach = (id: NodeId): Interval | undefined => {
    const of = normedOf(graph, id)
    if (of !== undefined) {
      const x = to(of)
      return x && normOf(x)
    }
    if (literalOf(graph, id) === 0) return none
    const [a, b] = operandsOf(graph, id, 'mul') ?? []
    if (a === undefined || b === undefined) return undefined
    const [x, y] = [reach(a), reach(b)]
    const [p, q] = [ranges.tensor(a), ranges.tensor(b)]
    return x && isTame(q) ? times(x, q.bounds) : y && isTame(p) ? times(y, p.bounds) : undefined
  }

  return { to }
}
