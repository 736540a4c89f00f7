import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkWritable, writeWhole } from '../../src/cli/file.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plastax-file-'))
})
afterEach(() => rm(folder, { recursive: true }))

test('writes the text, and leaves nothing beside it', async () => {
  const file = join(folder, 'results.json')
  expect(await checkWritable(file)()).toEqual(E.right(undefined))
  expect(await readdir(folder)).toEqual([])
  expect(await writeWhole(file)('{}\n')()).toEqual(E.right(undefined))
  expect(await readFile(file, 'utf8')).toBe('{}\n')
  expect(await readdir(folder)).toEqual(['results.json'])
})

test('replaces an existing file; asking does not touch it', async () => {
  const file = join(folder, 'results.json')
  await writeFile(file, 'old')
  await checkWritable(file)()
  expect(await readFile(file, 'utf8')).toBe('old')
  await writeWhole(file)('new')()
  expect(await readFile(file, 'utf8')).toBe('new')
})

test('follows a link rather than replacing it', async () => {
  await writeFile(join(folder, 'target.json'), 'old')
  await symlink(join(folder, 'target.json'), join(folder, 'link.json'))
  await writeWhole(join(folder, 'link.json'))('new')()
  expect(await readFile(join(folder, 'target.json'), 'utf8')).toBe('new')
})

test('names the file and the missing folder', async () => {
  const file = join(folder, 'absent', 'results.json')
  const message = `cannot write '${file}': there is no folder '${join(folder, 'absent')}'`
  expect(await checkWritable(file)()).toEqual(E.left(message))
  expect(await writeWhole(file)('{}')()).toEqual(E.left(message))
})

test('refuses a folder, a device and a path through a file', async () => {
  await mkdir(join(folder, 'sub'))
  await writeFile(join(folder, 'plain'), '')
  const refused = [join(folder, 'sub'), '/dev/null', join(folder, 'plain', 'results.json')]
  for (const file of refused) expect(E.isLeft(await checkWritable(file)())).toBe(true)
  expect((await stat('/dev/null')).isCharacterDevice()).toBe(true)
})

test('a failed write leaves neither half a file nor a temporary one', async () => {
  await mkdir(join(folder, 'results.json'))
  expect(E.isLeft(await writeWhole(join(folder, 'results.json'))('{}')())).toBe(true)
  expect(await readdir(folder)).toEqual(['results.json'])
})
