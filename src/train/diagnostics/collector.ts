/** Adding up what each leaf of each step gives. */
import { alphaTally } from './alpha.js'
import { type Layout, type LeafLayout, STEP } from './layout.js'
import { summaryOf, totals } from './totals.js'
import type { Bounds, Diagnostics } from './types.js'
import { dot, gap, isUniform, squaredDistance, squaresAfter } from './vectors.js'

/** The constants that diagnostics are set against. */
export interface Settings {
  readonly alphaBounds: Bounds
  readonly saturationThresholdFraction: number
  readonly controllerBounds: Bounds
  readonly orthogonalEps: number
}

export type Values = ArrayLike<number>

/** What is known of a leaf at a step, in host memory. */
export interface LeafStep {
  readonly layout: LeafLayout
  readonly gradient: Values
  /** Before the step. */
  readonly parameter: Values
  /** The observed value of a label, if the leaf has it. */
  readonly value: (label: string) => Values | undefined
  readonly signal: number
}

/** Adds up leaves, step after step, from nothing. */
export const collector = ({ alphaBounds, saturationThresholdFraction, controllerBounds, orthogonalEps }: Settings) => {
  const sums = totals()
  const alphas = alphaTally(alphaBounds, saturationThresholdFraction)
  const [low, high] = controllerBounds.map(Math.fround) as [number, number] // as the multiplier is
  const { add, extend } = sums

  const addController = ({ layout, signal }: LeafStep, multiplier: number): void => {
    const group = layout.classifier ? 'Classifier' : layout.early ? 'EarlyBlocks' : 'LateBlocks'
    for (const suffix of ['', group]) {
      add(`controlled${suffix}`, 1)
      add(`Signal${suffix}`, signal)
      add(`Multiplier${suffix}`, multiplier)
    }
    extend('Signal', signal)
    extend('Multiplier', multiplier)
    add('clampedLow', Number(layout.signal !== undefined && multiplier <= low))
    add('clampedHigh', Number(layout.signal !== undefined && multiplier >= high))
  }

  const addModulation = ({ layout, gradient }: LeafStep, delta: number): void => {
    const { conv, classifier, early, late } = layout
    const groups = { Conv: conv, Classifier: classifier, EarlyBlocks: early, LateBlocks: late }
    for (const suffix of ['', ...Object.entries(groups).flatMap(([group, inside]) => (inside ? [group] : []))]) {
      add(`size${suffix}`, gradient.length)
      add(`active${suffix}`, delta > 0 ? gradient.length : 0)
      if (suffix !== '') add(`delta${suffix}`, delta)
    }
  }

  const addOrthogonal = (base: Values, alpha: Values, gradientOnly: Values, residual: Values): void => {
    const squares = dot(base, base)
    const skipped = squares <= orthogonalEps
    add('orthogonalLeaves', 1)
    add('orthogonalSkipped', Number(skipped))
    if (skipped) return
    const signal = gap(alpha, gradientOnly, base)
    add('orthogonalBase', squares)
    add('orthogonalSignal', signal.squares)
    add('signalAlong', signal.along)
    add('orthogonalResidual', dot(residual, residual))
    add('residualAlong', dot(residual, base))
  }

  const addLeaf = (layout: Layout, leaf: LeafStep): void => {
    const { gradient, value } = leaf
    add('gradient', dot(gradient, gradient))
    const step = value(STEP)
    if (step) add('step', dot(step, step))

    const multiplier = layout.controlled ? (value('multiplier')?.[0] ?? 1) : 1
    if (layout.controlled) addController(leaf, multiplier)

    const [rule, raw, settled, decayed] = ['.rule', '.raw', '.settled', '.decayed'].map(value)
    if (rule && raw && settled && decayed) {
      add('raw', dot(raw, raw))
      add('effective', dot(settled, settled) * multiplier ** 2)
      add('decay', squaredDistance(raw, rule) + squaredDistance(decayed, settled))
    }
    // Decoupled decay, as published, has already been taken off the parameters: what is taken off is a part of the step.
    add(
      'parameter',
      decayed && settled && step && decayed !== settled
        ? squaresAfter(leaf.parameter, dot(step, decayed) / (dot(decayed, decayed) || 1), decayed, settled)
        : dot(leaf.parameter, leaf.parameter),
    )

    const alpha = value('alpha')
    if (alpha === undefined) return
    alphas.add(alpha, gradient.length / alpha.length)
    add('alphas', 1)
    // One coefficient per leaf is set against one: the mean of a normalized signal is 1.
    const [lo, hi] = alphaBounds
    const gradientOnly = isUniform(alpha) ? [Math.min(Math.max(1, lo), hi)] : value('gradientOnly')
    const base = value('.base')
    const known = layout.gate ? gradientOnly : layout.residual && rule
    if (known) {
      // A leaf outside the scope of the modulation has no base.
      const delta = layout.gate ? gap(alpha, known, gradient).squares : base ? squaredDistance(known, base) : 0
      add('delta', delta)
      if (layout.hybrid) addModulation(leaf, delta)
    }
    const residual = value('.orthogonal')
    if (residual && base && gradientOnly) addOrthogonal(base, alpha, gradientOnly, residual)
  }

  return {
    addLeaf,
    addStep: () => add('steps', 1),
    diagnostics: (): Diagnostics => ({ ...summaryOf(sums), ...(sums.has('alphas') && alphas.statistics()) }),
  }
}
