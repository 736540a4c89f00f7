/** The emitted exp, log, pow, tanh and logistic function against JavaScript's, which computes in double precision. */
import { expect, test } from 'vitest'
import { type EmittedFunction, encodeModule } from '../../../src/wasm/emit/encode.js'
import { call, get, i32, loop, set, tee, v128 } from '../../../src/wasm/emit/instructions.js'
import { math } from '../../../src/wasm/emit/math.js'

type Operation = keyof typeof math

const memory = new WebAssembly.Memory({ initial: 48, maximum: 48 })
const megabyte = 2 ** 20
const most = megabyte / 4

/** A loop over four lanes at a time: the result over the first operand. */
const loopOf = (name: Operation): EmittedFunction => {
  const [bytes, at] = [0, 1]
  const operands = math[name].params.flatMap((_, i) => [...get(at), ...v128.load(i * megabyte)])
  return {
    name,
    params: ['i32'],
    results: [],
    locals: ['i32', 'v128'],
    code: loop([
      ...[...operands, ...call(Object.keys(math).indexOf(name)), ...set(2)],
      ...[...get(at), ...get(2), ...v128.store(0)],
      ...[...get(at), ...i32.const(16), ...i32.add, ...tee(at), ...get(bytes), ...i32.ltU],
    ]),
  }
}
const names = Object.keys(math) as readonly Operation[]
const bytes = encodeModule([...Object.values(math), ...names.map(loopOf)], { maximum: 48, shared: false })
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } })

const emitted = (name: Operation, xs: Float32Array, ys: Float32Array = new Float32Array()): Float32Array => {
  new Float32Array(memory.buffer, 0).set(xs)
  new Float32Array(memory.buffer, megabyte).set(ys)
  ;(exports[name] as (bytes: number) => void)(4 * xs.length)
  return new Float32Array(memory.buffer.slice(0, 4 * xs.length))
}

/** The distance of a float32 from the next one beyond it; 2^-149 among the subnormal. */
const lastPlace = (x: number): number => 2 ** (Math.max(-126, Math.min(127, Math.floor(Math.log2(Math.abs(x))))) - 23)

const exactOf: Readonly<Record<Operation, (x: number, y: number) => number>> = {
  exp: Math.exp,
  log: Math.log,
  pow: Math.pow,
  tanh: Math.tanh,
  sigmoid: x => 1 / (1 + Math.exp(-x)),
}

/** The largest error in last places; infinite where one is a NaN, infinite or of another sign and the other not. */
const worst = (name: Operation, xs: Float32Array, ys?: Float32Array): number => {
  const results = emitted(name, xs, ys)
  return results.reduce((largest, result, i) => {
    const exact = exactOf[name](xs[i] as number, ys?.[i] as number)
    const rounded = Math.fround(exact)
    if (Object.is(result, rounded)) return largest
    return Number.isFinite(rounded) && Number.isFinite(result) && Math.sign(result) === Math.sign(exact)
      ? Math.max(largest, Math.abs(result - exact) / lastPlace(exact))
      : Number.POSITIVE_INFINITY
  }, 0)
}

const fromBits = (bits: readonly number[]): Float32Array => new Float32Array(Uint32Array.from(bits).buffer)
/** Float32 numbers of every exponent and both signs, NaNs and infinities included. */
const everywhere = fromBits(Array.from({ length: most }, (_, i) => (i * 16381) >>> 0))
const between = (low: number, high: number): Float32Array =>
  Float32Array.from({ length: most }, (_, i) => low + ((high - low) * i) / most)

test.each<readonly [Operation, string, Float32Array]>([
  ['exp', 'everywhere', everywhere],
  ['exp', 'where it is finite', between(-105, 90)],
  ['exp', 'around 0', between(-1, 1)],
  ['log', 'everywhere', everywhere],
  ['log', 'around 1', between(0.5, 2)],
  ['log', 'next to 1', between(1 - 2 ** -10, 1 + 2 ** -10)],
  ['log', 'on subnormal numbers', between(0, 2 ** -125)],
  ['tanh', 'everywhere', everywhere],
  ['tanh', 'where it bends', between(-10, 10)],
  ['tanh', 'around 0', between(-0.3, 0.3)],
  ['tanh', 'on tiny numbers', between(-1e-6, 1e-6)],
  ['sigmoid', 'everywhere', everywhere],
  ['sigmoid', 'where it bends', between(-10, 10)],
  ['sigmoid', 'down to its least values', between(-104, -80)],
])('%s %s is within 0.6 last places', (name, _, xs) => {
  expect(worst(name, xs)).toBeLessThan(0.6)
})

test('what is exact is given exactly', () => {
  expect([...emitted('exp', Float32Array.of(0, -0, Infinity, -Infinity, NaN, 88.72283, 88.72284, -104))]).toEqual([
    1,
    1,
    Infinity,
    0,
    NaN,
    Math.fround(Math.exp(Math.fround(88.72283))),
    Infinity,
    0,
  ])
  expect([...emitted('log', Float32Array.of(1, 0, -0, Infinity, -Infinity, NaN, -1, -1e-45))]).toEqual([
    0,
    -Infinity,
    -Infinity,
    Infinity,
    NaN,
    NaN,
    NaN,
    NaN,
  ])
  const xs = Float32Array.from({ length: 64 }, (_, i) => i - 32)
  for (const y of [0, 1, 2, 3, -1]) {
    const ys = xs.map(() => y)
    expect([...emitted('pow', xs, ys)]).toEqual([...xs].map(x => Math.fround(x ** y)))
  }
})

test('pow is within 0.6 last places, whatever the operands', () => {
  const twisted = everywhere.map((_, i) => everywhere[(i * 40503 + 977) % most] as number)
  expect(worst('pow', everywhere, twisted)).toBeLessThan(0.6)
  // Exponents that leave most results finite.
  expect(
    worst(
      'pow',
      between(0, 4),
      twisted.map(y => (y % 64) + 0.5),
    ),
  ).toBeLessThan(0.6)
  for (const y of [0.3, 0.5, 2, 3, -1, -0.7, 17, 1e-3])
    expect(
      worst(
        'pow',
        everywhere,
        everywhere.map(() => y),
      ),
    ).toBeLessThan(0.6)
})

test('pow takes every pair of special operands as Math.pow does', () => {
  const special = [0, 1, 2, 3, 0.5, 1.5, 2 ** 23 + 1, 2 ** 24, 2 ** -149, 2 ** -126, 3e38, Infinity]
  const values = [...special, ...special.map(x => -x), NaN]
  const pairs = values.flatMap(x => values.map(y => [x, y] as const))
  const xs = Float32Array.from(pairs, ([x]) => x)
  const ys = Float32Array.from(pairs, ([, y]) => y)
  // In steps of four lanes.
  const padded = 4 * Math.ceil(xs.length / 4)
  const results = emitted(
    'pow',
    new Float32Array(padded).fill(1).map((one, i) => xs[i] ?? one),
    new Float32Array(padded).map((_, i) => ys[i] ?? 0),
  )
  pairs.forEach(([x, y], i) => {
    const expected = Math.fround(x ** y)
    const result = results[i] as number
    if (Number.isNaN(expected) || !Number.isFinite(expected) || expected === 0)
      expect(result, `${x} ** ${y}`).toBe(expected)
    else expect(Math.abs(result - expected), `${x} ** ${y}`).toBeLessThanOrEqual(lastPlace(expected))
  })
})
