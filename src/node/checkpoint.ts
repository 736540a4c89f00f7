/** Checkpoints in files. A file is whole or is not there: it is written beside its place, and then renamed. */
import { randomUUID } from 'node:crypto'
import { open, readFile, realpath, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { ConfigErrors } from '../optimizers/index.js'
import { decodeState, encodeState, type Tensors, type Training } from '../runtime/index.js'
import type { GradientTransform } from '../transform/index.js'

const reasonOf =
  (doing: string) =>
  (error: unknown): ConfigErrors => [`${doing}: ${error instanceof Error ? error.message : String(error)}`]

/** Makes a rename last, where the system lets a directory be opened. */
const syncDirectory = async (path: string): Promise<void> => {
  try {
    const directory = await open(path)
    await directory.sync().finally(() => directory.close())
  } catch {
    // Windows does not; the rename is atomic there too.
  }
}

const replaceFile = async (path: string, bytes: Uint8Array): Promise<void> => {
  // A link stays a link: what it points to is replaced.
  const target = await realpath(path).catch(() => path)
  const beside = `${target}.${randomUUID()}.tmp`
  try {
    const file = await open(beside, 'wx')
    await file
      .writeFile(bytes)
      .then(() => file.sync())
      .finally(() => file.close())
    await rename(beside, target)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
  await syncDirectory(dirname(target))
}

/**
 * Writes a checkpoint, as `encodeState` encodes it. Atomic: whoever reads `path` meanwhile, or after a crash, finds the old
 * file or the new one, whole.
 *
 * The training is encoded when the task runs, before it waits for anything: a `step` may consume it right after.
 *
 * @returns a task; left what went wrong, and then `path` is as it was
 * @example
 * await saveCheckpoint('run.safetensors', adam(), training)()
 */
export const saveCheckpoint = <S>(
  path: string,
  transform: GradientTransform<S>,
  training: Training<S>,
): TE.TaskEither<ConfigErrors, void> =>
  TE.tryCatch(() => replaceFile(path, encodeState(transform, training)), reasonOf(`'${path}' is not written`))

/**
 * Reads a checkpoint, as `decodeState` decodes it.
 *
 * @param like parameters whose names, order and shapes the file must have; without them, those of the file
 * @returns a task; right fresh tensors, the caller's own; left every problem, a sentence each
 * @example
 * await loadCheckpoint('run.safetensors', adam())()
 */
export const loadCheckpoint = <S, P extends Tensors = Tensors>(
  path: string,
  transform: GradientTransform<S>,
  like?: P,
): TE.TaskEither<ConfigErrors, Training<S, P>> =>
  pipe(
    TE.tryCatch(() => readFile(path), reasonOf(`'${path}' is not read`)),
    TE.flatMapEither(bytes => decodeState(transform, bytes, like)),
  )
