/** `study.json`: what a study is and what it plans, so that its status and report need nothing but its folder. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { replaceFile } from '../node/replaceFile.js'
import type { StudyRequest } from './engine.js'
import { lastFailure, readRecord } from './folder.js'
import { fromJson, toJson } from './json.js'
import type { Choice, PlannedRun, Study, StudyResult } from './types.js'
import { versions } from './versions.js'

/** What is in `study.json`. */
export interface Manifest extends Omit<StudyResult, 'options' | 'runs' | 'missing'> {
  /** Tells the layout, and how runs are named: in 1, by the printed text of their rules; in 2, by the rules' identity. */
  readonly format: 'plastax study 1' | 'plastax study 2'
  readonly request: StudyRequest
  /** See `fingerprintOf`. */
  readonly fingerprint: string
  readonly versions: Readonly<Record<string, string>>
  /** Runs that choose settings. */
  readonly tuning: readonly PlannedRun[]
  /** Runs that are reported; before settings are chosen, with those that stand in for them. */
  readonly final: readonly PlannedRun[]
}

/** The manifest of a study, as far as it has come. */
export const manifestOf = (
  { name, description, against, variants, selection, metric }: Study,
  { request, fingerprint }: Pick<Manifest, 'request' | 'fingerprint'>,
  plan: {
    readonly tuning: readonly PlannedRun[]
    readonly final: readonly PlannedRun[]
    readonly choices: readonly Choice[]
  },
): Manifest => ({
  format: 'plastax study 2',
  name,
  description,
  request,
  fingerprint,
  versions: versions(),
  against,
  variants: Object.fromEntries(
    Object.entries(variants).map(([variant, { role, description = '' }]) => [variant, { role, description }]),
  ),
  selection,
  metric,
  ...plan,
})

const file = (folder: string): string => join(folder, 'study.json')

/** Writes the manifest, whole. */
export const writeManifest = (folder: string, manifest: Manifest): Promise<void> =>
  replaceFile(file(folder), toJson(manifest))

/**
 * The manifest of a study's folder.
 *
 * @returns a task; left a sentence where there is none, or another thing
 * @example
 * await readManifest('out')()
 */
export const readManifest = (folder: string): TE.TaskEither<string, Manifest> =>
  TE.tryCatch(
    async () => {
      const manifest = fromJson(await readFile(file(folder), 'utf8')) as Manifest
      if (manifest.format !== 'plastax study 1' && manifest.format !== 'plastax study 2')
        throw new Error(`its format is '${manifest.format}'`)
      return manifest
    },
    error => {
      const { code, message } = error as NodeJS.ErrnoException
      return code === 'ENOENT' || code === 'ENOTDIR'
        ? `there is no study in '${folder}': name a folder that 'plastax study run' wrote`
        : `'${file(folder)}' is no study: ${message}`
    },
  )

/** The request, as words of a command line. */
export const optionsOf = ({ quick, asPublished, variants, seeds, epochs, data }: StudyRequest): readonly string[] => [
  ...(asPublished ? ['--as-published'] : []),
  ...(quick ? ['--quick'] : []),
  ...(variants ? [`--variants ${variants.join(',')}`] : []),
  ...(seeds === undefined ? [] : [`--seeds ${seeds}`]),
  ...(epochs === undefined ? [] : [`--epochs ${epochs}`]),
  ...(data === undefined ? [] : [`--data ${data}`]),
]

/**
 * What a report is made from: the manifest, and what the runs left.
 *
 * @throws Error of the file system
 */
export const resultOf = async (folder: string, manifest: Manifest): Promise<StudyResult> => {
  const { name, description, against, variants, selection, metric, choices, request, tuning, final } = manifest
  const failures = (runs: readonly PlannedRun[]) => Promise.all(runs.map(run => lastFailure(folder, run)))
  const tried = choices.length > 0 ? [] : [...new Set((await failures(tuning)).filter(reason => reason !== undefined))]
  const otherwise = tried.length > 0 ? `no settings could be chosen: ${tried.join('; ')}` : 'not finished'
  const found = await Promise.all(
    final.map(async run => {
      const record = await readRecord(folder, run)
      return record ?? { id: run.id, reason: (await lastFailure(folder, run)) ?? otherwise }
    }),
  )
  return {
    name,
    description,
    against,
    variants,
    selection,
    metric,
    options: optionsOf(request),
    choices,
    runs: found.flatMap(run => ('spec' in run ? [run] : [])),
    missing: found.flatMap(run => ('spec' in run ? [] : [run])),
  }
}
