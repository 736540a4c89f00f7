/** One process at a time in a study's folder. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Somebody else's process is one too.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/**
 * Takes a folder, which it makes where it is not there. The lock of a process that is gone, however it went, counts no more.
 *
 * @returns a function that lets go of it
 * @throws Error where another process has it, with its number; of the file system
 * @example
 * const release = await lockFolder('out')
 */
export const lockFolder = async (folder: string): Promise<() => Promise<void>> => {
  await mkdir(folder, { recursive: true })
  const file = join(folder, 'lock')
  const take = () => writeFile(file, String(process.pid), { flag: 'wx' })
  try {
    await take()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    const owner = Number(await readFile(file, 'utf8'))
    if (owner !== process.pid && Number.isInteger(owner) && owner > 0 && isRunning(owner))
      throw new Error(
        `'${folder}' is in use by process ${owner}; wait for it, name another folder with --out, or remove '${file}' if that is another program`,
      )
    await rm(file, { force: true })
    await take()
  }
  return () => rm(file, { force: true })
}
