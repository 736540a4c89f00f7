/** The folder of a run: `config.json`, `events.jsonl`, `checkpoint.bin`, and `summary.json` once it is finished. */
import { appendFile, mkdir, open, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipe } from 'fp-ts/lib/function.js'
import * as O from 'fp-ts/lib/Option.js'
import { replaceFile } from '../node/replaceFile.js'
import type { RunEvent, RunStore } from './engine.js'
import { fromJson, toJson } from './json.js'
import type { PlannedRun, RunRecord } from './types.js'
import { versions } from './versions.js'

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT'

const readIfThere = async (file: string): Promise<Buffer | undefined> => {
  try {
    return await readFile(file)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** Where the runs of a study are, in its folder. */
export const runFolder = (study: string, id: string): string => join(study, 'runs', id)

const lastByte = async (file: string): Promise<number | undefined> => {
  const handle = await open(file, 'r').catch(() => undefined)
  if (handle === undefined) return undefined
  try {
    const { size } = await handle.stat()
    if (size === 0) return undefined
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1)
    return buffer[0]
  } finally {
    await handle.close()
  }
}

const NEWLINE = 10

/**
 * Appends a line to a log. A line that a crash cut short is left as it is, on a line of its own.
 *
 * @throws Error of the file system
 */
const appendLine = async (file: string, line: string): Promise<void> => {
  const last = await lastByte(file)
  await appendFile(file, last === undefined || last === NEWLINE ? line : `\n${line}`)
}

/** Removes what a process that was killed left beside the files it was replacing. */
const clear = async (folder: string): Promise<void> => {
  const left = (await readdir(folder)).filter(name => /^\..*\.tmp$/.test(name))
  await Promise.all(left.map(name => rm(join(folder, name), { force: true })))
}

/**
 * Keeps a run in its folder, which it makes.
 *
 * @param study the study's folder
 * @throws Error of the file system, from each of its functions
 * @example
 * const store = await folderStore('out', run)
 * await store.save(checkpoint)
 */
export const folderStore = async (study: string, run: PlannedRun): Promise<RunStore> => {
  const folder = runFolder(study, run.id)
  await mkdir(folder, { recursive: true })
  await clear(folder)
  await replaceFile(join(folder, 'config.json'), toJson({ ...run, versions: versions() }))
  const events = join(folder, 'events.jsonl')
  return {
    checkpoint: () => readIfThere(join(folder, 'checkpoint.bin')),
    save: checkpoint => replaceFile(join(folder, 'checkpoint.bin'), checkpoint),
    log: event => appendLine(events, toJson({ at: new Date().toISOString(), ...event }, 0)),
    finish: record => replaceFile(join(folder, 'summary.json'), toJson(record)),
  }
}

/**
 * The record of a finished run; none where it is not finished.
 *
 * @returns none also where the file is damaged: then the run is done again
 * @throws Error of the file system
 * @example
 * await readRecord('out', run) // undefined, or its epochs
 */
export const readRecord = async (study: string, { id }: PlannedRun): Promise<RunRecord | undefined> => {
  const text = await readIfThere(join(runFolder(study, id), 'summary.json'))
  if (text === undefined) return undefined
  return O.toUndefined(O.tryCatch(() => fromJson(text.toString('utf8')) as RunRecord))
}

/** Why a run failed the last time, from its log; none where it did not. */
export const lastFailure = async (study: string, { id }: PlannedRun): Promise<string | undefined> => {
  const text = await readIfThere(join(runFolder(study, id), 'events.jsonl'))
  const lines = text?.toString('utf8').trimEnd().split('\n') ?? []
  return pipe(
    O.tryCatch(() => fromJson(lines.at(-1) ?? '') as RunEvent),
    O.map(last => (last.event === 'failed' ? last.reason : undefined)),
    O.toUndefined,
  )
}
