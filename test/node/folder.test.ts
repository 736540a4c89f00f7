/** Files that Plastax names itself, in folders that others may have filled. */
import { execFileSync } from 'node:child_process'
import { link, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  appendInside,
  makeFolder,
  makeInside,
  readRegular,
  removeInside,
  replaceInside,
} from '../../src/node/folder.js'

let folder: string
let root: string
let elsewhere: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plastax-folder-'))
  root = join(folder, 'study')
  elsewhere = join(folder, 'elsewhere')
  await mkdir(elsewhere)
  await writeFile(join(elsewhere, 'precious'), 'mine\n')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const untouched = async () => {
  expect(await readdir(elsewhere)).toEqual(['precious'])
  expect(await readFile(join(elsewhere, 'precious'), 'utf8')).toBe('mine\n')
}

test('files are written and appended to, and the folders on the way are made', async () => {
  await replaceInside(root, 'a/b/c.json', '1')
  await replaceInside(root, 'a/b/c.json', '2')
  expect(await readFile(join(root, 'a/b/c.json'), 'utf8')).toBe('2')
  await appendInside(root, 'a/log', 'one\n')
  await appendInside(root, 'a/log', 'two\n')
  await appendInside(root, 'a/log', 'cut sh')
  await appendInside(root, 'a/log', 'three\n')
  expect(await readFile(join(root, 'a/log'), 'utf8')).toBe('one\ntwo\ncut sh\nthree\n')
  await removeInside(root, 'a/log')
  await removeInside(root, 'a/log')
  expect(await readdir(join(root, 'a'))).toEqual(['b'])
  expect(await readdir(join(root, 'a/b'))).toEqual(['c.json'])
})

test('a link in the place of a file is replaced, and what it leads to stays as it is', async () => {
  await makeFolder(root)
  for (const name of ['replaced', 'appended', 'removed']) await symlink(join(elsewhere, 'precious'), join(root, name))
  await symlink(join(elsewhere, 'new'), join(root, 'dangling'))
  await replaceInside(root, 'replaced', 'ours')
  await appendInside(root, 'appended', 'ours\n')
  await appendInside(root, 'dangling', 'ours\n')
  await removeInside(root, 'removed')
  await untouched()
  expect(await readFile(join(root, 'appended'), 'utf8')).toBe('ours\n')
  expect((await readdir(root)).sort()).toEqual(['appended', 'dangling', 'replaced'])
})

test('a file that another name has too is not appended to under that', async () => {
  await makeFolder(root)
  await link(join(elsewhere, 'precious'), join(root, 'log'))
  await appendInside(root, 'log', 'ours\n')
  await untouched()
  expect(await readFile(join(root, 'log'), 'utf8')).toBe('mine\nours\n')
})

test.each(['runs', 'runs/a'])('nothing is written through a folder that is a link out of the root: %s', async path => {
  await makeInside(root, join(path, '..'))
  await symlink(elsewhere, join(root, path))
  const sentence = `'${join(root, path)}' is a link that leads out of '${root}'`
  for (const write of [replaceInside, appendInside])
    await expect(write(root, `${path}/file`, '1')).rejects.toThrow(sentence)
  await expect(makeInside(root, `${path}/x`)).rejects.toThrow(sentence)
  await expect(removeInside(root, `${path}/precious`)).rejects.toThrow(sentence)
  await untouched()
})

test('the root itself may be a link, and links may lead about inside it', async () => {
  await mkdir(join(folder, 'real'))
  await symlink(join(folder, 'real'), root)
  await makeInside(root, 'here')
  await symlink('here', join(root, 'there'))
  await replaceInside(root, 'there/file', '1')
  expect(await readFile(join(folder, 'real/here/file'), 'utf8')).toBe('1')
})

test.each([
  ['/proc/x', /there is no folder '\/proc\/x', and none can be made: no folder can be made there/],
  ['/proc/x/y/z', /'\/proc\/x'/],
  ['/dev/null/x', /'\/dev\/null'.* something else has this name/],
])('where no folder can be made, that is said: %s', { timeout: 5000 }, async (path, sentence) => {
  await expect(makeFolder(path)).rejects.toThrow(sentence)
})

test('a file and a dangling link are no folders', async () => {
  await expect(makeFolder(join(elsewhere, 'precious'))).rejects.toThrow(
    /precious', and none can be made: something else/,
  )
  await symlink(join(elsewhere, 'nothing'), root)
  await expect(makeFolder(root)).rejects.toThrow(/something else has this name/)
  await untouched()
})

test('only what is a file is read: nobody waits for a pipe', { timeout: 5000 }, async () => {
  expect(await readRegular(join(elsewhere, 'nothing'))).toBeUndefined()
  expect(String(await readRegular(join(elsewhere, 'precious')))).toBe('mine\n')
  const pipe = join(folder, 'pipe')
  execFileSync('mkfifo', [pipe])
  for (const path of [pipe, '/dev/zero', folder]) await expect(readRegular(path)).rejects.toThrow(/is no regular file/)
  await appendInside(folder, 'pipe', 'ours\n')
  expect(await readFile(pipe, 'utf8')).toBe('ours\n')
})
