/** What `modulationBounds` proves. */
import { describe, expect, test } from 'vitest'
import * as plastax from '../../../src/index.js'
import {
  boundedNeuroPlastic,
  chain,
  clamp,
  type Expr,
  type GradientTransform,
  gradientMagnitude,
  hybridAdamW,
  hybridSgdMomentum,
  identity,
  leafwise,
  neuroPlastic,
  normalizeSignal,
  observe,
  type PlasticityOptions,
  plasticity,
  plasticityGate,
  residual,
  scaleByAdam,
} from '../../../src/index.js'
import { type Assumptions, modulationBounds } from '../../../src/interpret/analysis.js'
import { correctedRatioBound, momentRatioBound } from '../../../src/interpret/interval/moments.js'

const gate = (options: PlasticityOptions = {}) => plasticityGate(plasticity(options))
const given: Assumptions = { trees: { alpha: [0.2, 2], gradientOnly: [0.2, 2] } }
const of = (transform: GradientTransform<unknown>, assumptions?: Assumptions) =>
  modulationBounds(transform, assumptions)
const average = (rho: number) => chain(gradientMagnitude(), plastax.ema(rho))

describe('gates', () => {
  test.each<readonly [string, GradientTransform<unknown>, readonly [number, number]]>([
    ['as published', gate(), [0.2, 2]],
    ['other bounds', gate({ minAlpha: 0.5, maxAlpha: 1.5 }), [0.5, 1.5]],
    ['warming up', gate({ warmupEpochs: 3 }), [0.2, 2]],
    ['half the scale', gate({ plasticityScale: 0.5 }), [0.2, 2]],
    ['twice the scale', gate({ plasticityScale: 2 }), [-1.6, 3.8]],
    ['twice the scale, warming up', gate({ plasticityScale: 2, warmupEpochs: 3 }), [-1.6, 3.8]],
    ['twice the scale, bounded after it', gate({ plasticityScale: 2, boundAfterScaling: true }), [0.2, 2]],
    ['one coefficient a leaf', gate({ parameterwise: false }), [0.2, 2]],
    ['gradient only', plasticityGate(plastax.gradientOnlyAlpha()), [0.2, 2]],
    ['nothing', identity, [1, 1]],
    ['zero', plastax.zero, [0, 0]],
    ['a step', plastax.sgd(), [-0.01, -0.01]],
    ['a schedule', plastax.sgd({ learningRate: plastax.cosineDecay(0.1, 10) }), [-0.1, 0]],
    ['elementwise clipping', clamp(-1, 2), [0, 1]],
    ['clipping by norm', plastax.clipByNorm(1), [0, 1]],
    ['clipping by global norm', plastax.clipByGlobalNorm(1), [0, 1]],
    ['a graft of the modulated norm', plastax.graft(gate(), identity), [0.2, 2]],
    ['on some leaves', plastax.masked(plastax.convOnly, gate()), [0.2, 2]],
    ['on some steps', plastax.when(count => count.less(10), gate()), [0.2, 2]],
    ['an average of gates', plastax.weightedSum([0.5, gate()], [0.5, identity]), [0.6, 1.5]],
    ['gates in a row', chain(gate(), gate()), [0.04000000000000001, 4]],
    [
      'memory',
      plasticityGate(chain(scaleByAdam({ b2: 0.99, biasCorrection: false }), gradientMagnitude())),
      [0, momentRatioBound(0.9, 0.99) ?? 0],
    ],
    ['Adam', plasticityGate(chain(scaleByAdam(), gradientMagnitude())), [0, correctedRatioBound(0.9, 0.999) ?? 0]],
    // Where the update is skipped, the moments stand still together.
    [
      'Adam where finite',
      plasticityGate(chain(plastax.applyIfFinite(scaleByAdam()), gradientMagnitude())),
      [0, correctedRatioBound(0.9, 0.999) ?? 0],
    ],
    ['a trust ratio', plastax.scaleByTrustRatio({ min: 0.5, max: 1.5 }), [0.5, 1.5]],
    ['a NaN guard', chain(plastax.zeroNans(), gate()), [0.2, 2]],
  ])('%s', (_, transform, bounds) => {
    expect(of(transform)).toMatchObject({ kind: 'gate', bounds })
  })

  test('the step size is apart from the modulation', () => {
    const bounds = of(neuroPlastic({ learningRate: 0.1, plasticity: { plasticityScale: 2 } }))
    expect(bounds).toMatchObject({ kind: 'gate', modulation: [-1.6, 3.8] })
    if (bounds.kind !== 'gate') throw new Error('not a gate')
    expect(bounds.scale[0]).toBeCloseTo(-0.1 * (1 + 0.01 * (0.02 - 1e-4)), 12)
    expect(bounds.scale[1]).toBe(0)
  })

  test('a state that averages values in [0, 2] stays there', () => {
    const alpha = chain(gradientMagnitude(), normalizeSignal(), clamp(0, 2), plastax.ema(0.95))
    expect(of(plasticityGate(alpha))).toMatchObject({ kind: 'gate', bounds: [0, 2] })
    // Written out, the convex combination is not seen as one, but its fixpoint is found; rounding does not undo it.
    const written = (a: Expr, x: Expr) => a.mul(0.95).add(x.mul(0.05))
    const own: GradientTransform<{ readonly a: plastax.Tree<Expr> }> = {
      init: params => ({ a: plastax.tree.map((p: Expr) => plastax.fill(p, 0))(params) }),
      update: (updates, { a }) => {
        const next = plastax.tree.zipWith([updates, a], (x, old) => written(old, x))
        return [next, { a: next }]
      },
    }
    const bounds = of(plasticityGate(chain(gradientMagnitude(), normalizeSignal(), clamp(0, 2), own)))
    expect(bounds.kind === 'gate' && bounds.bounds[0] === 0 && bounds.bounds[1] <= 2.0000000000001).toBe(true)
  })

  test('a normalized signal is at most the number of elements, where that is known', () => {
    const signal = plasticityGate(chain(gradientMagnitude(), normalizeSignal()))
    expect(of(signal, { shapes: { w: [3, 7] } })).toMatchObject({ kind: 'gate', bounds: [0, 21] })
    expect(of(signal).kind).toBe('unbounded')
  })

  test('assumptions on numbers and trees of the context count', () => {
    const rule = plastax.scale(context => plastax.scalarFrom(context, 'heat', 'test').clipByValue(0, 5))
    expect(of(rule, { scalars: { heat: [1, 2] } })).toMatchObject({ kind: 'gate', bounds: [1, 2] })
    expect(of(rule, { scalars: { heat: [1, 9] } })).toMatchObject({ kind: 'gate', bounds: [1, 5] })
    expect(of(plastax.classic(), given)).toMatchObject({ kind: 'gate', bounds: [0.2, 2] })
  })
})

describe('the ratio of moments', () => {
  // Gradients that grow as (b2 / b1)^t are those for which Cauchy and Schwarz leave no gap.
  const reached = (b1: number, b2: number, steps: number, correct: boolean): number => {
    const moments = Array.from({ length: steps }, (_, t) => (b2 / b1) ** (t - steps)).reduce(
      ([m, v], g) => [b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g ** 2] as const,
      [0, 0] as readonly [number, number],
    )
    const [m, v] = correct ? [moments[0] / (1 - b1 ** steps), moments[1] / (1 - b2 ** steps)] : moments
    return m / Math.sqrt(v)
  }
  test.each([
    [0.9, 0.99],
    [0.9, 0.999],
    [0.5, 0.9],
    [0.9, 0.9],
  ])('with betas %f and %f is bounded sharply, corrected or not', (b1, b2) => {
    const steps = [1, 2, 3, 5, 10, 30, 100, 1000, 8000]
    for (const [correct, bound] of [
      [false, momentRatioBound(b1, b2) ?? Number.NaN],
      [true, correctedRatioBound(b1, b2) ?? Number.NaN],
    ] as const) {
      const largest = Math.max(...steps.map(t => reached(b1, b2, t, correct)))
      expect(largest).toBeLessThanOrEqual(bound * (1 + 1e-9))
      expect(largest).toBeGreaterThan(bound * 0.99)
    }
  })

  test('has none where the first moment remembers as long as the second', () => {
    expect(momentRatioBound(0.99, 0.9)).toBeUndefined()
    expect(correctedRatioBound(0.9, 0.81)).toBeUndefined()
  })
})

describe('residuals', () => {
  test.each<readonly [string, GradientTransform<unknown>, Assumptions, number, string]>([
    ['bounded', plastax.boundedResidualRule(), given, 0.5, 'g'],
    ['bounded, tighter', plastax.boundedResidualRule(0.3), given, 0.3, 'g'],
    ['orthogonal', plastax.orthogonalRule(), given, 0.5, 'g'],
    [
      'orthogonal, matched',
      plastax.orthogonalRule({ orthogonalNormalization: 'matchGradNorm', orthogonalMaxRatio: 0.2 }),
      given,
      0.2,
      'g',
    ],
    ['a whole bounded optimizer', boundedNeuroPlastic(), {}, 0.5, 'g'],
    ['at twice the scale', boundedNeuroPlastic({ plasticity: { plasticityScale: 2 } }), {}, 0.5, 'g'],
    ['a whole orthogonal optimizer', plastax.orthogonalNeuroPlastic({ orthogonalSchedule: 'late' }), {}, 0.5, 'g'],
    ['over momentum: 0.15 |alpha - 1| needs no cap', hybridSgdMomentum(), {}, 0.15, "trace'"],
    ['over momentum, capped', hybridSgdMomentum({ modulationStrength: 1 }), {}, 0.25, "trace'"],
    [
      'over momentum with decay in it, on some leaves, late',
      hybridSgdMomentum({ weightDecay: 0.1, layerScope: 'classifierOnly', phaseScope: 'late', modulationStrength: 1 }),
      {},
      0.25,
      "trace'",
    ],
    ['by the trust ratio', hybridSgdMomentum({ modulationTarget: 'trustRatio' }), {}, 0.075, "trace'"],
    [
      'over AdamW',
      hybridAdamW({ modulationTarget: 'momentum' }),
      {},
      0.25,
      "(mu_2' / (1 - 0.9^t)) / (sqrt(nu_2' / ...) + 1e-8)",
    ],
    ['two in a row', chain(plastax.boundedResidualRule(0.5), plastax.boundedResidualRule(0.5)), given, 1.25, 'g'],
    ['anything under a cap', plastax.boundedResidual(scaleByAdam(), 0.1), {}, 0.1, 'g'],
  ])('%s', (_, transform, assumptions, maxRatio, base) => {
    const bounds = of(transform, assumptions)
    expect(bounds).toMatchObject({ kind: 'residual', base })
    if (bounds.kind !== 'residual') throw new Error('not a residual')
    expect(bounds.maxRatio).toBeCloseTo(maxRatio, 12)
  })

  test('leaves of different bases are each within the bound of their own', () => {
    const mixed = plastax.partition(name => (name.endsWith('bias') ? 'bias' : 'kernel'), {
      bias: plastax.withPlasticity(plastax.plasticity(), {}, plastax.boundedResidualRule(0.4)),
      kernel: plastax.withPlasticity(plastax.plasticity(), {}, plastax.overSgdMomentum({ modulationStrength: 9 })),
    })
    expect(of(mixed)).toMatchObject({ kind: 'residual', maxRatio: 0.4, base: "trace' or g" })
  })

  test('a cap on what is then broadcast is none', () => {
    // Each row of the leaf gets the same capped vector: its norm is repeated.
    const rule = leafwise(g => {
      const x = g.exp().sum([0])
      const c = g.norm().mul(0.1)
      const capped = x.mul(
        x
          .norm()
          .greater(c)
          .where(c.div(x.norm().add(1e-12)), 1),
      )
      return g.add(capped.mul(g.isFinite().where(1, g)))
    })
    expect(of(rule, { shapes: { w: [5, 2] } }).kind).toBe('unbounded')
  })

  test('a base may be named', () => {
    const hybrid = chain(
      observe('direction', scaleByAdam()),
      plasticityGate(chain(gradientMagnitude(), clamp(0.5, 1.5))),
    )
    expect(of(hybrid).kind).toBe('unbounded')
    expect(of(hybrid, { base: 'direction' })).toMatchObject({ kind: 'residual', maxRatio: 0.5, modulation: [0.5, 1.5] })
    expect(() => of(hybrid, { base: 'dirction' })).toThrow(/direction/)
  })
})

describe('what has no bound, and what is to blame', () => {
  const unclipped = chain(gradientMagnitude(), normalizeSignal())
  const noEps = leafwise(g => g.abs().div(g.abs().mean()))
  const forgotten = chain(
    observe('direction', plastax.trace(0.9)),
    residual(observe('delta', plasticityGate(plastax.difference(average(0.9), identity)))),
  )
  const resets: typeof scaleByAdam = options => {
    const inner = scaleByAdam(options)
    return {
      init: inner.init,
      update: (updates, state, params, context) => {
        const [out, next] = inner.update(updates, state, params, context)
        const fresh = plastax.tree.map((x: Expr) => plastax.fill(x, 0))(next.nu)
        return [out, { ...next, nu: plastax.branch(next.count.mod(10).equal(0), fresh, next.nu) }]
      },
    }
  }
  test.each<readonly [string, GradientTransform<unknown>, Assumptions, object]>([
    [
      'no clip',
      plasticityGate(observe('alpha', unclipped)),
      {},
      { operation: 'div', label: 'alpha', formula: 'S(|g|)' },
    ],
    [
      'no clip in one of three',
      plasticityGate(plastax.weightedSum([0.5, clamp(0, 1)], [0.5, unclipped])),
      {},
      { operation: 'div', formula: 'S(|g|)' },
    ],
    [
      'no epsilon: a clip does not repair 0 / 0',
      plasticityGate(chain(noEps, clamp(0.2, 2))),
      {},
      { operation: 'div', formula: '|g| / mean(|g|)' },
    ],
    [
      'the cap forgotten',
      forgotten,
      { base: 'direction' },
      { label: 'delta', operation: 'abs', formula: '|direction|' },
    ],
    ['momentum is no gate', plastax.sgd({ momentum: 0.9 }), {}, { operation: 'input', formula: 'trace' }],
    ['decay', neuroPlastic({ weightDecay: 0.1 }), {}, { operation: 'input', formula: 'p' }],
    ['decoupled decay', hybridAdamW({ weightDecay: 0.1 }), {}, { operation: 'input', formula: 'p' }],
    ['an opaque node', plastax.alphaShuffled(), {}, { operation: 'shuffle', label: 'alpha' }],
    ['betas for which there is no ratio', plasticityGate(scaleByAdam({ b1: 0.99, b2: 0.9 })), {}, { operation: 'div' }],
    ['moments that do not move together', plasticityGate(resets({ biasCorrection: false })), {}, { operation: 'div' }],
  ])('%s', (_, transform, assumptions, blame) => {
    expect(of(transform, assumptions)).toMatchObject({ kind: 'unbounded', blame })
  })

  test('the reason is a sentence that a person can read', () => {
    const bounds = of(neuroPlastic({ weightDecay: 0.1 }))
    expect(bounds.kind === 'unbounded' && bounds.reason).toBe('p is in no proportion to g')
    const other = of(plasticityGate(unclipped))
    expect(other.kind === 'unbounded' && other.reason).toBe('S(|g|), a factor of g, has no bound')
  })

  test('without the cap, a bounded residual is only as bounded as its coefficient', () => {
    expect(of(residual(plastax.difference(gate(), identity)))).toMatchObject({ kind: 'gate' })
  })

  test('what is known to rearrange keeps its bounds', () => {
    expect(of(plastax.alphaShuffled(), { rearranging: ['shuffle'] })).toMatchObject({ modulation: [0.2, 2] })
  })
})
