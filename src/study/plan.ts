/** From a study to its runs. */
import { createHash } from 'node:crypto'
import { formOf } from '../data/index.js'
import { identityOf } from '../interpret/analysis.js'
import { FIRST_TUNING_SEED } from '../train/limits.js'
import { withControls } from './controls.js'
import { messageOf, StudyError } from './error.js'
import { candidatesOf } from './grid.js'
import { modelFor } from './models.js'
import type { Choice, ModelChoice, PlannedRun, RunRecord, RunSpec, Settings, Study, Variant } from './types.js'
import { versions } from './versions.js'

const VALIDATION = 0.1
/** @internal */
export const TUNING_SEEDS = 2

/** @internal Text that is the same for equal values, whatever the order of their keys. */
export const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, part) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )

const hashOf = (value: unknown): string => createHash('sha256').update(canonical(value)).digest('hex')

// Tracing takes milliseconds, and a study asks for the same rule for each seed and fraction.
const rules = new WeakMap<Variant, Map<string, string>>()

/**
 * Which rule a variant has under some settings, over the leaves of the model that it is to train: one that looks at their names
 * or shapes is another rule for another model. What is observed plays no part: see `identityOf`.
 *
 * @throws StudyError where it cannot be traced: then it cannot be trained with either
 */
const ruleOf = (study: Study, variant: string, settings: Settings, { model, data }: Where): string => {
  const row = rowOf(study, variant)
  const known = rules.get(row) ?? new Map<string, string>()
  rules.set(row, known)
  const key = canonical([settings, model, data.name])
  const found = known.get(key)
  if (found !== undefined) return found
  try {
    const rule = identityOf(row.transform(settings), { shapes: modelFor(model, formOf(data.name)).shapes })
    known.set(key, rule)
    return rule
  } catch (error) {
    throw new StudyError(`study '${study.name}'`, [`variant '${variant}': ${messageOf(error)}`])
  }
}

/** @internal The row of a variant, or of a control. */
export const rowOf = (study: Study, variant: string): Variant => {
  const { variants } = withControls(study)
  const row = Object.hasOwn(variants, variant) ? variants[variant] : undefined
  if (row === undefined) throw new RangeError(`study '${study.name}' has no variant '${variant}'`)
  return row
}

/** The transform of a run. */
export const transformOf = (study: Study, { variant, settings }: Pick<RunSpec, 'variant' | 'settings'>) =>
  rowOf(study, variant).transform(settings)

/** @internal A model in names of cells and runs. */
export const modelName = ({ name, width }: ModelChoice): string => (width === undefined ? name : `${name}-${width}`)

/** A cell of the grid, by name: what all that is compared has in common. `'fashion-mnist, 10 %, mlp'` */
export const cellOf = ({ data, fraction, labelNoise, model }: Cell): string =>
  [
    data.name,
    `${Number((100 * fraction).toPrecision(12))} %`,
    ...(labelNoise > 0 ? [`${Number((100 * labelNoise).toPrecision(12))} % wrong labels`] : []),
    modelName(model),
  ].join(', ')

/** Where a run stands in the grid, variants, settings and seeds apart. */
export type Cell = Pick<RunSpec, 'data' | 'fraction' | 'labelNoise' | 'model'>

/** What decides the leaves of a model. */
type Where = Pick<Cell, 'data' | 'model'>

/** All cells of a study's grid. */
export const cellsOf = ({ data, fractions, labelNoise, models }: Study): readonly Cell[] =>
  data.flatMap(set =>
    models.flatMap(model =>
      fractions.flatMap(fraction => labelNoise.map(rate => ({ data: set, model, fraction, labelNoise: rate }))),
    ),
  )

/**
 * A run with the name of its folder. The hash covers what the run is given and the rule of its transform: a rule that was
 * changed makes runs of its own, and what was finished under the old one is never taken for them.
 */
const planned = (study: Study, spec: RunSpec): PlannedRun => {
  const { stage: _, ...given } = spec
  const hash = hashOf({ ...given, rule: ruleOf(study, spec.variant, spec.settings, spec) }).slice(0, 10)
  const { variant, data, fraction, labelNoise, model, settings, seed } = spec
  const noise = labelNoise > 0 ? `-n${labelNoise}` : ''
  const id = `${variant}-${data.name}-f${fraction}${noise}-${modelName(model)}-lr${settings.learningRate}-s${seed}-${hash}`
  return { id, spec }
}

const inBoth = ({ batchSize, augment }: Study) => ({ batchSize, augment })

/** The cell in which the settings of a cell are chosen. */
export const tuningCell = ({ tuning: { fraction, labelNoise } }: Study, cell: Cell): Cell => ({
  ...cell,
  fraction: fraction ?? cell.fraction,
  labelNoise: labelNoise ?? cell.labelNoise,
})

const rowsOf = (study: Study): readonly (readonly [string, Variant])[] => Object.entries(withControls(study).variants)

// Seed by seed, so that whoever looks early sees every variant, and runs of a pair are neighbours.
const bySeed = (seeds: number, first: number, runs: (seed: number) => readonly PlannedRun[]): readonly PlannedRun[] => {
  const all = Array.from({ length: seeds }, (_, i) => runs(first + i)).flat()
  return [...new Map(all.map(run => [run.id, run])).values()]
}

/** The runs that choose settings: none unless settings are selected on validation examples. */
export const tuningRuns = (study: Study): readonly PlannedRun[] => {
  if (study.selection !== 'validation') return []
  const { validation = VALIDATION, seeds = TUNING_SEEDS, epochs = study.epochs } = study.tuning
  return bySeed(seeds, FIRST_TUNING_SEED, seed =>
    cellsOf(study).flatMap(cell =>
      rowsOf(study).flatMap(([variant, row]) =>
        candidatesOf(row).map(settings =>
          planned(study, {
            stage: 'tune',
            variant,
            settings,
            ...tuningCell(study, cell),
            validation,
            seed,
            epochs,
            ...inBoth(study),
            diagnosticsEvery: 0,
          }),
        ),
      ),
    ),
  )
}

/** The runs that are reported, with settings that were chosen for each variant in each cell. */
export const finalRuns = (
  study: Study,
  settingsOf: (variant: string, cell: Cell) => readonly Settings[],
): readonly PlannedRun[] =>
  bySeed(study.seeds, 0, seed =>
    cellsOf(study).flatMap(cell =>
      rowsOf(study).flatMap(([variant]) =>
        settingsOf(variant, cell).map(settings =>
          planned(study, {
            stage: 'final',
            variant,
            settings,
            ...cell,
            validation: 0,
            seed,
            epochs: study.epochs,
            ...inBoth(study),
            diagnosticsEvery: study.diagnosticsEvery,
          }),
        ),
      ),
    ),
  )

/** Settings that need no choice: those of each variant, or all candidates. */
export const givenSettings = (study: Study) => (variant: string) => {
  const row = rowOf(study, variant)
  return study.selection === 'fixed' ? [row.settings] : candidatesOf(row)
}

/**
 * What a study is, as a hash: everything that decides its numbers but the content of its data, the rules of all its transforms
 * and the versions of Plastax and TensorFlow.js included. Two machines whose fingerprints agree run the same thing.
 *
 * @throws StudyError where a rule cannot be traced
 */
export const fingerprintOf = (study: Study): string => {
  const { name, description: _, variants: ___, against: __, ...given } = study
  const rules = rowsOf(study).map(([variant, row]) => [
    variant,
    [row.settings, ...candidatesOf(row)].map(settings => [
      settings,
      study.data.flatMap(data => study.models.map(model => ruleOf(study, variant, settings, { data, model }))),
    ]),
  ])
  const { plastax, tfjs } = versions()
  return hashOf({ name, given, rules, plastax, tfjs }).slice(0, 16)
}

/** @internal What a run is judged by, the more the better: after its last epoch; none where it diverged. */
export const scoreOf = (
  metric: Study['metric'],
  { outcome, epochs }: Pick<RunRecord, 'outcome' | 'epochs'>,
): number | undefined => {
  const last = epochs.at(-1)
  if (outcome.status !== 'completed' || last === undefined) return undefined
  return metric === 'accuracy' ? last.testAccuracy : -last.testLoss
}

const meanScore = (metric: Study['metric'], records: readonly RunRecord[]): number | undefined => {
  const scores = records.map(record => scoreOf(metric, record))
  const mean = scores.reduce<number>((sum, score) => sum + (score ?? Number.NaN), 0) / scores.length
  // A setting that diverges on one seed is no setting to choose.
  return Number.isFinite(mean) ? mean : undefined
}

/**
 * Chooses settings for each variant in each cell: those with the best mean score over the seeds, the first of equals. Where
 * every candidate diverged, the first.
 *
 * @param records of the runs to choose by
 * @param cellFor the cell of the records by which a cell's settings are chosen
 */
export const choose = (study: Study, records: readonly RunRecord[], cellFor: (cell: Cell) => Cell): readonly Choice[] =>
  cellsOf(study).flatMap(cell => {
    const where = cellOf(cellFor(cell))
    return rowsOf(study).map(([variant, row]) => {
      const there = records.filter(({ spec }) => spec.variant === variant && cellOf(spec) === where)
      const scores = candidatesOf(row).map(settings => {
        const same = canonical(settings)
        const tried = there.filter(({ spec }) => canonical(spec.settings) === same)
        const score = meanScore(study.metric, tried)
        return { settings, ...(score !== undefined && { score }) }
      })
      const best = scores.reduce((a, b) => ((b.score ?? -Infinity) > (a.score ?? -Infinity) ? b : a))
      return { variant, cell: cellOf(cell), settings: best.settings, scores }
    })
  })
