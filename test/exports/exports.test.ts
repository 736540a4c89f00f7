/** Public names and signatures are those that were written down: no other comes or goes without a line of the diff. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { exportsFile, signatures } from './signatures.js'

test('what is exported is what test/exports.txt says; else: npm run exports, and a line in CHANGELOG.md', () => {
  const [now, was] = [signatures(), readFileSync(exportsFile, 'utf8')].map(text => text.split('\n')) as [
    string[],
    string[],
  ]
  expect(now.length).toBeGreaterThan(300)
  expect({
    gone: was.filter(line => !now.includes(line)),
    come: now.filter(line => !was.includes(line)),
  }).toEqual({ gone: [], come: [] })
  expect(now).toEqual(was)
})
