/** `modulationBounds`: how far a transform may take the update from its base, as a computed fact. */
import type { NodeId } from '../../expr/graph.js'
import { sameShape } from '../../expr/shape.js'
import { HyperparameterError } from '../../schema/hyperparameter.js'
import type { GradientTransform } from '../../transform/types.js'
import { normedOf, tensorAt } from '../explain/patterns.js'
import { type Rules, rulesOf } from '../explain/rule.js'
import { showText } from '../explain/text.js'
import { withinStack } from '../machine.js'
import { inputName } from '../trace.js'
import { type Analysis, type Assumptions, analyse, assumptionOptions } from './analysis.js'
import { type Blame, blameRelation } from './blame.js'
import { hull, type Interval, isBounded, least, magnitude, over, times } from './interval.js'
import { type Relative, relationTo } from './relative.js'

/** What is known of a transform's update $u$ beside its base: the gradient $g$, or a direction $b$ within the transform. */
export type ModulationBounds =
  | {
      /** $u = k \odot g$ with each element of $k$ in `bounds`. */
      readonly kind: 'gate'
      readonly bounds: Interval
      /** $k = s\, m$: the part that differs by element, and the part that is one number for a leaf (a step size, a cap). */
      readonly modulation: Interval
      readonly scale: Interval
    }
  | {
      /** $u = s\,(b + d)$ with $\lVert d \rVert \le \mathit{maxRatio}\, \lVert b \rVert$ per leaf, one number $s$ a leaf. */
      readonly kind: 'residual'
      readonly maxRatio: number
      /** $b$ as `explain` writes it: `g` where it is the gradient; with `or` where leaves differ in it. */
      readonly base: string
      /** Where $u = s\,(m \odot b)$ besides: the bounds of $m$. */
      readonly modulation?: Interval
      readonly scale: Interval
    }
  | {
      readonly kind: 'unbounded'
      readonly reason: string
      readonly blame: Blame
    }

type Bounded = Exclude<ModulationBounds, { kind: 'unbounded' }>
type Residual = Extract<ModulationBounds, { kind: 'residual' }>

/** A direct multiple of the gradient, unless it is written as a sum with a capped part. */
const verdict = ({ scale, gate, around }: Relative, base: string): Bounded | undefined => {
  const share = least(around.center)
  const modulation = gate && isBounded(gate) ? gate : undefined
  if (around.capped && share > 0 && Number.isFinite(around.rest)) {
    return {
      kind: 'residual',
      maxRatio: around.rest / share,
      base,
      ...(modulation && { modulation: over(modulation, around.center) }),
      scale: times(scale, around.center),
    }
  }
  return modulation && { kind: 'gate', bounds: times(scale, modulation), modulation, scale }
}

/** Where to look for the base of a residual that is not the gradient's: what has its norm taken, innermost first. */
const candidates = ({ machine: { graph } }: Analysis, update: NodeId): readonly NodeId[] => {
  const { shape, leaf } = tensorAt(graph, update)
  const normed = graph.tensors.flatMap((_, id) => normedOf(graph, id) ?? [])
  return [...new Set(normed)]
    .filter(id => {
      const node = tensorAt(graph, id)
      return node.leaf === leaf && sameShape(node.shape, shape) && node.operation.op !== 'input'
    })
    .sort((a, b) => a - b)
}

/** An update that does not mention the gradient is a multiple of it only where it is 0. */
const zeroOf = ({ ranges }: Analysis, update: NodeId): Bounded | undefined => {
  const { bounds, finite } = ranges.tensor(update)
  const zero = finite && bounds[0] === 0 && bounds[1] === 0
  return zero ? { kind: 'gate', bounds, modulation: bounds, scale: [1, 1] } : undefined
}

interface LeafBounds {
  readonly bounds: ModulationBounds
  /** What kind of value the base is, the same number in every leaf; undefined where it is the gradient. */
  readonly base?: number
}

const ofLeaf = (analysis: Analysis, rules: Rules, leaf: string, assumptions: Assumptions): LeafBounds => {
  const { graph, signature, updates } = analysis.machine
  const update = updates[signature.present.indexOf(leaf)]?.id as NodeId
  const gradient = graph.tensors.findIndex(
    ({ operation }) => operation.op === 'input' && operation.name === inputName.gradient(leaf),
  )
  const labelled = graph.observations.find(({ label, leaf: own }) => label === assumptions.base && own === leaf)?.tensor
  const shown = (id: NodeId): string => showText(rules.summary(id, leaf))
  const against = (id: NodeId): Bounded | undefined => {
    const relative = relationTo(graph, id, analysis.ranges).to(update)
    return relative && verdict(relative, shown(id))
  }

  if (labelled === undefined) {
    const gate = gradient >= 0 ? against(gradient) : zeroOf(analysis, update)
    if (gate !== undefined) return { bounds: gate }
  }
  const bases = labelled === undefined ? candidates(analysis, update) : [labelled]
  for (const id of bases) {
    const bounds = against(id)
    if (bounds?.kind === 'residual' || (bounds !== undefined && id === labelled))
      return { bounds: asResidual(bounds, shown(id)), base: rules.signature(id, leaf) }
  }
  const subject = labelled ?? subjectOf(analysis, leaf, gradient, bases) ?? update
  const relation = relationTo(graph, subject, analysis.ranges)
  return { bounds: { kind: 'unbounded', ...blameRelation(analysis, rules, leaf, relation, shown(subject), update) } }
}

/** What a transform without a bound was meant to be bounded by: the base of a capped residual within it, or the gradient. */
const subjectOf = (
  { machine: { graph }, ranges }: Analysis,
  leaf: string,
  gradient: NodeId,
  bases: readonly NodeId[],
): NodeId | undefined => {
  const own = graph.tensors.flatMap((node, id) => (node.leaf === leaf ? [id] : []))
  const capped = bases.find(id => {
    const { to } = relationTo(graph, id, ranges)
    return own.some(x => {
      const around = to(x)?.around
      return around?.capped && least(around.center) > 0
    })
  })
  return capped ?? (gradient >= 0 ? gradient : undefined)
}

/** A multiple of another base than the gradient, as a deviation from it. */
const asResidual = (bounds: Bounded, base: string): Residual =>
  bounds.kind === 'residual'
    ? bounds
    : {
        kind: 'residual',
        maxRatio: magnitude([bounds.modulation[0] - 1, bounds.modulation[1] - 1]),
        base,
        modulation: bounds.modulation,
        scale: bounds.scale,
      }

/** A leaf that the residual leaves alone, because it is out of its scope: it is its own base, of the same kind. */
const untouched = (analysis: Analysis, rules: Rules, leaf: string, kind: number): Bounded | undefined => {
  const { graph, signature, updates } = analysis.machine
  const update = updates[signature.present.indexOf(leaf)]?.id as NodeId
  const id = graph.tensors.findIndex((node, i) => node.leaf === leaf && rules.signature(i, leaf) === kind)
  const relative = id < 0 ? undefined : relationTo(graph, id, analysis.ranges).to(update)
  const base = id < 0 ? '' : showText(rules.summary(id, leaf))
  const found = relative && verdict(relative, base)
  return found && asResidual(found, base)
}

const alternative = ' or '

/** One bound for two leaves. */
const joined = (a: Bounded, b: Bounded): Bounded => {
  if (a.kind === 'gate' && b.kind === 'gate')
    return {
      kind: 'gate',
      bounds: hull(a.bounds, b.bounds),
      modulation: hull(a.modulation, b.modulation),
      scale: hull(a.scale, b.scale),
    }
  // A gate is a residual over the gradient. Leaves of different bases are each within the bound of their own.
  const [x, y] = [asResidual(a, 'g'), asResidual(b, 'g')]
  const modulation = x.modulation && y.modulation && hull(x.modulation, y.modulation)
  return {
    kind: 'residual',
    maxRatio: Math.max(x.maxRatio, y.maxRatio),
    base: [...new Set([...x.base.split(alternative), ...y.base.split(alternative)])].join(alternative),
    ...(modulation && { modulation }),
    scale: hull(x.scale, y.scale),
  }
}

/**
 * Bounds how far a transform modulates: $k$ in $u = k \odot g$ where it is a gate,
 * $\lVert u - b \rVert / \lVert b \rVert$ where it is a residual of bounded norm over the gradient or over a base direction;
 * and where there is no bound, what to blame for that. A fact about every gradient and every step, not a measurement.
 *
 * It holds in real arithmetic: float32 adds a few units in the last place, and an overflow is no number. It takes for granted that
 * gradients are finite, that each leaf has one at every step, and what `assumptions` say.
 *
 * @param transform any gradient transform, with or without the step size
 * @param assumptions what is known of shapes and context
 * @returns one bound for all leaves
 * @throws HyperparameterError for a `base` that nothing is observed as
 * @throws ReferenceError where the transform reads something of the context that `assumptions` do not name
 * @example
 * modulationBounds(plasticityGate(plasticity())) // { kind: 'gate', bounds: [0.2, 2], ... }
 * modulationBounds(plasticityGate(plasticity({ plasticityScale: 2 }))) // { kind: 'gate', bounds: [-1.6, 3.8], ... }
 * modulationBounds(boundedNeuroPlastic()) // { kind: 'residual', maxRatio: 0.5, base: 'g', ... }
 */
export const modulationBounds = (
  transform: GradientTransform<unknown>,
  assumptions: Assumptions = {},
): ModulationBounds =>
  withinStack('modulationBounds', () => bounded(transform, assumptionOptions.read('modulationBounds', assumptions)))

const bounded = (transform: GradientTransform<unknown>, assumptions: Assumptions): ModulationBounds => {
  const analysis = analyse(transform, assumptions)
  const rules = rulesOf(analysis.machine)
  checkBase(analysis, assumptions.base)
  const leaves = analysis.machine.signature.present
  const found = leaves.map(leaf => ({ leaf, ...ofLeaf(analysis, rules, leaf, assumptions) }))
  const kind = found.find(({ base }) => base !== undefined)?.base
  const whole = found.map(({ leaf, bounds, base }): ModulationBounds => {
    if (kind === undefined || base === kind) return bounds
    return untouched(analysis, rules, leaf, kind) ?? bounds
  })
  const [first, ...rest] = whole
  if (first === undefined) return { kind: 'gate', bounds: [1, 1], modulation: [1, 1], scale: [1, 1] }
  return rest.reduce<ModulationBounds>(
    (all, next) => (all.kind === 'unbounded' ? all : next.kind === 'unbounded' ? next : joined(all, next)),
    first,
  )
}

const checkBase = ({ machine: { graph } }: Analysis, base: string | undefined): void => {
  const labels = [...new Set(graph.observations.map(({ label }) => label))]
  if (base !== undefined && !labels.includes(base))
    throw new HyperparameterError(
      'base',
      base,
      labels.length > 0 ? `one of '${labels.join("', '")}'` : 'absent: this transform names nothing',
    )
}
