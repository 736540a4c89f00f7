/** The reference is what docstrings and rules say now. */
import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { reference } from '../../docs/generator/reference.js'
import { useWasm } from '../../src/wasm/index.js'

const folder = new URL('../../docs/reference/', import.meta.url)

beforeAll(() => useWasm())

test('`npm run docs` would change nothing', async () => {
  const pages = await reference()
  expect(readdirSync(folder).toSorted()).toEqual(Object.keys(pages).toSorted())
  const stale = Object.entries(pages).filter(([name, text]) => readFileSync(new URL(name, folder), 'utf8') !== text)
  expect(stale.map(([name]) => name)).toEqual([])
})
