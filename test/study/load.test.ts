import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { loadStudy } from '../../src/study/load.js'
import { build, compiled } from '../cli/build.js'

let folder: string
let files = 0
let load: typeof loadStudy
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plastax-load-'))
  await build()
  // The compiled one: from its source it would compile all of the library again for a study's file to import.
  load = (await import(compiled('study/load.js'))).loadStudy
})
afterAll(() => rm(folder, { recursive: true }))

/** A study of these sets, loaded with `--data`. */
const dataOf = async (sets: string, data: string) => {
  const study = join(folder, `${files++}.ts`)
  await writeFile(
    study,
    `import { defineStudy, variants } from 'plastax/study'
    export default defineStudy({ name: 'x', variants: { adam: variants.adam }, data: ${sets} })`,
  )
  const found = await load({ study, quick: false, asPublished: false, data })()
  return E.isRight(found) ? found.right.data : found.left
}

test('a folder is that of the one set that is read', async () => {
  expect(await dataOf(`['mnist', 'blobs']`, '/sets/mnist')).toEqual([
    { name: 'mnist', source: '/sets/mnist' },
    { name: 'blobs' },
  ])
})

test('a folder cannot be that of two sets; a name of a source can', async () => {
  expect(await dataOf(`['mnist', 'fashion-mnist']`, '/sets/mnist')).toBe(
    "study 'x': '/sets/mnist' cannot be the folder of mnist and of fashion-mnist; name a source for each in the study's file",
  )
  expect(await dataOf(`['mnist', 'fashion-mnist']`, 'full')).toEqual([
    { name: 'mnist', source: 'full' },
    { name: 'fashion-mnist', source: 'full' },
  ])
})
