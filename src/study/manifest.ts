/** `study.json`: what a study is and what it plans, so that its status and report need nothing but its folder. */
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { identity, pipe } from 'fp-ts/lib/function.js'
import * as O from 'fp-ts/lib/Option.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { dictionary, list, optional } from '../config/decode.js'
import { among, brief, decodeJson, either, type Fields, passing, struct, text, word } from '../config/records.js'
import { readRegular, replaceInside } from '../node/folder.js'
import { withControls } from './controls.js'
import type { StudyRequest } from './engine.js'
import { messageOf } from './error.js'
import { damaged, lastFailures, readRecord, someAtATime } from './folder.js'
import { toJson } from './json.js'
import { choice, plannedRun, requestFields } from './records.js'
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
  study: Study,
  { request, fingerprint }: Pick<Manifest, 'request' | 'fingerprint'>,
  plan: {
    readonly tuning: readonly PlannedRun[]
    readonly final: readonly PlannedRun[]
    readonly choices: readonly Choice[]
  },
): Manifest => {
  const { name, description, against, selection, metric } = study
  const { variants, controls } = withControls(study)
  return {
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
    controls,
    selection,
    metric,
    ...plan,
  }
}

const no = passing((value): value is false => value === false, 'false')

const decode = decodeJson(
  struct({
    format: among('plastax study 1', 'plastax study 2'),
    name: word,
    description: text,
    request: struct(requestFields),
    fingerprint: text,
    versions: dictionary(text),
    against: list(text),
    variants: dictionary(struct({ role: among('plasticity', 'ablation', 'control', 'baseline'), description: text })),
    controls: optional(either(no, dictionary(list(text)))),
    selection: among('fixed', 'validation', 'test', 'all'),
    metric: among('accuracy', 'loss'),
    choices: list(choice),
    tuning: list(plannedRun),
    final: list(plannedRun),
  } satisfies Fields<Manifest>),
)

const FILE = 'study.json'
const file = (folder: string): string => join(folder, FILE)

/** Writes the manifest, whole. */
export const writeManifest = (folder: string, manifest: Manifest): Promise<void> =>
  replaceInside(folder, FILE, toJson(manifest))

/**
 * The manifest of a study's folder, where it has one.
 *
 * @returns a task; left a sentence where the file cannot be read, or is another thing
 */
export const findManifest = (folder: string): TE.TaskEither<string, O.Option<Manifest>> =>
  pipe(
    TE.tryCatch(() => readRegular(file(folder)), messageOf),
    TE.flatMapEither(bytes =>
      bytes === undefined ? E.right(O.none) : pipe(decode(bytes.toString('utf8')), E.bimap(brief, O.some)),
    ),
    TE.mapLeft(reason => `'${file(folder)}' is no study: ${reason}`),
  )

/**
 * The manifest of a study's folder.
 *
 * @returns a task; left a sentence where there is none, or another thing
 * @example
 * await readManifest('out')()
 */
export const readManifest = (folder: string): TE.TaskEither<string, Manifest> =>
  pipe(
    findManifest(folder),
    TE.flatMapOption(identity, () => `there is no study in '${folder}': name a folder that 'plastax study run' wrote`),
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
  const { name, description, against, variants, controls, selection, metric } = manifest
  const { choices, request, tuning, final } = manifest
  const reasons = await lastFailures(folder, [...tuning, ...final])
  const tried = choices.length > 0 ? [] : [...new Set(tuning.flatMap(({ id }) => reasons.get(id) ?? []))]
  const otherwise = tried.length > 0 ? `no settings could be chosen: ${tried.join('; ')}` : 'not finished'
  const found = await someAtATime(final, async run => {
    const record = await readRecord(folder, run)()
    const reason = E.isLeft(record) ? damaged(record.left) : (reasons.get(run.id) ?? otherwise)
    return pipe(
      record,
      O.fromEither,
      O.flatten,
      O.getOrElseW(() => ({ id: run.id, reason })),
    )
  })
  return {
    name,
    description,
    against,
    variants,
    ...(controls !== undefined && { controls }),
    selection,
    metric,
    options: optionsOf(request),
    choices,
    runs: found.flatMap(run => ('spec' in run ? [run] : [])),
    missing: found.flatMap(run => ('spec' in run ? [] : [run])),
  }
}
