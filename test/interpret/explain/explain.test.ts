/** What `explain` prints, and that it is what the transform does. */
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import * as plastax from '../../../src/index.js'
import { compile, type GradientTransform, leafwise, type Tensors } from '../../../src/index.js'
import { explain, modulationBounds, updateNormBound } from '../../../src/interpret/analysis.js'
import type { Name } from '../../../src/interpret/explain/formula.js'
import { machineOf } from '../../../src/interpret/machine.js'
import { signatureFor } from '../../../src/interpret/network.js'
import { useBackend } from '../../support/backend.js'
import { calculate, type Numbers } from './calculate.js'

beforeAll(() => useBackend('cpu'))

const everything: Readonly<Record<string, GradientTransform<unknown>>> = {
  sgd: plastax.sgd(),
  nesterov: plastax.sgd({ momentum: 0.9, nesterov: true, weightDecay: 1e-4 }),
  scheduled: plastax.sgd({ learningRate: plastax.warmUp(2, plastax.cosineDecay(0.1, 5, 0.1)) }),
  adam: plastax.adam(),
  adamw: plastax.adamw(),
  neuroPlastic: plastax.neuroPlastic({ weightDecay: 0.01 }),
  scaled: plastax.neuroPlastic({
    plasticity: { warmupEpochs: 3, plasticityScale: 2, boundAfterScaling: true, parameterwise: false },
    homeostasis: { maxUpdateNorm: 0.1, adaptationRate: 1, lateTargetRmsScale: 2 },
  }),
  gradientOnly: plastax.gradientOnly(),
  bounded: plastax.boundedNeuroPlastic({ residualMaxRatio: 0.1 }),
  orthogonal: plastax.orthogonalNeuroPlastic({ orthogonalLambda: 3, orthogonalSchedule: 'cosine' }),
  matched: plastax.orthogonalNeuroPlastic({ orthogonalNormalization: 'matchGradNorm', orthogonalSchedule: 'late' }),
  hybridSgd: plastax.hybridSgdMomentum({ modulationTarget: 'trustRatio', layerScope: 'classifierOnly' }),
  hybridAdamW: plastax.hybridAdamW({ modulationTarget: 'momentum', phaseScope: 'early', weightDecay: 0.1 }),
  controlled: plastax.controlledNeuroPlastic('global', { controllerAlpha: 3 }),
  layerwise: plastax.controlledNeuroPlastic('layerwise', { decoupledWeightDecay: true, weightDecay: 0.1 }),
  averaged: plastax.alphaAveraged(),
  grafted: plastax.alphaGrafted(),
  clipped: plastax.chain(plastax.clipByGlobalNorm(0.5), plastax.clipByNorm(0.2), plastax.applyIfFinite(plastax.adam())),
  tree: plastax.plasticityGate(plastax.chain(plastax.gradientMagnitude(), plastax.normalizeSignal({ over: 'tree' }))),
  negative: plastax.weightedSum([-0.5, plastax.identity], [2, plastax.clamp(-0.1, 0.1)]),
}

describe('the text', () => {
  test.each([
    ['sgd', plastax.sgd(), 'u = -0.01 g'],
    ['momentum', plastax.sgd({ momentum: 0.9 }), "trace' = g + 0.9 trace\nu = -0.01 trace'"],
    [
      'adam',
      plastax.adam(),
      `mu' = 0.9 mu + 0.1 g
nu' = 0.999 nu + 0.001 g^2
u = -0.001 * (mu' / (1 - 0.9^t)) / (sqrt(nu' / (1 - 0.999^t)) + 1e-8)`,
    ],
    [
      'adamw',
      plastax.adamw({ weightDecay: 0.01 }),
      `mu' = 0.9 mu + 0.1 g
nu' = 0.999 nu + 0.001 g^2
u = -0.001 * ((mu' / (1 - 0.9^t)) / (sqrt(nu' / (1 - 0.999^t)) + 1e-8) + 0.01 p)`,
    ],
    [
      'neuroPlastic',
      plastax.neuroPlastic(),
      `ema' = 0.95 ema + 0.05 |g|
mu' = 0.9 mu + 0.1 g
nu' = 0.99 nu + 0.01 g^2
alpha = clip(0.4 S(ema') + 0.4 S(|g|) + 0.2 S(|mu' / (sqrt(nu') + 1e-8)|), 0.2, 2)
n = norm(alpha g)
s = 1 if n <= 1 else 1 / (n + 1e-8)
u = -0.001 alpha s clip(0.01 * (0.02 - sqrt((n s)^2 / size + 1e-8)) + 1, 0.5, 1.5) g
where
  S(x) = x / (mean(x) + 1e-8)`,
    ],
    [
      'a hybrid',
      plastax.withPlasticity(plastax.gradientOnlyAlpha(), {}, plastax.overSgdMomentum({ layerScope: 'convOnly' })),
      `for 'conv/kernel':
  trace' = g + 0.9 trace
  alpha = clip(S(|g|), 0.2, 2)
  u = trace' + cap(0.15 * (alpha trace' - trace'), 0.25 norm(trace'))
for 'conv/bias', 'hidden/kernel', 'hidden/bias', 'classifier/kernel', 'classifier/bias':
  trace' = g + 0.9 trace
  u = trace'
where
  S(x) = x / (mean(x) + 1e-8)
  cap(x, c) = c x / (norm(x) + 1e-12) if norm(x) > c else x`,
    ],
    [
      'a sum over leaves',
      plastax.clipByGlobalNorm(1),
      's = sqrt(sum_leaves(norm(g)^2))\nu = (1 if s <= 1 else 1 / s) g',
    ],
  ])('of %s', (_, transform, text) => {
    expect(explain(transform).text).toBe(text)
  })

  test('tells the groups of leaves that are treated alike', () => {
    const { rules } = explain(
      plastax.neuroPlastic({ homeostasis: { earlyTargetRmsScale: 2, lateTargetRmsScale: 0.5 } }),
    )
    expect(rules.map(({ leaves }) => leaves)).toEqual([
      ['conv/kernel', 'conv/bias'],
      ['hidden/kernel', 'hidden/bias'],
      ['classifier/kernel', 'classifier/bias'],
    ])
  })

  test('names what the caller passes, and refuses what nobody gives', () => {
    const rule = plastax.chain(
      plastax.classic(),
      plastax.scale(context => plastax.scalarFrom(context, 'heat', 'test')),
    )
    expect(explain(rule, { trees: ['alpha'], scalars: ['heat'] }).text).toBe('u = alpha heat g')
    expect(() => explain(rule, { trees: ['alpha'] })).toThrow(/heat/)
  })
})

describe('the LaTeX', () => {
  test.each(Object.entries(everything))('of %s is balanced', (_, transform) => {
    const { latex } = explain(transform)
    const count = (pattern: RegExp) => [...latex.matchAll(pattern)].length
    const depth = [...latex.replace(/\\[{}]/g, '').matchAll(/[{}]/g)].reduce((open, [brace]) => {
      expect(open).toBeGreaterThanOrEqual(0)
      return open + (brace === '{' ? 1 : -1)
    }, 0)
    expect(depth).toBe(0)
    expect(count(/\\left[^a-z]/g)).toBe(count(/\\right[^a-z]/g))
    expect(count(/\\begin\{/g)).toBe(count(/\\end\{/g))
    expect(latex).not.toMatch(/undefined|NaN|\[object/)
    expect(latex).not.toMatch(/\^\{[^{}]*\}\^|\d\s*\\,\s*\d/) // double exponents; numbers that run together
  })

  test('of Adam', () => {
    expect(explain(plastax.adam()).rules[0]?.latex).toBe(`\\begin{aligned}
  \\mu' &= 0.9 \\, \\mu + 0.1 \\, g \\\\
  \\nu' &= 0.999 \\, \\nu + 0.001 \\, {g}^{2} \\\\
  u &= -0.001 \\, \\frac{\\frac{\\mu'}{1 - {0.9}^{t}}}{\\sqrt{\\frac{\\nu'}{1 - {0.999}^{t}}} + 10^{-8}}
\\end{aligned}`)
  })

  test('escapes what TeX would take for a command', () => {
    const rule = plastax.observe('a_b%', plastax.chain(plastax.gradientMagnitude(), plastax.scale(2)))
    expect(explain(rule).latex).toContain('\\mathrm{a\\_b\\%}')
  })
})

describe('the rule as printed gives the numbers that the transform gives', () => {
  const shapes = { 'a/kernel': [3, 4], 'a/bias': [5], 'b/kernel': [4, 2], 'b/bias': [7] }
  const wave = (seed: number): Tensors =>
    Object.fromEntries(
      Object.entries(shapes).map(([leaf, shape], i) => {
        const size = shape.reduce((a, b) => a * b, 1)
        return [
          leaf,
          tf.tensor(
            Array.from({ length: size }, (_, k) => Math.sin(seed + 3 * i + k ** 1.5)),
            shape,
          ),
        ]
      }),
    )
  const numbers = (x: unknown): Numbers =>
    typeof x === 'number' ? [x] : x instanceof tf.Tensor ? Array.from(x.dataSync()) : [Number.NaN]
  const within = (state: unknown, path: readonly string[]): unknown =>
    path.reduce((value, key) => (value as Readonly<Record<string, unknown>>)[key], state)

  test.each(Object.entries(everything))('%s', (_, transform) => {
    const optimizer = compile(transform, { interpreter: 'tfjs' })
    const params = wave(17)
    const steps = [1, 2, 3, 4]
    steps.reduce<ReturnType<typeof optimizer.init>>((state, t) => {
      const [grads, context] = [wave(t), { epoch: t, totalEpochs: 5, loss: 0.5 }]
      const [updates, next] = optimizer.update(grads, state, params, context)
      const inputs = (name: Name, leaf: string): Numbers => {
        const path = rule.pathOf(name, leaf)
        if (path !== undefined) return numbers(within(state, path))
        const sizes = Object.values(wave(0)).map(x => x.size)
        const known: Readonly<Record<string, Numbers>> = {
          g: numbers(grads[leaf]),
          p: numbers(params[leaf]),
          t: [t],
          size: [grads[leaf]?.size ?? 0],
          totalSize: [sizes.reduce((a, b) => a + b, 0)],
          epoch: [context.epoch],
          totalEpochs: [context.totalEpochs],
        }
        return known[name.word] ?? [Number.NaN]
      }
      const rule = calculate(machineOf(transform, signatureFor({ shapes })), inputs)
      const close = (actual: Numbers, expected: Numbers) => {
        const largest = Math.max(1e-6, ...expected.map(Math.abs))
        expected.forEach((x, i) => {
          expect(Math.abs((actual[actual.length === 1 ? 0 : i] ?? Number.NaN) - x) / largest).toBeLessThan(2e-5)
        })
      }
      for (const leaf of Object.keys(shapes)) close(rule.update(leaf), numbers(updates[leaf]))
      for (const { path, next: value } of rule.states) close(value(), numbers(within(next, path)))
      return next
    }, optimizer.init(params))
  })
})

test('an expression of 2,000 operations is read, or refused with a sentence', () => {
  const long = leafwise(g =>
    Array.from({ length: 2000 }).reduce((x: typeof g, _, i) => (i % 2 === 0 ? x.mul(0.5) : x.add(g)), g),
  )
  const shapes = { w: [3] }
  for (const read of [explain, modulationBounds, updateNormBound])
    try {
      expect(read(long, { shapes })).toBeDefined()
    } catch (error) {
      expect((error as Error).message).toMatch(/nested too deeply to be read/)
    }
})
