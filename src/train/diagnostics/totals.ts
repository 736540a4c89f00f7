/** Sums by name, and the diagnostics that they come to. */
import type { Bounds, Diagnostics } from './types.js'

/** Sums by name, with the least and greatest of what was added where that is asked for. */
export const totals = () => {
  const sums = new Map<string, number>()
  const extents = new Map<string, Bounds>()
  const of = (name: string): number => sums.get(name) ?? 0
  return {
    add: (name: string, value: number): void => {
      sums.set(name, of(name) + value)
    },
    extend: (name: string, value: number): void => {
      const [min, max] = extents.get(name) ?? [value, value]
      extents.set(name, [Math.min(min, value), Math.max(max, value)])
    },
    of,
    extent: (name: string): Bounds => extents.get(name) ?? [Number.NaN, Number.NaN],
    has: (name: string): boolean => sums.has(name),
  }
}

export type Totals = ReturnType<typeof totals>

const ratio = (a: number, b: number, otherwise = 0): number => (b === 0 ? otherwise : a / b)

const modulationGroups = ['Conv', 'Classifier', 'EarlyBlocks', 'LateBlocks'] as const
const controllerGroups = ['Stem', 'Classifier', 'EarlyBlocks', 'LateBlocks'] as const

/** The named numbers, without those of alpha itself. */
export const summaryOf = (sums: Totals): Diagnostics => {
  const { of, has, extent } = sums
  const norm = (name: string): number => Math.sqrt(of(name))
  const cosine = (along: string, squares: string): number => ratio(of(along), norm('orthogonalBase') * norm(squares))
  const entries = (names: readonly (readonly [string, number])[]) => Object.fromEntries(names)
  return {
    steps: of('steps'),
    rawGradientNorm: norm('gradient'),
    parameterNorm: norm('parameter'),
    stepNorm: norm('step'),
    ...(has('raw') && {
      rawUpdateNorm: norm('raw'),
      effectiveUpdateNorm: norm('effective'),
      weightDecayTermNorm: norm('decay'),
      effectiveToGradientNormRatio: ratio(norm('effective'), norm('gradient')),
      stabilizationNormRatio: ratio(norm('effective'), norm('raw')),
    }),
    ...(has('delta') && { plasticityDeltaNorm: norm('delta') }),
    ...(has('orthogonalLeaves') && {
      orthogonalSignalNorm: norm('orthogonalSignal'),
      orthogonalResidualNorm: norm('orthogonalResidual'),
      cosineSimilarityGradPlasticity: cosine('signalAlong', 'orthogonalSignal'),
      cosineSimilarityGradOrthogonal: cosine('residualAlong', 'orthogonalResidual'),
      orthogonalSkipFraction: of('orthogonalSkipped') / of('orthogonalLeaves'),
    }),
    ...(has('size') && {
      modulationActiveFraction: ratio(of('active'), of('size')),
      ...entries(
        modulationGroups.flatMap(group => [
          [`modulationMagnitude${group}`, norm(`delta${group}`)],
          [`modulationActiveFraction${group}`, ratio(of(`active${group}`), of(`size${group}`))],
        ]),
      ),
    }),
    ...(has('controlled') &&
      entries([
        ...(['Signal', 'Multiplier'] as const).flatMap(what => {
          const [min, max] = extent(what)
          return [
            [`controller${what}Mean`, of(what) / of('controlled')] as const,
            [`controller${what}Min`, min] as const,
            [`controller${what}Max`, max] as const,
            ...controllerGroups.map(
              group =>
                [
                  `controller${what}Mean${group}`,
                  ratio(of(what + group), of(`controlled${group}`), what === 'Signal' ? 0 : 1),
                ] as const,
            ),
          ]
        }),
        ['controllerClampFractionLow', of('clampedLow') / of('controlled')],
        ['controllerClampFractionHigh', of('clampedHigh') / of('controlled')],
      ])),
  }
}
