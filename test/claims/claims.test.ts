/** Fewer studies of the kind that `npm run test:claims` does more of: no evidence where there is none, and some where there is. */
import { beforeAll, expect, test } from 'vitest'
import * as P from '../../src/index.js'
import { useWasm } from '../../src/wasm/index.js'
import { today } from './judge.js'
import { rulesOf } from './rules.js'
import { announced, answers } from './studies.js'

beforeAll(() => useWasm())

const { still, planted } = rulesOf(P)

test.each(Object.entries(still))('%s: no evidence', (name, rule) => {
  const given = answers(today, rule(0.05), 3, 17)
  expect(announced(given)).toBe(0)
  if (name === 'no gate at all')
    expect(given[0]).toMatch(/^The question .* does not arise for rule, which observes no alpha/)
})

test('a planted effect is found, and at strength 0 it is not', () => {
  expect(announced(answers(today, planted(0.4)(0.5), 3, 17))).toBe(3)
  expect(announced(answers(today, planted(0)(0.5), 3, 17))).toBe(0)
})
