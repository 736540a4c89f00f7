/** The runs of a study, sorted: by cell of its grid, variant and settings. */
import { type Cell, canonical, cellOf, scoreOf } from '../plan.js'
import type { Role, RunRecord, Settings, StudyResult } from '../types.js'

/** The runs of one variant with the same settings in the same cell. */
export interface Group {
  readonly variant: string
  readonly role: Role
  readonly settings: Settings
  /** All that finished, by seed. */
  readonly runs: readonly RunRecord[]
  /** Those that did not diverge. */
  readonly completed: readonly RunRecord[]
}

/** What was run in one cell. */
export interface CellResult {
  /** See `cellOf`. */
  readonly name: string
  readonly at: Cell
  /** One for each variant with runs: that with the settings by which it is compared. */
  readonly variants: readonly Group[]
  /** All groups, settings that are not reported too, by variant and learning rate. */
  readonly groups: readonly Group[]
}

/** Values in groups with the same key, in the order of first appearance. */
export const groupBy = <A>(values: readonly A[], keyOf: (value: A) => string): readonly (readonly A[])[] => {
  const groups = new Map<string, A[]>()
  for (const value of values) {
    const key = keyOf(value)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [value])
    else group.push(value)
  }
  return [...groups.values()]
}

/** The mean score of a group, the more the better; `-Infinity` where a run diverged, for that is no setting to report. */
const scoreOfGroup = (metric: StudyResult['metric'], { runs, completed }: Group): number =>
  completed.length === 0 || completed.length < runs.length
    ? -Infinity
    : completed.reduce((sum, run) => sum + (scoreOf(metric, run) ?? 0), 0) / completed.length

const reported = ({ choices, metric }: StudyResult, cell: string, groups: readonly Group[]): Group => {
  const [first] = groups as readonly [Group, ...Group[]]
  const chosen = choices.find(choice => choice.variant === first.variant && choice.cell === cell)
  const found = groups.find(({ settings }) => canonical(settings) === canonical(chosen?.settings))
  return (
    found ??
    groups.reduce((best, next) => (scoreOfGroup(metric, next) > scoreOfGroup(metric, best) ? next : best), first)
  )
}

/**
 * Sorts the runs of a study. Where several settings of a variant were run, the one that was chosen is reported; where none
 * was, the one with the best mean.
 *
 * @param result in which runs may stand in any order
 * @example
 * cellResults(result)[0]?.variants.map(({ variant, completed }) => [variant, completed.length])
 */
export const cellResults = (result: StudyResult): readonly CellResult[] =>
  groupBy(result.runs, ({ spec }) => cellOf(spec))
    .map((runs): CellResult => {
      const at = (runs[0] as RunRecord).spec
      const name = cellOf(at)
      const byVariant = Object.entries(result.variants).flatMap(([variant, { role }]) => {
        const own = runs.filter(({ spec }) => spec.variant === variant)
        if (own.length === 0) return []
        const groups = groupBy(own, ({ spec }) => canonical(spec.settings)).map((group): Group => {
          const bySeed = group.toSorted((a, b) => a.spec.seed - b.spec.seed)
          const completed = bySeed.filter(({ outcome }) => outcome.status === 'completed')
          return { variant, role, settings: (bySeed[0] as RunRecord).spec.settings, runs: bySeed, completed }
        })
        return [groups.toSorted((a, b) => a.settings.learningRate - b.settings.learningRate)]
      })
      return {
        name,
        at,
        variants: byVariant.map(groups => reported(result, name, groups)),
        groups: byVariant.flat(),
      }
    })
    .toSorted(
      ({ at: a }, { at: b }) =>
        a.data.name.localeCompare(b.data.name, 'en') ||
        a.model.name.localeCompare(b.model.name, 'en') ||
        (a.model.width ?? 0) - (b.model.width ?? 0) ||
        a.fraction - b.fraction ||
        a.labelNoise - b.labelNoise,
    )
