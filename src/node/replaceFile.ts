/** Replacing a file whole: it is written beside its place, made to last, and then renamed. */
import { randomUUID } from 'node:crypto'
import { open, realpath, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'

/** What a path stands for. A link stays a link: what it points to is replaced. */
export const targetOf = (path: string): Promise<string> => realpath(path).catch(() => resolve(path))

/** A name of its own beside a file, for what is not finished. */
export const besides = (target: string): string => join(dirname(target), `.${basename(target)}.${randomUUID()}.tmp`)

/** Makes a rename last, where the system lets a directory be opened. */
const syncDirectory = async (path: string): Promise<void> => {
  try {
    const directory = await open(path)
    await directory.sync().finally(() => directory.close())
  } catch {
    // Windows does not; the rename is atomic there too.
  }
}

/**
 * Replaces what stands at a path, or makes it: a link too, which is not followed.
 *
 * @throws Error of the file system; then nothing is left behind
 */
export const replaceAt = async (target: string, contents: string | Uint8Array): Promise<void> => {
  const beside = besides(target)
  try {
    const file = await open(beside, 'wx')
    await file
      .writeFile(contents)
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
 * Replaces a file that somebody named, or makes it. Whoever reads it meanwhile, or after a crash, finds the old one or the new
 * one, whole.
 *
 * @throws Error of the file system; then nothing is left behind
 * @example
 * await replaceFile('results.json', text)
 */
export const replaceFile = async (path: string, contents: string | Uint8Array): Promise<void> =>
  replaceAt(await targetOf(path), contents)
