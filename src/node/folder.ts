/** Folders that Plastax fills itself: what it names there is never written through a link that leads out of them. */
import { constants } from 'node:fs'
import { type FileHandle, mkdir, open, realpath, rm, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, normalize, relative, resolve, sep } from 'node:path'
import { replaceAt } from './replaceFile.js'

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no folder can be made there',
  ENOTDIR: 'a part of the path is a file',
  EEXIST: 'something else has this name; name another, which is a folder or is not there',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'it is on a disk that cannot be written',
  ENOSPC: 'the disk is full',
  ENAMETOOLONG: 'the name is too long',
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? ''

/** Why the file system refused something, in words. */
export const refusal = (error: unknown): string => reasons[codeOf(error)] ?? (error as Error).message

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    found => found.isDirectory(),
    () => false,
  )

/**
 * Makes a folder, and those above it, where they are not there.
 *
 * Step by step, since `mkdir` of Node with `recursive` never comes back from a place such as `/proc`, where no folder can be made.
 *
 * @throws Error that names the folder and the reason
 * @example
 * await makeFolder('studies/fashion')
 */
export const makeFolder = async (path: string): Promise<void> => {
  if (await isFolder(path)) return
  const above = dirname(resolve(path))
  if (above !== resolve(path)) await makeFolder(above)
  try {
    await mkdir(path)
  } catch (error) {
    // Somebody else may have been as fast.
    if (!(await isFolder(path)))
      throw new Error(`there is no folder '${path}', and none can be made: ${refusal(error)}`)
  }
}

/**
 * A folder inside another, which is made, and those on the way: each is looked at, for a link in an unpacked archive may lead
 * anywhere.
 *
 * @param root made where it is not there; it may itself be a link, for whoever named it chose it
 * @param path below `root`
 * @returns its real path
 * @throws Error where a folder on the way is a link that leads out of `root`; of the file system
 * @example
 * await makeInside('out', 'report/figures')
 */
export const makeInside = async (root: string, path: string): Promise<string> => {
  await makeFolder(root)
  const top = await realpath(root)
  const names = normalize(path).split(sep)
  for (const [i] of names.entries()) {
    const next = join(root, ...names.slice(0, i + 1))
    await makeFolder(next)
    const way = relative(top, await realpath(next))
    if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way))
      throw new Error(
        `'${next}' is a link that leads out of '${root}', so nothing is written there; remove it, or name the folder that it leads to`,
      )
  }
  return realpath(join(root, path))
}

/** Where a file inside a folder really is. */
const placeOf = async (root: string, path: string): Promise<string> =>
  join(await makeInside(root, dirname(path)), basename(path))

/**
 * Replaces a file inside a folder, whole, or makes it: see `replaceFile`. A link in its place is replaced, not followed.
 *
 * @param root the folder, made where it is not there
 * @param path of the file, below `root`
 * @throws Error where a folder on the way is a link that leads out of `root`; of the file system
 * @example
 * await replaceInside('out', 'report/report.html', text)
 */
export const replaceInside = async (root: string, path: string, contents: string | Uint8Array): Promise<void> =>
  replaceAt(await placeOf(root, path), contents)

// None of these on Windows, where such links need rights of their own.
const { O_RDWR, O_APPEND, O_CREAT, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants
const NEWLINE = 10

/** A line to append, on a line of its own also where a crash cut the last one short. */
const onItsOwn = async (file: FileHandle, size: number, line: string): Promise<string> => {
  if (size === 0) return line
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1)
  return buffer[0] === NEWLINE ? line : `\n${line}`
}

/**
 * Appends a line to a file inside a folder, or makes it. What is no file of this folder alone, a link of either kind or a pipe, is
 * replaced by one.
 *
 * @param line with its line break
 * @throws Error as `replaceInside`
 * @example
 * await appendInside('out', 'events.jsonl', '{"event":"finished"}\n')
 */
export const appendInside = async (root: string, path: string, line: string): Promise<void> => {
  const place = await placeOf(root, path)
  const file = await open(place, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK).catch(error => {
    if (['ELOOP', 'ENXIO'].includes(codeOf(error))) return undefined
    throw error
  })
  if (file === undefined) return replaceAt(place, line)
  try {
    const found = await file.stat()
    const text = await onItsOwn(file, found.isFile() ? found.size : 0, line)
    if (!found.isFile()) return await replaceAt(place, line)
    if (found.nlink > 1) return await replaceAt(place, Buffer.concat([await file.readFile(), Buffer.from(text)]))
    await file.appendFile(text)
  } finally {
    await file.close()
  }
}

/** Removes a file inside a folder, where it is there; of a link the link. */
export const removeInside = async (root: string, path: string): Promise<void> =>
  rm(await placeOf(root, path), { force: true })

/**
 * What a file contains. A pipe or a device would be waited for without end: it is no file.
 *
 * @throws Error that says what it is instead; of the file system
 * @example
 * await readPlain('run.safetensors')
 */
export const readPlain = async (path: string): Promise<Buffer> => {
  const file = await open(path, constants.O_RDONLY | O_NONBLOCK)
  try {
    const found = await file.stat()
    if (found.isFile()) return await file.readFile()
    throw Object.assign(new Error(`'${path}' is no regular file`), found.isDirectory() && { code: 'EISDIR' })
  } finally {
    await file.close()
  }
}

/**
 * What a file contains; none where there is none.
 *
 * @throws as {@link readPlain} does
 * @example
 * await readRegular('out/study.json')
 */
export const readRegular = (path: string): Promise<Buffer | undefined> =>
  readPlain(path).catch(error => {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return undefined
    throw error
  })
