/** Checkpoint files: whole or not there. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { adam, compile, encodeState, sgd } from '../../src/index.js'
import { loadCheckpoint, saveCheckpoint } from '../../src/node/index.js'
import { useBackend } from '../support/backend.js'

const folder = mkdtempSync(join(tmpdir(), 'plastax-'))
afterAll(() => rmSync(folder, { recursive: true }))
beforeAll(() => useBackend('cpu'))

const optimizer = compile(adam())
const begin = () => {
  const params = { w: tf.tensor1d([1, 2]) }
  return { params, state: optimizer.init(params) }
}
const grads = () => ({ w: tf.tensor1d([3, 4]) })

test('what is saved is loaded, and goes on', async () => {
  const path = join(folder, 'a.safetensors')
  const training = optimizer.step(begin(), grads())
  const saving = saveCheckpoint(path, adam(), training)()
  // Encoded already: the step that follows may consume it.
  const straight = optimizer.step(training, grads())
  expect(await saving).toEqual(E.right(undefined))
  const found = await loadCheckpoint(path, adam())()
  if (E.isLeft(found)) throw new Error(found.left.join('\n'))
  expect(encodeState(adam(), optimizer.step(found.right, grads()))).toEqual(encodeState(adam(), straight))
  expect(E.isRight(await loadCheckpoint(path, adam(), { w: tf.zeros([2]) })())).toBe(true)
})

test('the new file takes the place of the old one, and nothing is left beside it', async () => {
  const path = join(folder, 'b.safetensors')
  const link = join(folder, 'link.safetensors')
  writeFileSync(path, 'old')
  symlinkSync(path, link)
  const training = begin()
  expect(await saveCheckpoint(link, adam(), training)()).toEqual(E.right(undefined))
  expect(new Uint8Array(readFileSync(path))).toEqual(encodeState(adam(), training))
  expect(readdirSync(folder).filter(name => name.endsWith('.tmp'))).toEqual([])
})

test('what fails leaves the old file, and says why', async () => {
  const path = join(folder, 'c.safetensors')
  writeFileSync(path, 'old')
  const wrong = await saveCheckpoint(path, sgd({ momentum: 0.9 }), begin() as never)()
  expect(E.isLeft(wrong) && wrong.left[0]).toMatch(/c\.safetensors' is not written: state.* where a float32 tensor/)
  expect(readFileSync(path, 'utf8')).toBe('old')
  const nowhere = join(folder, 'none', 'd.safetensors')
  const unwritten = await saveCheckpoint(nowhere, adam(), begin())()
  expect(E.isLeft(unwritten) && unwritten.left[0]).toMatch(/d\.safetensors' is not written: ENOENT/)
  expect(await saveCheckpoint(folder, adam(), begin())()).toMatchObject({ _tag: 'Left' })
  expect(readdirSync(folder).filter(name => name.endsWith('.tmp'))).toEqual([])
  const unread = await loadCheckpoint(nowhere, adam())()
  expect(E.isLeft(unread) && unread.left[0]).toMatch(/d\.safetensors' is not read: ENOENT/)
  const broken = await loadCheckpoint(path, adam())()
  expect(E.isLeft(broken) && broken.left[0]).toMatch(/^the checkpoint has only 3 bytes/)
})
