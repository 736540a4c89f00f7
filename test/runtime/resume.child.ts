/** Goes on, in a process of its own, from the checkpoints in a folder: each in place of the one it was. For `resume.test.ts`. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { loadCheckpoint, saveCheckpoint } from '../../src/node/index.js'
import { useBackend } from '../support/backend.js'
import { catalogued, goOn, stop } from './resume.shared.js'

const [folder = '', backend = 'cpu'] = process.argv.slice(2)
await useBackend(backend === 'wasm' ? 'wasm' : 'cpu')

const orThrow = <T>(result: E.Either<readonly string[], T>): T =>
  pipe(
    result,
    E.getOrElseW(errors => {
      throw new Error(errors.join('\n'))
    }),
  )

for (const [name, transform] of catalogued) {
  const path = `${folder}/${name}.safetensors`
  const training = orThrow(await loadCheckpoint(path, transform)())
  orThrow(await saveCheckpoint(path, transform, goOn(transform, training, stop))())
}
