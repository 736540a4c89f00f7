/** Defining a study, and its quick and published versions. */
import { StudyError } from './error.js'
import { problemsOf } from './problems.js'
import type { DataChoice, ModelChoice, Settings, Study, StudySettings, Variant } from './types.js'

type ModelName = ModelChoice['name']

/** What a definition may say of a version: anything but variants in full; data sets and models by name or in full. */
export interface StudyChanges extends Partial<Omit<StudySettings, 'data' | 'models'>> {
  readonly data?: readonly (string | DataChoice)[]
  readonly models?: readonly (ModelName | ModelChoice)[]
}

/** Settings of the same kinds: candidates of a row whose own are literals may be others. */
type Alike<S> = { readonly [K in keyof S]: S[K] extends number ? number : S[K] }

/** A study, as it is written down. What is left out has the default that `StudySettings` names. */
export interface StudyDefinition<V extends Readonly<Record<string, Settings>>> extends Omit<StudyChanges, 'variants'> {
  /** What its folder and report are called: letters, digits, `-` and `_`. */
  readonly name: string
  readonly description?: string
  // Inferred from the settings alone, so that a transform written beside them is told what it gets.
  readonly variants: { readonly [K in keyof V]: { readonly settings: V[K] } & Variant<NoInfer<Alike<V[K]> & Settings>> }
  /** What changes under `--quick`, beside 2 seeds, 2 epochs and 1 seed to tune where it does not say otherwise. */
  readonly quick?: StudyChanges
  /** What changes under `--as-published`, beside `selection: 'fixed'` where it does not say otherwise. */
  readonly asPublished?: StudyChanges
}

/** A defined study: what it is, and what becomes of it under the flags. */
export interface DefinedStudy {
  readonly study: Study
  readonly quick: StudyChanges
  readonly asPublished: StudyChanges
}

const DEFAULTS = {
  against: undefined,
  controls: true,
  data: ['fashion-mnist'],
  fractions: [1],
  labelNoise: [0],
  models: ['mlp'],
  seeds: 8,
  epochs: 10,
  batchSize: 128,
  augment: false,
  selection: 'validation',
  tuning: {},
  metric: 'accuracy',
  diagnosticsEvery: 10,
} as const

/** What every variant with plasticity has to face: all others. */
const opponents = (variants: StudySettings['variants']): readonly string[] =>
  Object.keys(variants ?? {}).filter(name => variants[name]?.role !== 'plasticity')

const keys = ['name', 'description', 'variants', ...Object.keys(DEFAULTS)]

// A module that no compiler has seen may give anything; what it gives is for `problemsOf` to judge.
const named = <C extends object>(choices: readonly unknown[]): readonly C[] =>
  Array.isArray(choices)
    ? choices.map(choice => (typeof choice === 'object' && choice !== null ? choice : { name: choice }))
    : (choices as readonly C[])

const laidOver = (study: Study, { data, models, ...rest }: StudyChanges): Study => ({
  ...study,
  // Variants that are not there any more are nobody's opponents.
  ...(rest.variants &&
    Array.isArray(study.against) && {
      against: study.against.filter(name => Object.hasOwn(rest.variants ?? {}, name)),
    }),
  ...rest,
  ...(data !== undefined && { data: named<DataChoice>(data) }),
  ...(models !== undefined && { models: named<ModelChoice>(models) }),
  tuning: { ...study.tuning, ...rest.tuning },
})

/**
 * A study under other settings.
 *
 * @throws StudyError with everything that is wrong with it
 * @example
 * changed(study, { seeds: 3, data: [{ name: 'fashion-mnist', source: 'full' }] })
 */
export const changed = (study: Study, changes: StudyChanges): Study => {
  const next = laidOver(study, changes)
  const problems = problemsOf(next, keys)
  if (problems.length > 0) throw new StudyError(`study '${study.name}'`, problems)
  return next
}

/**
 * Defines a study: every variant, on every data set, fraction, rate of label noise and model, with every seed.
 *
 * @param definition see `StudyDefinition` and `StudySettings`
 * @throws StudyError with everything that is wrong with it, its quick and published versions included
 * @example
 * export default defineStudy({
 *   name: 'activity-alone',
 *   variants: { activity: { role: 'plasticity', settings: { learningRate: 0.1 }, transform }, adam: variants.adam },
 *   fractions: [0.1, 1],
 * })
 */
export const defineStudy = <V extends Readonly<Record<string, Settings>>>({
  name,
  description = '',
  ...definition
}: StudyDefinition<V>): DefinedStudy => {
  const quick = { seeds: 2, epochs: 2, ...definition.quick, tuning: { seeds: 1, ...definition.quick?.tuning } }
  const asPublished = { selection: 'fixed', ...definition.asPublished } as const
  // Each transform is only ever given its own settings; a record of all of them cannot say so.
  const variants = definition.variants as unknown as StudySettings['variants']
  const { quick: _, asPublished: __, data, models, ...settings } = { ...DEFAULTS, ...definition }
  const against = settings.against ?? opponents(variants)
  const blank = { ...settings, name, description, variants, against, data: [], models: [] }
  const study = laidOver(blank, { data, models })
  const own = problemsOf(study, keys)
  const versions = {
    quick: laidOver(study, quick),
    asPublished: laidOver(study, asPublished),
    'quick asPublished': laidOver(laidOver(study, asPublished), quick),
  }
  const found = new Set(own)
  const theirs = Object.entries(versions).flatMap(([version, changes]) =>
    problemsOf(changes, keys)
      .filter(problem => !found.has(problem) && found.add(problem))
      .map(problem => `${version}: ${problem}`),
  )
  if (own.length + theirs.length > 0) throw new StudyError(`study '${name}'`, [...own, ...theirs])
  return { study, quick, asPublished }
}
