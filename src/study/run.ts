/** A whole study: tuning runs, the choice of settings, final runs; whatever is finished is not done again. */
import * as E from 'fp-ts/lib/Either.js'
import * as O from 'fp-ts/lib/Option.js'
import type { Engine, EngineEvents } from './engine.js'
import { logDamage, readRecord, someAtATime } from './folder.js'
import { type Manifest, manifestOf, readManifest, writeManifest } from './manifest.js'
import { type Cell, cellOf, choose, finalRuns, givenSettings, rowOf, tuningCell, tuningRuns } from './plan.js'
import type { Choice, PlannedRun, RunRecord, Settings, Study } from './types.js'

/** Who wants to know how a study comes along. */
export interface StudyEvents extends EngineEvents {
  /** Runs begin: so many in all, of which so many were finished before. */
  readonly stage: (stage: 'tune' | 'final', runs: readonly PlannedRun[], done: readonly RunRecord[]) => void
  /** What a run had left cannot be read: it is done again. */
  readonly damaged?: (run: PlannedRun, reason: string) => void
}

/** What runs have left: records of those that are finished, and what is wrong with those that cannot be read. */
const readRuns = async (folder: string, runs: readonly PlannedRun[]) => {
  const found = await someAtATime(runs, async run => ({ run, record: await readRecord(folder, run)() }))
  return {
    records: found.flatMap(({ record }) => (E.isRight(record) && O.isSome(record.right) ? [record.right.value] : [])),
    damaged: found.flatMap(({ run, record }) => (E.isLeft(record) ? [{ run, reason: record.left }] : [])),
  }
}

/** Records of runs, those that are finished. */
export const readRecords = async (folder: string, runs: readonly PlannedRun[]): Promise<readonly RunRecord[]> =>
  (await readRuns(folder, runs)).records

const chosenSettings =
  (choices: readonly Choice[]) =>
  (variant: string, cell: Cell): readonly Settings[] =>
    choices.filter(choice => choice.variant === variant && choice.cell === cellOf(cell)).map(choice => choice.settings)

/**
 * All runs of a study as far as they are known: the final ones are once settings are chosen, and until then stand in with
 * the settings of each variant, which gives their number.
 */
export const plannedRuns = (study: Study, choices: readonly Choice[]): readonly PlannedRun[] => {
  if (study.selection !== 'validation') return finalRuns(study, givenSettings(study))
  const published = (variant: string) => [rowOf(study, variant).settings]
  return finalRuns(study, choices.length > 0 ? chosenSettings(choices) : published)
}

const checkEarlier = async (folder: string): Promise<void> => {
  const before = await readManifest(folder)()
  if (E.isRight(before) && before.right.format === 'plastax study 1')
    throw new Error(
      `'${folder}' was written by an earlier Plastax, which could take one rule for another, so that its runs are not mixed with new ones; take another folder (this one's status and report are read as before)`,
    )
}

/**
 * Runs a study in its folder, from wherever it stands. The manifest there says from the start what is planned.
 *
 * @param folder exists; nobody else runs a study in it: see `lockFolder`
 * @returns the manifest, with what was chosen. Runs that failed are missing in the folder
 * @throws the signal's reason; what the engine rejects with; Error of the file system, and of a folder that an earlier Plastax wrote
 * @example
 * await runStudy(study, request, 'out', localEngine(context), events, signal)
 */
export const runStudy = async (
  study: Study,
  context: Pick<Manifest, 'request' | 'fingerprint'>,
  folder: string,
  engine: Engine,
  events: StudyEvents,
  signal: AbortSignal,
): Promise<Manifest> => {
  const stage = async (name: 'tune' | 'final', runs: readonly PlannedRun[]): Promise<readonly RunRecord[]> => {
    const { records: done, damaged } = await readRuns(folder, runs)
    const finished = new Set(done.map(({ id }) => id))
    events.stage(name, runs, done)
    for (const { run, reason } of damaged) {
      events.damaged?.(run, reason)
      await logDamage(folder, run, reason).catch(() => undefined)
    }
    await engine.run(
      runs.filter(({ id }) => !finished.has(id)),
      events,
      signal,
    )
    return readRecords(folder, runs)
  }
  const write = async (choices: readonly Choice[]): Promise<Manifest> => {
    const manifest = manifestOf(study, context, { tuning, final: plannedRuns(study, choices), choices })
    await writeManifest(folder, manifest)
    return manifest
  }

  await checkEarlier(folder)
  const tuning = tuningRuns(study)
  const begun = await write([])
  if (study.selection !== 'validation') {
    const records = await stage('final', begun.final)
    const whole = study.selection === 'test' && records.length === begun.final.length
    return whole ? write(choose(study, records, cell => cell)) : begun
  }
  const tuned = await stage('tune', tuning)
  // A choice among the candidates that happened not to fail would be no choice.
  if (tuned.length < tuning.length) return begun
  const chosen = await write(choose(study, tuned, cell => tuningCell(study, cell)))
  await stage('final', chosen.final)
  return chosen
}
