/** Random transforms: whatever is proven of them holds when they run. */
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import type { GradientTransform } from '../../../src/index.js'
import * as plastax from '../../../src/index.js'
import { modulationBounds, updateNormBound } from '../../../src/interpret/analysis.js'
import { useBackend } from '../../support/backend.js'
import { type Measured, measure, norm, ratios, run, shapes, tolerance } from './measure.js'

beforeAll(() => useBackend('cpu'))

/** A transform with the source that made it, which a failure prints. */
interface Written {
  readonly source: string
  readonly transform: GradientTransform<unknown>
}

const written = (source: string, transform: GradientTransform<unknown>): Written => ({ source, transform })
const several = (xs: readonly Written[]) => xs.map(({ source }) => source).join(', ')
const coefficient = fc.constantFrom(-1.5, -0.5, 0, 0.3, 1, 2)
const share = fc.constantFrom(0, 0.2, 0.5, 1)
const ends = fc.constantFrom<readonly [number, number]>([0.2, 2], [-1, 1], [0, 0.5], [1, 3])

const { signal, transform } = fc.letrec<{ signal: Written; transform: Written }>(tie => ({
  signal: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(
      written('gradientMagnitude()', plastax.gradientMagnitude()),
      written('emaActivity()', plastax.emaActivity()),
      written('scaleByAdam()', plastax.scaleByAdam()),
      written(
        'scaleByAdam({ b2: 0.99, biasCorrection: false })',
        plastax.scaleByAdam({ b2: 0.99, biasCorrection: false }),
      ),
      written('gradientOnlyAlpha()', plastax.gradientOnlyAlpha()),
    ),
    fc
      .tuple(tie('signal'), ends)
      .map(([x, [lo, hi]]) =>
        written(`chain(${x.source}, clamp(${lo}, ${hi}))`, plastax.chain(x.transform, plastax.clamp(lo, hi))),
      ),
    tie('signal').map(x =>
      written(
        `chain(${x.source}, gradientMagnitude(), normalizeSignal())`,
        plastax.chain(x.transform, plastax.gradientMagnitude(), plastax.normalizeSignal()),
      ),
    ),
    tie('signal').map(x =>
      written(`chain(${x.source}, averageOverLeaf())`, plastax.chain(x.transform, plastax.averageOverLeaf())),
    ),
    tie('signal').map(x => written(`chain(${x.source}, ema(0.9))`, plastax.chain(x.transform, plastax.ema(0.9)))),
    fc
      .tuple(tie('signal'), tie('signal'), coefficient)
      .map(([x, y, t]) => written(`lerp(${several([x, y])}, ${t})`, plastax.lerp(x.transform, y.transform, t))),
    fc
      .tuple(tie('signal'), tie('signal'), coefficient)
      .map(([x, y, w]) =>
        written(
          `weightedSum([1, ${x.source}], [${w}, ${y.source}])`,
          plastax.weightedSum([1, x.transform], [w, y.transform]),
        ),
      ),
  ),
  transform: fc.oneof(
    { maxDepth: 3 },
    tie('signal').map(x => written(`plasticityGate(${x.source})`, plastax.plasticityGate(x.transform))),
    fc.constantFrom(
      written('identity', plastax.identity),
      written('clipByNorm(1)', plastax.clipByNorm(1)),
      written('clipByGlobalNorm(2)', plastax.clipByGlobalNorm(2)),
      written('homeostasis()', plastax.homeostasis({ adaptationRate: 1, targetRms: 1 })),
      written('clamp(-0.1, 1)', plastax.clamp(-0.1, 1)),
      written('scaleByTrustRatio()', plastax.scaleByTrustRatio({ min: 0.5, max: 1.5 })),
      written('trace(0.9)', plastax.trace(0.9)),
    ),
    tie('signal').map(x => written(`residual(${x.source})`, plastax.residual(x.transform))),
    fc
      .tuple(tie('signal'), share)
      .map(([x, k]) => written(`boundedResidual(${x.source}, ${k})`, plastax.boundedResidual(x.transform, k))),
    fc
      .tuple(tie('transform'), share)
      .map(([x, k]) => written(`boundedResidual(${x.source}, ${k})`, plastax.boundedResidual(x.transform, k))),
    fc
      .tuple(tie('transform'), share)
      .map(([x, k]) =>
        written(
          `orthogonalResidual(${x.source}, { maxRatio: ${k} })`,
          plastax.orthogonalResidual(x.transform, { lambda: 2, maxRatio: k }),
        ),
      ),
    fc
      .tuple(tie('transform'), tie('transform'))
      .map(xs => written(`chain(${several(xs)})`, plastax.chain(...xs.map(x => x.transform)))),
    fc
      .tuple(tie('transform'), tie('transform'))
      .map(([x, y]) => written(`graft(${several([x, y])})`, plastax.graft(x.transform, y.transform))),
    fc
      .tuple(tie('transform'), tie('transform'))
      .map(([x, y]) => written(`difference(${several([x, y])})`, plastax.difference(x.transform, y.transform))),
    fc
      .tuple(tie('transform'), tie('transform'), coefficient)
      .map(([x, y, t]) => written(`lerp(${several([x, y])}, ${t})`, plastax.lerp(x.transform, y.transform, t))),
    tie('transform').map(x =>
      written(`masked(bias, ${x.source})`, plastax.masked(plastax.named(/bias$/), x.transform)),
    ),
    tie('transform').map(x =>
      written(
        `when(odd, ${x.source})`,
        plastax.when(count => count.mod(2), x.transform),
      ),
    ),
  ),
}))

/** By how much $u = s (g + d)$ with $\lVert d \rVert \le \rho \lVert g \rVert$ fails, for the best $s$ of some. */
const excess = ({ u, g }: Measured, ratio: number, [lo, hi]: readonly [number, number]): number => {
  const dot = u.reduce((all, x, i) => all + x * (g[i] ?? 0), 0)
  const best = dot / Math.max(norm(g) ** 2, 1e-300)
  const candidates = [
    lo,
    hi,
    best,
    best / (1 + ratio),
    best / (1 - ratio ** 2),
    ...Array.from({ length: 201 }, (_, i) => lo + ((hi - lo) * i) / 200),
  ]
  const failures = candidates
    .filter(s => s >= lo && s <= hi)
    .map(s => norm(u.map((x, i) => x - s * (g[i] ?? 0))) - ratio * Math.abs(s) * norm(g))
  return Math.min(...failures) / Math.max(norm(g), norm(u), 1e-30)
}

const runs = 60

test('bounds of random transforms hold', () => {
  const kinds: string[] = []
  fc.assert(
    fc.property(
      fc.oneof({ weight: 4, arbitrary: transform }, { weight: 1, arbitrary: signal }),
      run,
      fc.boolean(),
      ({ source, transform }, steps, sized) => {
        const assumptions = sized ? { shapes } : {}
        const proven = modulationBounds(transform, assumptions)
        const length = updateNormBound(transform, assumptions)
        kinds.push(proven.kind)
        measure(transform, steps, measured => {
          if (length.kind === 'bounded')
            expect(norm(measured.u), `${source}: norm`).toBeLessThanOrEqual(length.maxNorm * (1 + tolerance))
          if (proven.kind === 'gate') {
            const slack = 10 * tolerance * Math.max(...proven.bounds.map(Math.abs))
            for (const k of ratios(measured)) {
              expect(k, `${source}: gate`).toBeGreaterThanOrEqual(proven.bounds[0] - slack)
              expect(k, `${source}: gate`).toBeLessThanOrEqual(proven.bounds[1] + slack)
            }
          }
          if (proven.kind === 'residual' && proven.base === 'g')
            expect(excess(measured, proven.maxRatio, proven.scale), `${source}: residual`).toBeLessThanOrEqual(
              10 * tolerance,
            )
        })
      },
    ),
    { numRuns: runs },
  )
  // Not vacuous: of what is drawn, a good part has a bound.
  const bounded = kinds.filter(kind => kind !== 'unbounded').length
  expect(bounded).toBeGreaterThan(kinds.length / 8)
})
