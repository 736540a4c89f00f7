/** The version of Plastax, from its own package.json. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

// Built and source files lie at different depths below it.
const packageFile = (folder: string): string | undefined => {
  const file = join(folder, 'package.json')
  if (existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).name === 'plastax') return file
  return dirname(folder) === folder ? undefined : packageFile(dirname(folder))
}

/** The version in the nearest package.json above this file that is Plastax's; `'unknown'` where there is none. */
export const version = (): string => {
  const file = packageFile(dirname(fileURLToPath(import.meta.url)))
  return file === undefined ? 'unknown' : String(JSON.parse(readFileSync(file, 'utf8')).version)
}
