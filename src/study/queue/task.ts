/** What goes through the queue: which run of which study, never how it is done. */
import { parse } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { record } from '../../config/decode.js'
import { word } from '../../config/records.js'
import type { StudyRequest } from '../engine.js'
import { isPath } from '../load.js'
import { requestFields } from '../records.js'

/** The prefix of all keys in Redis. */
export const PREFIX = 'plastax'

/** Seconds that are left to whatever nobody comes for: a week. */
export const KEPT_SECONDS = 7 * 24 * 3600

/** The data of a job. */
export interface Task {
  /** With the name of the study, never a path: which file that is, each worker was told when it was started. */
  readonly request: StudyRequest
  /** Of the study, as the submitter has it: see `fingerprintOf`. */
  readonly fingerprint: string
  /** Of the run. */
  readonly id: string
}

/** What a study is called in the queue: a built-in one by its name, another by that of its file. `'mine'` for `./a/mine.ts` */
export const studyName = (study: string): string => (isPath(study) ? parse(study).name : study)

/** The queue that a study's runs wait in: one for all built-in studies, and one for each of one's own. */
export const queueName = (study: string | undefined): string =>
  study !== undefined && isPath(study) ? `file.${studyName(study).replaceAll(':', '_')}` : 'built-in'

/** The job of a run: the same run of the same study is the same job, whoever submits it and however often. */
export const jobId = ({ fingerprint, id }: Pick<Task, 'fingerprint' | 'id'>): string => `${fingerprint}.${id}`

/** Where a job's checkpoint and events are. */
export const keysOf = (job: string) => ({
  checkpoint: `${PREFIX}:run:${job}:checkpoint`,
  events: `${PREFIX}:run:${job}:events`,
})

const task = record({ request: record(requestFields), fingerprint: word, id: word })

/** The data of a job as it arrived, from whomever; left a sentence where it is no task, or says more than one does. */
export const decodeTask = (data: unknown): E.Either<string, Task> =>
  pipe(
    task(data, ''),
    E.mapLeft(() => 'the job is no run of a study; only `plastax study run` submits those'),
  )
