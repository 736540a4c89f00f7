import * as E from 'fp-ts/lib/Either.js'
import { expect, test } from 'vitest'
import { list } from '../../src/config/decode.js'
import { decodeJson, real, struct, text } from '../../src/config/records.js'
import { toJson } from '../../src/study/json.js'

test('results survive JSON, numbers that JSON does not have as strings', () => {
  const values = {
    losses: [Number.NaN, 0.1 + 0.2, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    name: 'NaN',
  }
  const json = toJson(values)
  expect(JSON.parse(json)).toEqual({ losses: ['NaN', 0.1 + 0.2, 'Infinity', '-Infinity'], name: 'NaN' })
  expect(json.endsWith('}\n')).toBe(true)
  expect(decodeJson(struct({ losses: list(real), name: text }))(json)).toEqual(E.right(values))
  expect(toJson({ a: 1 }, 0)).toBe('{"a":1}\n')
})
