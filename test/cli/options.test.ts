import { InvalidArgumentError } from 'commander'
import { expect, test } from 'vitest'
import { numberIn, variantsFrom } from '../../src/cli/options.js'
import { rows } from './fixtures.js'

test.each(['1', '10', ' 7 ', '1e3'])('%j is a number of epochs', text =>
  expect(numberIn('integer in [1, inf)')(text)).toBe(Number(text)),
)

test.each(['', ' ', '0', '-1', '2.5', 'ten', '1x', 'NaN', 'Infinity'])('%j is not', text => {
  expect(() => numberIn('integer in [1, inf)')(text)).toThrow(InvalidArgumentError)
  expect(() => numberIn('integer in [1, inf)')(text)).toThrow(/an integer in \[1, inf\)/)
})

test.each(['0', '1.01', '-0.5'])('%j is not a fraction', text =>
  expect(() => numberIn('(0, 1]')(text)).toThrow(/a number in \(0, 1\]/),
)

const names = (text: string) => variantsFrom(rows)(text).map(({ name }) => name)

test('variants keep their order; spaces, repetitions and empty places do not matter', () => {
  expect(names('adam, neuroplastic,,adam')).toEqual(['adam', 'neuroplastic'])
})

test.each([
  ['adma', /no variant 'adma'; did you mean 'adam'\?/],
  ['adam,xyz', /no variant 'xyz'; there are neuroplastic, grad-only, alpha-one, adam/],
  [',', /at least one/],
])('refuses %j', (text, message) => expect(() => names(text)).toThrow(message))
