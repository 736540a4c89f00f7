/** One process at a time in a study's folder. */
import { randomUUID } from 'node:crypto'
import { link, lstat, rename, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { makeFolder, readRegular } from '../node/folder.js'
import { besides } from '../node/replaceFile.js'

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code

// What is in a lock. The last word tells this process from an earlier one with its number, as a container has that is started again.
const ME = `${process.pid} ${hostname()} ${randomUUID()}`

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Somebody else's process is one too.
    return codeOf(error) === 'EPERM'
  }
}

/** The process, the machine and the name that are in a lock; where they are not there, or are no such things, none. */
const partsOf = (lock: string) => {
  const [pid = '', host = '', name = ''] = lock.trim().split(' ')
  return {
    pid: /^\d+$/.test(pid) ? pid : 'unknown',
    host: host === hostname() || /^[\w.-]+$/.test(host) ? host : 'an unknown machine',
    // It becomes a part of a path.
    name: /^[\w-]+$/.test(name) ? name : undefined,
  }
}

/** Whether the process that made a lock is gone for certain: of another machine nobody here can tell. */
const isStale = (lock: string): boolean => {
  const { pid, host, name } = partsOf(lock)
  if (host !== hostname() || name === undefined) return false
  return Number(pid) === process.pid ? lock !== ME : !isRunning(Number(pid))
}

/**
 * @returns none where there is no lock
 * @throws Error where something else has its name: a dangling link would be waited for without end
 */
const readLock = async (file: string): Promise<string | undefined> => {
  const found = await lstat(file).catch(() => undefined)
  if (found !== undefined && !found.isFile())
    throw new Error(`'${file}' is no lock, but a link, a folder or a device; remove it`)
  return (await readRegular(file))?.toString('utf8')
}

/**
 * Makes a lock of a file that has been written whole, in one step, where there is none.
 *
 * A stale lock is replaced only by whoever has the lock on it, and has seen that it is still that one: of all who find it stale
 * one comes through, and none can take a fresh one away.
 */
const take = async (file: string, written: string): Promise<void> => {
  try {
    return await link(written, file)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  }
  const found = await readLock(file)
  if (found !== undefined) {
    const { pid, host, name } = partsOf(found)
    if (!isStale(found))
      throw new Error(
        `'${dirname(file)}' is in use by process ${pid} on ${host}; wait for it, name another folder with --out, or remove '${file}' if that process is gone, or is another program`,
      )
    const claim = `${file}.${name}`
    await take(claim, written)
    if ((await readLock(file)) === found) return rename(claim, file)
    await rm(claim)
  }
  return take(file, written)
}

/**
 * Takes a folder, which it makes where it is not there. The lock of a process of this machine that is gone, however it went,
 * counts no more.
 *
 * @returns a function that lets go of it
 * @throws Error where another process has it, or one of another machine had it, with its number and machine; of the file system
 * @example
 * const release = await lockFolder('out')
 */
export const lockFolder = async (folder: string): Promise<() => Promise<void>> => {
  await makeFolder(folder)
  const file = join(folder, 'lock')
  const written = besides(file)
  try {
    await writeFile(written, ME, { flush: true })
    await take(file, written)
  } finally {
    await rm(written, { force: true })
  }
  return async () => {
    if ((await readLock(file)) === ME) await rm(file, { force: true })
  }
}
