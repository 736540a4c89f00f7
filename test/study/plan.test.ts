import { expect, test } from 'vitest'
import { defineStudy } from '../../src/study/define.js'
import {
  type Cell,
  cellOf,
  cellsOf,
  choose,
  finalRuns,
  fingerprintOf,
  givenSettings,
  transformOf,
  tuningCell,
  tuningRuns,
} from '../../src/study/plan.js'
import type { PlannedRun, RunRecord, Study, Variant } from '../../src/study/types.js'
import { variants } from '../../src/study/variants.js'
import {
  addNoise,
  chain,
  masked,
  named,
  observe,
  scale,
  scaleByLearningRate,
  scaleByMuon,
  trace,
} from '../../src/transform/index.js'

/** A rule of one's own, so that it can be changed. */
const descent = (factor = 1): Variant => ({
  role: 'plasticity',
  settings: { learningRate: 0.1 },
  transform: ({ learningRate }) => chain(scale(factor), scaleByLearningRate(learningRate)),
})

const { study } = defineStudy({
  name: 'trial',
  variants: { descent: descent(), adam: variants.adam },
  data: ['fashion-mnist', 'cifar10'],
  fractions: [0.1, 1],
  labelNoise: [0, 0.2],
  models: ['mlp', { name: 'resnet18', width: 4 }],
  seeds: 3,
})

const fixed: Study = { ...study, selection: 'fixed' }
const finals = (of: Study): readonly PlannedRun[] => finalRuns(of, givenSettings(of))
const ids = (runs: readonly PlannedRun[]) => runs.map(({ id }) => id)

test('the grid is planned whole, and ids are different and fit a file system', () => {
  expect(cellsOf(study)).toHaveLength(2 * 2 * 2 * 2)
  expect(new Set(cellsOf(study).map(cellOf)).size).toBe(16)
  const tuning = tuningRuns(study)
  const final = finals(fixed)
  expect(tuning).toHaveLength(16 * 2 * 5 * 2)
  expect(final).toHaveLength(16 * 2 * 3)
  const all = ids([...tuning, ...final])
  expect(new Set(all).size).toBe(all.length)
  for (const id of all) expect(id).toMatch(/^[\w.-]{1,120}$/)
  expect(tuning[0]!.spec).toEqual({
    stage: 'tune',
    variant: 'descent',
    settings: { learningRate: 0.01 },
    data: { name: 'fashion-mnist' },
    model: { name: 'mlp' },
    fraction: 0.1,
    labelNoise: 0,
    validation: 0.1,
    seed: 1000,
    epochs: 10,
    batchSize: 128,
    augment: false,
    diagnosticsEvery: 0,
  })
  expect(final[0]!.spec).toMatchObject({ stage: 'final', validation: 0, seed: 0, settings: { learningRate: 0.1 } })
})

test('cells that differ have names that differ, however little', () => {
  const [a, b] = [0.1001, 0.1002].map(fraction => cellOf({ ...(cellsOf(study)[0] as Cell), fraction }))
  expect([a, b]).toEqual(['fashion-mnist, 10.01 %, mlp', 'fashion-mnist, 10.02 %, mlp'])
  expect(cellOf(cellsOf({ ...study, fractions: [0.07], labelNoise: [0.3] })[1] as Cell)).toBe(
    'fashion-mnist, 7 %, 30 % wrong labels, resnet18-4',
  )
})

test('the seeds that choose settings are not those that are reported', () => {
  const seeds = (runs: readonly PlannedRun[]) => [...new Set(runs.map(({ spec }) => spec.seed))]
  const most = { ...fixed, seeds: 1000, data: study.data.slice(1), models: study.models.slice(0, 1) }
  expect(seeds(tuningRuns(study))).toEqual([1000, 1001])
  expect(Math.max(...seeds(finals({ ...most, fractions: [1], labelNoise: [0] })))).toBe(999)
})

test('nothing is tuned unless settings are selected on validation examples, and then only once for cells that share it', () => {
  expect(tuningRuns(fixed)).toEqual([])
  expect(tuningRuns({ ...study, selection: 'test' })).toEqual([])
  const shared = { ...study, tuning: { fraction: 0.5, labelNoise: 0.2 } }
  expect(tuningRuns(shared)).toHaveLength(4 * 2 * 5 * 2)
  for (const { spec } of tuningRuns(shared)) expect(spec).toMatchObject({ fraction: 0.5, labelNoise: 0.2 })
  expect(finals({ ...study, selection: 'all' })).toHaveLength(16 * 2 * 5 * 3)
})

const idOf = (changes: Partial<Study>): string => ids(finals({ ...fixed, ...changes }))[0]!

test('an id is the same whatever the order of keys, and another where anything that decides the numbers is', () => {
  const row = (settings: object): Variant => ({ ...descent(), settings: settings as Variant['settings'] })
  const first = (settings: object) => idOf({ variants: { descent: row(settings) } })
  expect(first({ learningRate: 0.1, b: { c: 1, d: 2 } })).toBe(first({ b: { d: 2, c: 1 }, learningRate: 0.1 }))
  expect(idOf({})).toBe(idOf({ variants: { descent: descent() } }))
  const others = [
    idOf({}),
    idOf({ variants: { descent: descent(2) } }),
    idOf({ variants: { other: descent() } }),
    first({ learningRate: 0.2 }),
    first({ learningRate: 0.1, b: { c: 1, d: 2 } }),
    idOf({ data: [{ name: 'fashion-mnist', source: 'full' }] }),
    idOf({ fractions: [0.2] }),
    idOf({ labelNoise: [0.1] }),
    idOf({ models: [{ name: 'lenet5' }] }),
    idOf({ epochs: 11 }),
    idOf({ batchSize: 64 }),
    idOf({ augment: true }),
    idOf({ diagnosticsEvery: 0 }),
    ids(finals(fixed)).find(id => id.includes('-s1-'))!,
  ]
  expect(new Set(others).size).toBe(others.length)
})

test('the fingerprint changes with what decides the numbers, rules included, and not with what describes them', () => {
  const same = fingerprintOf(study)
  expect(fingerprintOf({ ...study, description: 'other', against: [] })).toBe(same)
  expect(fingerprintOf({ ...study, variants: { ...study.variants, descent: descent() } })).toBe(same)
  const others = [
    { variants: { ...study.variants, descent: descent(2) } },
    { variants: { descent: study.variants.descent! } },
    { variants: { ...study.variants, adam: { ...variants.adam, candidates: [{ learningRate: 1 }] } } },
    { epochs: 11 },
    { seeds: 4 },
    { selection: 'test' },
    { tuning: { seeds: 1 } },
    { name: 'other' },
  ].map(changes => fingerprintOf({ ...study, ...(changes as Partial<Study>) }))
  expect(new Set([same, ...others]).size).toBe(others.length + 1)
})

test('a rule that tells leaves apart by name is another rule where it names others', () => {
  const scaled = (leaf: string): Variant => ({
    ...descent(),
    transform: () => masked(name => name.startsWith(leaf), scale(0.1)),
  })
  const about = (leaf: string, models: Study['models']): Study => ({
    ...fixed,
    models,
    variants: { ...study.variants, descent: scaled(leaf) },
  })
  const mlp = [{ name: 'mlp' }] as const
  expect(fingerprintOf(about('dense1', mlp))).not.toBe(fingerprintOf(about('dense3', mlp)))
  expect(ids(finals(about('dense1', mlp)))).not.toEqual(ids(finals(about('dense3', mlp))))
  // The same to a model that has neither.
  const [a, b] = ['stage5', 'stage6'].map(leaf => ids(finals(about(leaf, [{ name: 'resnet18', width: 4 }]))))
  expect(a).toEqual(b)
})

test('runs are those of the rule: an edited constant makes others, wherever it stands; an observation does not', () => {
  const rule = (transform: Variant['transform']) => {
    const of: Study = { ...fixed, models: [{ name: 'mlp' }], variants: { descent: { ...descent(), transform } } }
    return [fingerprintOf(of), ...ids(finals(of))]
  }
  const kernels = (options: Parameters<typeof scaleByMuon>[0]) => () => masked(named(/kernel$/), scaleByMuon(options))
  const rules = [
    rule(() => scale(0.12345678901)),
    rule(() => scale(0.12345678902)),
    rule(kernels({ nsSteps: 5 })),
    rule(kernels({ nsSteps: 2 })),
    rule(kernels({ nsCoeffs: 'dion' })),
    rule(() => addNoise({ seed: 1 })),
    rule(() => addNoise({ seed: 2 })),
    rule(() => trace(0.9)),
  ]
  expect(new Set(rules.flat()).size).toBe(rules.flat().length)
  expect(rule(() => observe('momentum', trace(0.9)))).toEqual(rules.at(-1))
})

test('a rule that cannot be traced is named', () => {
  const broken: Variant = {
    ...descent(),
    transform: () => ({
      init: () => [],
      update: () => {
        throw new Error('no such thing')
      },
    }),
  }
  expect(() => fingerprintOf({ ...study, variants: { broken } })).toThrow(
    "study 'trial': variant 'broken': no such thing",
  )
})

test('a run has the transform of its variant, and of no other', () => {
  const settings = { learningRate: 0.3 }
  expect(transformOf(study, { variant: 'adam', settings }).config).toMatchObject({
    optimizer: 'adam',
    learningRate: 0.3,
  })
  expect(() => transformOf(study, { variant: 'sgd', settings })).toThrow("study 'trial' has no variant 'sgd'")
})

const small: Study = { ...study, data: study.data.slice(0, 1), models: study.models.slice(0, 1), labelNoise: [0] }

/** A record of a run that ended with an accuracy and a loss, or diverged. */
const record = (run: PlannedRun, accuracy: number | 'diverged', loss = 1): RunRecord => ({
  ...run,
  outcome:
    accuracy === 'diverged'
      ? { status: 'diverged', epoch: 1, step: 1, reason: 'the loss is NaN' }
      : { status: 'completed' },
  epochs: [{ epoch: 1, trainLoss: 1, testLoss: loss, testAccuracy: accuracy === 'diverged' ? 1 : accuracy }] as never,
  parameters: 1,
  stateBytes: 1,
  versions: {},
})

const chosen = (of: Study, records: readonly RunRecord[]) =>
  choose(of, records, cell => tuningCell(of, cell)).map(({ variant, cell, settings }) => [variant, cell, settings])

test('the best mean over the seeds is chosen, for each variant and cell by its own runs', () => {
  const best: Readonly<Record<string, number>> = {
    'descent 0.1': 0.32,
    'descent 1': 0.01,
    'adam 0.1': 0.01,
    'adam 1': 0.0001,
  }
  const records = tuningRuns(small).map(run => {
    const { variant, fraction, settings, seed } = run.spec
    // The others are better on one seed, and worse on the other.
    return record(run, best[`${variant} ${fraction}`] === settings.learningRate ? 0.6 : seed === 1000 ? 0.8 : 0.3)
  })
  expect(chosen(small, records)).toEqual([
    ['descent', 'fashion-mnist, 10 %, mlp', { learningRate: 0.32 }],
    ['adam', 'fashion-mnist, 10 %, mlp', { learningRate: 0.01 }],
    ['descent', 'fashion-mnist, 100 %, mlp', { learningRate: 0.01 }],
    ['adam', 'fashion-mnist, 100 %, mlp', { learningRate: 0.0001 }],
  ])
})

const scoresOf = (score: (run: PlannedRun) => readonly [number | 'diverged', number?], of: Study) =>
  tuningRuns(of).map(run => record(run, ...score(run)))

test('a candidate that diverged on any seed is not chosen; where all did, the first is', () => {
  const isBest = ({ spec }: PlannedRun) => spec.settings.learningRate === 1 || spec.settings.learningRate === 0.01
  const partly = scoresOf(run => [isBest(run) ? (run.spec.seed === 1000 ? 'diverged' : 1) : 0.5], small)
  expect(chosen(small, partly).map(([, , settings]) => settings)).toEqual([
    { learningRate: 0.032 },
    { learningRate: 0.0001 },
    { learningRate: 0.032 },
    { learningRate: 0.0001 },
  ])
  const [choice] = choose(small, partly, cell => cell)
  expect(choice!.scores.map(({ score }) => score)).toEqual([undefined, 0.5, 0.5, 0.5, undefined])
  const all = chosen(
    small,
    scoresOf(() => ['diverged'], small),
  )
  expect(all.map(([, , settings]) => settings)[0]).toEqual({ learningRate: 0.01 })
})

test('by the loss, the least is chosen, and one that is no number never', () => {
  const byLoss: Study = { ...small, metric: 'loss' }
  const loss = (rate: number) => (rate === 0.01 ? Number.NaN : rate === 0.32 ? 0.2 : 0.4)
  const records = scoresOf(({ spec }) => [0.5, loss(spec.settings.learningRate)], byLoss)
  expect(chosen(byLoss, records)[0]).toEqual(['descent', 'fashion-mnist, 10 %, mlp', { learningRate: 0.32 }])
})

test('settings that were tuned on one fraction are chosen for all', () => {
  const once: Study = { ...small, tuning: { fraction: 0.5 } }
  const records = scoresOf(({ spec }) => [spec.settings.learningRate === 0.32 ? 0.9 : 0.1], once)
  expect(chosen(once, records).filter(([variant]) => variant === 'descent')).toEqual([
    ['descent', 'fashion-mnist, 10 %, mlp', { learningRate: 0.32 }],
    ['descent', 'fashion-mnist, 100 %, mlp', { learningRate: 0.32 }],
  ])
})
