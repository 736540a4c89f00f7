/** Writing a file whole or not at all. */
import { constants } from 'node:fs'
import { access, open, rm, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { besides, replaceFile, targetOf } from '../node/replaceFile.js'

const explain = (file: string) => (cause: unknown) => {
  const code = (cause as NodeJS.ErrnoException).code
  const why =
    code === 'ENOENT' || code === 'ENOTDIR'
      ? `there is no folder '${dirname(resolve(file))}'`
      : code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
        ? 'permission denied'
        : (cause as Error).message
  return `cannot write '${file}': ${why}`
}

/**
 * Finds out whether a file could be written, by writing an empty one beside it and removing that; the file itself is left
 * as it is. For asking before hours of work rather than after.
 *
 * @param file a path; it may exist, as a regular file
 * @returns a sentence that names the file and the reason where it could not
 * @example
 * await pipe(checkWritable('results.json'), TE.chain(hoursOfWork), TE.chain(writeWhole('results.json')))()
 */
export const checkWritable = (file: string): TE.TaskEither<string, void> =>
  TE.tryCatch(async () => {
    const target = await targetOf(file)
    const found = await stat(target).catch(() => undefined)
    if (found !== undefined && !found.isFile()) throw new Error('it is not a regular file; name one')
    if (found !== undefined) await access(target, constants.W_OK)
    const probe = besides(target)
    await (await open(probe, 'w')).close()
    await rm(probe)
  }, explain(file))

/**
 * Writes a file beside the target and renames it, so that nobody ever sees half of it.
 *
 * @returns a sentence that names the file and the reason on failure; then nothing is left behind
 * @example
 * await writeWhole('results.json')(toJson(report))()
 */
export const writeWhole =
  (file: string) =>
  (text: string): TE.TaskEither<string, void> =>
    TE.tryCatch(() => replaceFile(file, text), explain(file))
