/** Options from a specification: defaults, kinds, and what is refused in which words. */
import { describe, expect, test } from 'vitest'
import { deferred, scalar } from '../../src/expr/scalar.js'
import { HyperparameterError } from '../../src/index.js'
import {
  callback,
  eps,
  flag,
  leaves,
  needed,
  nested,
  oneOf,
  options,
  plain,
  real,
  scheduled,
  seed,
  value,
  wordsOr,
  wordWith,
} from '../../src/schema/index.js'

const inner = options({ gain: real('(0, 1]', 0.5) })

const all = options({
  decay: real('[0, 1)', 0.9),
  rate: scheduled('(0, inf)', 0.1),
  eps: eps(1e-8),
  bias: flag(true),
  mode: oneOf('hard', 'soft'),
  start: wordWith(['by', 'at'], '(0, inf)', ['by', 2]),
  preset: wordsOr<string | readonly number[]>()('standard', 'dion'),
  mask: leaves(),
  seed: seed(),
  count: plain('integer in [1, inf)'),
  tell: callback<() => void>(),
  label: value<string, 'alpha'>('alpha'),
  inner: nested<object>(inner),
})

const defaults = {
  decay: 0.9,
  rate: 0.1,
  eps: 1e-8,
  bias: true,
  mode: 'hard',
  start: ['by', 2],
  preset: 'standard',
  mask: undefined,
  seed: 0,
  count: undefined,
  tell: undefined,
  label: 'alpha',
  inner: undefined,
}

const read = (given: unknown) => all.read('rule', given as never)

test('what is not given is its default, and so is undefined', () => {
  expect(read({})).toEqual(defaults)
  expect(read({ decay: undefined, mode: undefined })).toEqual(defaults)
})

test('what is given stays what it is', () => {
  const given = {
    decay: 0.5,
    rate: (t: unknown) => t,
    eps: 1e-3,
    bias: false,
    mode: 'soft',
    start: ['at', 3],
    preset: [1, 2, 3],
    mask: () => true,
    seed: 7,
    count: 3,
    tell: () => undefined,
    label: 'beta',
  }
  expect(read(given)).toEqual({ ...defaults, ...given })
  expect(read({ inner: {} })).toEqual({ ...defaults, inner: { gain: 0.5 } })
})

test.each([
  [{ decay: 1 }, 'decay must be a number in [0, 1); got 1'],
  [{ decay: '0.5' }, "decay must be a number in [0, 1); got '0.5'"],
  [{ decay: Number.NaN }, 'decay must be a number in [0, 1); got NaN'],
  [{ decay: () => 0.5 }, 'decay must be a number in [0, 1); got'],
  [{ rate: 0 }, 'rate must be a number in (0, inf); got 0'],
  [{ eps: 0 }, 'eps must be a positive number that float32 can hold'],
  [{ bias: 1 }, 'bias must be true or false; got 1'],
  [{ mode: 'medium' }, "mode must be one of 'hard', 'soft'; got 'medium'"],
  [{ mode: 'constructor' }, "mode must be one of 'hard', 'soft'; got 'constructor'"],
  [{ start: ['off', 1] }, "start must be one of 'by', 'at'; got 'off'"],
  [{ start: 'by' }, 'start must be'],
  [{ start: ['by', 0] }, 'start must be a number in (0, inf); got 0'],
  [{ preset: 'dino' }, "preset must be one of 'standard', 'dion'; got 'dino'"],
  [{ mask: /kernel$/ }, "mask must be a function of a leaf's name, such as named(/kernel$/)"],
  [{ seed: 0.5 }, 'seed must be an integer in [0, 9007199254740991]; got 0.5'],
  [{ count: 0 }, 'count must be an integer in [1, inf); got 0'],
  [{ tell: 'me' }, "tell must be a function; got 'me'"],
  [{ inner: { gain: 2 } }, 'gain must be a number in (0, 1]; got 2'],
])('%j is refused', (given, message) => {
  expect(() => read(given)).toThrow(HyperparameterError)
  expect(() => read(given)).toThrow(message)
})

describe('names', () => {
  test.each([
    [{ decya: 0.5 }, "rule has no option 'decya'; did you mean 'decay'?"],
    [{ nonsense: 1 }, "rule has no option 'nonsense'; there are 'decay', 'rate', "],
    [{ inner: { gian: 1 } }, "inner has no option 'gian'; did you mean 'gain'?"],
    [{ constructor: 1 }, "rule has no option 'constructor'"],
    [5, 'rule takes its options as an object, { decay, rate, '],
    [null, 'rule takes its options as an object'],
    [[0.5], 'rule takes its options as an object'],
  ])('%j is refused', (given, message) => {
    expect(() => read(given)).toThrow(TypeError)
    expect(() => read(given)).toThrow(message)
  })

  test('before any value is looked at', () => {
    expect(() => read({ decya: 0.5, rate: -1 })).toThrow("did you mean 'decay'?")
  })
})

test('what is needed is asked for', () => {
  const asked = options({ peak: needed(real('(0, inf)')) })
  expect(() => asked.read('warmUp', {} as never)).toThrow('peak must be a number in (0, inf); got undefined')
  expect(asked.read('warmUp', { peak: 1 })).toEqual({ peak: 1 })
})

test('a larger record gives its part', () => {
  expect(inner.from({ gain: 1, other: 2 })).toEqual({ gain: 1 })
})

test('a symbolic value is for whoever sets it to keep in range', () => {
  const decay = deferred(scalar(2))
  expect(read({ decay }).decay).toBe(decay)
  expect(() => read({ decay: scalar(2) })).toThrow('decay must be a number in [0, 1); got 2')
})
