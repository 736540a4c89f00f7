import { expect, test } from 'vitest'
import { fromJson, toJson } from '../../src/study/json.js'

test('results survive JSON, numbers that JSON does not have as strings', () => {
  const values = {
    losses: [Number.NaN, 0.1 + 0.2, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    name: 'NaN of old',
  }
  const text = toJson(values)
  expect(JSON.parse(text)).toEqual({ losses: ['NaN', 0.1 + 0.2, 'Infinity', '-Infinity'], name: 'NaN of old' })
  expect(text.endsWith('}\n')).toBe(true)
  expect(fromJson(text)).toEqual(values)
  expect(toJson({ a: 1 }, 0)).toBe('{"a":1}\n')
})
