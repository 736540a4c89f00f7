/** Checkpoints in files. A file is whole or is not there: it is written beside its place, and then renamed. */
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { type ConfigErrors, decodeState, encodeState, type Tensors, type Training } from '../runtime/index.js'
import type { GradientTransform } from '../transform/index.js'
import { readPlain } from './folder.js'
import { replaceFile } from './replaceFile.js'

const reasonOf =
  (doing: string) =>
  (error: unknown): ConfigErrors => [`${doing}: ${error instanceof Error ? error.message : String(error)}`]

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
    TE.tryCatch(() => readPlain(path), reasonOf(`'${path}' is not read`)),
    TE.flatMapEither(bytes => decodeState(transform, bytes, like)),
  )
