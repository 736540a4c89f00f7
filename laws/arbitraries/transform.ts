/** Transforms built at random. */

import * as fc from 'fast-check'
import {
  applyIfFinite,
  averageOverLeaf,
  boundedResidual,
  chain,
  clamp,
  clipByGlobalNorm,
  clipByNorm,
  convOnly,
  earlyBlocks,
  emaActivity,
  type GradientTransform,
  gradientMagnitude,
  graft,
  homeostasis,
  identity,
  lerp,
  masked,
  normalizeSignal,
  orthogonalResidual,
  partition,
  plasticityGate,
  provide,
  recall,
  residual,
  scale,
  scaleByAdam,
  scaleByLearningRate,
  scaleByTrustRatio,
  trace,
  weightedSum,
  when,
  zeroNans,
} from '../../src/index.js'
import { type OptionsOf, options, plain, value } from '../../src/schema/index.js'

/** A transform and how it is written. */
export interface Written {
  readonly transform: GradientTransform<unknown>
  readonly source: string
  /** Of how many transforms it is made, itself included. */
  readonly combinators: number
}

/** A transform with its source text; what has no parts counts as one combinator. */
export const written = (source: string, transform: GradientTransform<unknown>, combinators = 1): Written => ({
  source,
  transform,
  combinators,
})

type Combine = (...parts: readonly Written[]) => Written

/** A combinator on written transforms. In `source`, `$1` and `$2` stand for the parts; `own` counts what it adds. */
const combinator =
  (source: string, combine: (...parts: GradientTransform<unknown>[]) => GradientTransform<unknown>, own = 1): Combine =>
  (...parts) =>
    written(
      source.replace(/\$(\d)/g, (_, place) => parts[Number(place) - 1]?.source ?? ''),
      combine(...parts.map(({ transform }) => transform)),
      parts.reduce((sum, { combinators }) => sum + combinators, own),
    )

const primitives: readonly Written[] = [
  written('identity', identity),
  written('scale(3)', scale(3)),
  written('trace(0.9)', trace(0.9)),
  written('trace(0.5, { nesterov: true })', trace(0.5, { nesterov: true })),
  written('scaleByAdam()', scaleByAdam()),
  written('scaleByAdam({ b2: 0.99, biasCorrection: false })', scaleByAdam({ b2: 0.99, biasCorrection: false })),
  written('gradientMagnitude()', gradientMagnitude()),
  written('emaActivity(0.95)', emaActivity(0.95)),
  written('chain(gradientMagnitude(), normalizeSignal())', chain(gradientMagnitude(), normalizeSignal()), 3),
  written('clamp(-1, 2)', clamp(-1, 2)),
  written('clipByNorm(1)', clipByNorm(1)),
  written('clipByGlobalNorm(1)', clipByGlobalNorm(1)),
  written('homeostasis()', homeostasis()),
  written('averageOverLeaf()', averageOverLeaf()),
  written('zeroNans()', zeroNans()),
  written('scaleByTrustRatio({ max: 10 })', scaleByTrustRatio({ max: 10 })),
  written('scaleByLearningRate(0.1)', scaleByLearningRate(0.1)),
]

const same: Combine = f => f as Written
// By index, so that they shrink towards the shorter ones.
const unaries: readonly Combine[] = [
  same,
  combinator('masked(convOnly, $1)', f => masked(convOnly, f)),
  combinator('masked(earlyBlocks, $1)', f => masked(earlyBlocks, f)),
  combinator('when(count => count.mod(2).equal(0), $1)', f => when(count => count.mod(2).equal(0), f)),
  combinator('residual($1)', f => residual(f)),
  combinator('applyIfFinite($1)', f => applyIfFinite(f)),
  combinator('boundedResidual($1, 0.5)', f => boundedResidual(f, 0.5)),
  // Bounded: a gate by the gradient itself would square it, and again.
  combinator('plasticityGate(chain($1, clamp(0.2, 2)))', f => plasticityGate(chain(f, clamp(0.2, 2))), 3),
  combinator('orthogonalResidual($1)', f => orthogonalResidual(f)),
]
const binaries: readonly Combine[] = [
  combinator('weightedSum([2, $1], [-0.5, $2])', (f, h) =>
    weightedSum([2, f as GradientTransform<unknown>], [-0.5, h as GradientTransform<unknown>]),
  ),
  combinator('lerp($1, $2, 0.3)', (f, h) =>
    lerp(f as GradientTransform<unknown>, h as GradientTransform<unknown>, 0.3),
  ),
  combinator('graft($1, $2)', (f, h) => graft(f as GradientTransform<unknown>, h as GradientTransform<unknown>)),
  combinator(
    "provide('x', $2, weightedSum([1, $1], [1, recall('x')]))",
    (f, h) =>
      provide(
        'x',
        h as GradientTransform<unknown>,
        weightedSum([1, f as GradientTransform<unknown>], [1, recall('x')]),
      ),
    3,
  ),
  combinator("partition(name => (name < 'c' ? 'first' : 'second'), { first: $1, second: $2 })", (f, h) =>
    partition(name => (name < 'c' ? 'first' : 'second'), {
      first: f as GradientTransform<unknown>,
      second: h as GradientTransform<unknown>,
    }),
  ),
]

const linked = combinator('chain($1, $2)', (f, h) => chain(f, h))

const transformOptions = options({
  /** A transform that takes part in every one that is drawn; default none. */
  around: value<Written>(),
  /** How deep combinators nest; default 1, which gives up to four primitives. */
  depth: plain('integer in [0, inf)', 1),
})

export interface TransformOptions extends OptionsOf<typeof transformOptions> {}

/**
 * Transforms made at random of primitives and combinators, each with its source text, shrinking to few combinators.
 * Weight decay is not among them, so that zero gradients give zero.
 *
 * @example
 * fc.sample(arbitraryTransform(), 1)[0].source // 'chain(trace(0.9), masked(convOnly, clipByNorm(1)))'
 */
export const arbitraryTransform = (given: TransformOptions = {}): fc.Arbitrary<Written> => {
  const { around, depth } = transformOptions.read('arbitraryTransform', given)
  const primitive = fc.constantFrom(...primitives)
  const unary = fc.nat({ max: unaries.length - 1 }).map(i => unaries[i] as Combine)
  /** The first, the second, or what becomes of both: so what is combined shrinks to either of its parts. */
  const either = (first: fc.Arbitrary<Written>, other: fc.Arbitrary<Written>, both: fc.Arbitrary<Combine>) =>
    fc
      .tuple(fc.nat({ max: 3 }), both, first, other)
      .map(([choice, combine, f, h]) => (choice === 0 ? f : choice === 1 ? h : combine(f, h)))
  const link = (levels: number): fc.Arbitrary<Written> => {
    const part = links(levels - 1)
    return fc.tuple(unary, either(part, part, fc.constantFrom(...binaries))).map(([wrap, f]) => wrap(f))
  }
  const links = (levels: number): fc.Arbitrary<Written> =>
    levels === 0 ? primitive : either(link(levels), link(levels), fc.constant(linked))
  if (around === undefined) return links(depth)
  const others = fc.array(link(depth), { maxLength: 1, size: 'max' })
  return fc
    .tuple(others, unary, fc.constantFrom(same, ...binaries), primitive, others)
    .map(([before, wrap, binary, h, after]) =>
      [...before, wrap(binary(around, h)), ...after].reduce((f, h) => linked(f, h)),
    )
}
