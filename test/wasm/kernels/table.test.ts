import { beforeAll, describe, it } from 'vitest'
import { useWasm } from '../../../src/wasm/index.js'
import { families } from './families.js'
import { expectRight, expectSpecialValues } from './row.js'

beforeAll(() => useWasm())

describe.each(families)('$name', ({ rows }) => {
  describe.each(rows)('$op', row => {
    it('equals its definition, and its gradient the central differences', () => expectRight(row))
    it('takes NaN, infinities and negative numbers as the cpu backend does', () => expectSpecialValues(row))
  })
})
