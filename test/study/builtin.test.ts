import { expect, test } from 'vitest'
import { explain } from '../../src/interpret/analysis.js'
import { builtinStudies } from '../../src/study/builtin/index.js'
import { withControls } from '../../src/study/controls.js'
import { changed, type DefinedStudy } from '../../src/study/define.js'
import { candidatesOf } from '../../src/study/grid.js'
import { type Cell, cellsOf, tuningCell } from '../../src/study/plan.js'
import type { Study } from '../../src/study/types.js'

const controls = ['alpha-one', 'alpha-averaged', 'alpha-shuffled', 'alpha-grafted']
const rowsOf = (study: Study) => Object.values(withControls(study).variants)

const named = Object.entries(builtinStudies)

const versionsOf = ({ study, quick, asPublished }: DefinedStudy): readonly Study[] => {
  const published = changed(study, asPublished)
  return [study, published, changed(study, quick), changed(published, quick)]
}

const settingsOf = (name: string, variant: string, study = builtinStudies[name]!.study) =>
  study.variants[variant]!.settings

test('there are all that are promised, by their names', () => {
  expect(Object.keys(builtinStudies)).toEqual(
    'tuning fashion mnist low-data cifar10 design-space stability ablation label-noise'.split(' '),
  )
  for (const [name, { study }] of named) expect(study).toMatchObject({ name, description: expect.stringMatching(/\S/) })
})

test.each(named)(
  '%s has every control of each rule with plasticity, unless it says that it has none, in every version',
  (name, defined) => {
    for (const study of versionsOf(defined)) {
      const own = withControls(study).controls
      if (name === 'stability') expect(own).toBe(false)
      else {
        const plastic = Object.keys(study.variants).filter(each => study.variants[each]?.role === 'plasticity')
        expect(Object.keys(own)).toEqual(plastic)
        for (const each of plastic) {
          const names: readonly string[] = own ? (own[each] ?? []) : []
          expect(names).toHaveLength(4)
          // Made from its own rule, but for what does the same.
          expect(names).toEqual(controls.map(control => expect.stringMatching(new RegExp(`-${control}$`))))
          for (const control of names) expect(withControls(study).variants[control]?.role).toBe('control')
        }
      }
      expect(study.variants.neuroplastic?.role).toBe('plasticity')
      for (const baseline of ['sgd', 'adam']) expect(study.variants[baseline]?.role).toBe('baseline')
    }
  },
)

test.each(named)('%s has eight seeds, and the same budget for every variant in every version', (_, defined) => {
  expect(defined.study.seeds).toBe(8)
  for (const study of versionsOf(defined)) {
    const budgets = rowsOf(study).map(row => candidatesOf(row).length)
    expect(new Set(budgets).size).toBe(1)
    for (const row of Object.values(study.variants)) {
      const candidates = candidatesOf(row).map(settings => JSON.stringify(settings))
      expect(new Set(candidates).size).toBe(candidates.length)
    }
  }
})

test('settings are selected on validation examples, unless as published, or all are shown', () => {
  const selections = named.map(([name, defined]) => [name, ...versionsOf(defined).map(({ selection }) => selection)])
  for (const [name, own, published, quick, quickPublished] of selections) {
    expect([own, quick]).toEqual(name === 'stability' ? ['all', 'all'] : ['validation', 'validation'])
    const theirs = name === 'stability' ? 'all' : name === 'tuning' ? 'test' : 'fixed'
    expect([published, quickPublished]).toEqual([theirs, theirs])
  }
})

// Two cores, a busy machine: 16,000 images trained on in a second and 45,000 tested, by the MLP; the others by measurement.
const costOf: Readonly<Record<string, number>> = { mlp: 1, lenet5: 1.5, resnet18: 5 }

/** Of all its runs, by their number: planning them would trace the rule of each. */
const secondsOf = (study: Study): number => {
  const { selection, tuning, seeds, epochs } = study
  const rows = rowsOf(study)
  const candidates = rows.reduce((sum, row) => sum + candidatesOf(row).length, 0)
  const run = ({ fraction, model }: Cell, passes: number, tested: number) =>
    passes * (costOf[model.name] ?? Number.POSITIVE_INFINITY) * ((6000 * fraction) / 16_000 + tested / 45_000)
  return cellsOf(study).reduce((sum, cell) => {
    const tried = tuningCell(study, cell)
    const tune = run(tried, tuning.epochs ?? epochs, 600 * tried.fraction) * candidates * (tuning.seeds ?? 2)
    const final = run(cell, epochs, 10_000) * seeds
    if (selection === 'validation') return sum + tune + final * rows.length
    return sum + final * (selection === 'fixed' ? rows.length : candidates)
  }, 0)
}

test.each(named)('%s has quick versions on the shipped data that end in five minutes on two cores', (_, defined) => {
  for (const study of versionsOf(defined).slice(2)) {
    expect(study.data).toEqual([{ name: 'fashion-mnist', source: 'shipped' }])
    expect(secondsOf(study) / 2).toBeLessThan(270)
    expect(study.seeds).toBeGreaterThan(1)
  }
})

test('published settings are those of the paper', () => {
  for (const name of ['fashion', 'mnist', 'low-data', 'cifar10', 'label-noise']) {
    const published = changed(builtinStudies[name]!.study, builtinStudies[name]!.asPublished)
    const of = (variant: string) => settingsOf(name, variant, published)
    expect(of('neuroplastic')).toEqual({ learningRate: 0.1, plasticity: { warmupEpochs: 2, plasticityScale: 2 } })
    expect(of('grad-only')).toEqual({ learningRate: 0.1, plasticity: { minAlpha: 0.5, maxAlpha: 1.5 } })
    expect(of('adam')).toEqual({ learningRate: 0.001 })
    expect(of('sgd')).toEqual({ learningRate: 0.01 })
  }
  const { study, asPublished } = builtinStudies['design-space']!
  const rates = Object.entries(changed(study, asPublished).variants).map(([name, { settings }]) => [
    name,
    settings.learningRate,
  ])
  expect(Object.fromEntries(rates)).toMatchObject({
    bounded: 0.1,
    orthogonal: 0.1,
    'hybrid-sgd': 0.01,
    'controlled-sgd': 0.01,
    'hybrid-adamw': 0.001,
  })
})

test('tuning tries every value of every setting that it names', () => {
  const { study, asPublished } = builtinStudies.tuning!
  const values = (of: Study, setting: RegExp) =>
    new Set(candidatesOf(of.variants.neuroplastic!).map(settings => setting.exec(JSON.stringify(settings))?.[1]))
  const count = (of: Study) => candidatesOf(of.variants.neuroplastic!).length
  expect(count(study)).toBe(3 * 2 * 2 * 2 * 2)
  expect(values(study, /"learningRate":([\d.]+)/)).toEqual(new Set(['0.032', '0.1', '0.32']))
  expect(values(study, /"warmupEpochs":(\d)/)).toEqual(new Set(['0', '2']))
  expect(values(study, /"plasticityScale":(\d)/)).toEqual(new Set(['1', '2']))
  expect(values(study, /"minAlpha":([\d.]+)/)).toEqual(new Set(['0.2', '0.5']))
  expect(values(study, /"maxUpdateNorm":(\d)/)).toEqual(new Set(['1', '4']))
  const published = changed(study, asPublished)
  expect(count(published)).toBe(4 * 3 * 3)
  expect(published).toMatchObject({ data: [{ name: 'mnist' }] })
})

test('stability spans three decades about the learning rate of each variant', () => {
  const { study } = builtinStudies.stability!
  for (const row of Object.values(study.variants)) {
    const rates = candidatesOf(row).map(({ learningRate }) => learningRate)
    expect(rates).toHaveLength(7)
    expect(rates.at(-1)! / rates[0]!).toBeCloseTo(1000, -1)
    expect(rates).toContain(row.settings.learningRate)
  }
})

test('no two variants of a study have the same rule', () => {
  for (const name of ['fashion', 'design-space', 'ablation']) {
    const rows = Object.values(builtinStudies[name]!.study.variants)
    const rules = rows.map(row => explain(row.transform({ ...row.settings, learningRate: 0.5 })).text)
    expect(new Set(rules).size).toBe(rules.length)
  }
})

test('each ablation takes away what its name says, and nothing else', () => {
  const { variants } = builtinStudies.ablation!.study
  const rule = (name: string): string => {
    const row = variants[name]!
    return explain(row.transform(row.settings)).text
  }
  const full = rule('neuroplastic')
  const but = (changes: readonly (readonly [string, string])[]) =>
    changes.reduce((text, [from, to]) => {
      expect(text).toContain(from)
      return text.replace(from, to)
    }, full)
  const [a, g, m] = ["0.4 S(ema')", '+ 0.4 d +', "+ 0.2 S(|mu'"]
  const third = '0.3333333333'
  const twoThirds = '0.6666666667'
  const alpha = /alpha = (.*)/.exec(full)![1]!
  const rules = {
    'no-activity': but([
      [a, "0 S(ema')"],
      [g, `+ ${twoThirds} d +`],
      [m, `+ ${third} S(|mu'`],
    ]),
    'no-gradient': but([
      [a, `${twoThirds} S(ema')`],
      [g, '+ 0 d +'],
      [m, `+ ${third} S(|mu'`],
    ]),
    'no-memory': but([
      [a, "0.5 S(ema')"],
      [g, '+ 0.5 d +'],
      [m, "+ 0 S(|mu'"],
    ]),
    'no-warmup': but([['2 clip((epoch - 1) / 2, 0, 1)', '2']]),
    'scale-1': but([['2 clip((epoch - 1) / 2, 0, 1)', 'clip((epoch - 1) / 2, 0, 1)']]),
    clamped: but([[alpha, `clip(${alpha}, 0.2, 2)`]]),
    narrow: full.replaceAll('0.2, 2)', '0.5, 1.5)'),
    wide: full.replaceAll('0.2, 2)', '0.05, 8)'),
  }
  for (const [name, text] of Object.entries(rules)) expect(rule(name)).toBe(text)
  expect(rule('no-pattern')).toContain("clip(mean(0.4 S(ema') + 0.4 d + 0.2 S(")
  const [raw, normalized] = [rule('no-normalization'), full].map(text => text.split('\nwhere')[0])
  expect(raw).not.toContain('S(')
  // With every S(x) read as x, the full rule is the one without.
  const read = normalized!
    .replace(/S\((\|mu.*?\|)\)/, '$1')
    .replace("S(ema')", "ema'")
    .replace('d = S(|g|)\ngradientOnly = clip(d, 0.2, 2)\n', '')
  expect(raw).toBe(read.replaceAll('gradientOnly', 'clip(|g|, 0.2, 2)').replace('0.4 d', '0.4 |g|'))
  expect(rule('no-homeostasis')).toBe(full.replace(/\nn = .*\ns = .*\nu = .*/, '\nu = -0.1 alpha g'))
  expect(rule('descent')).toBe('u = -0.1 g')
})
