/**
 * exp, log, pow, tanh and the logistic function of four float32 lanes, as functions of a module: WebAssembly has no instructions for them.
 *
 * They work on doubles, two lanes at a time. There the subnormals of float32 are normal, nothing needs more digits than there
 * are, and the one rounding at the end gives overflow and gradual underflow.
 * Polynomials are minimax for the relative error, by Remez's exchange in 60 digits, where nothing else is said.
 */
import type { Bytes, EmittedFunction } from './encode.js'
import { f32, f64, f64x2, get, i32, i64x2, set, tee, v128 } from './instructions.js'

const doubles = (x: number): Bytes => [...f64.const(x), ...f64x2.splat]
const floats = (x: number): Bytes => [...f32.const(x), ...v128.splat]

/** Coefficients from the highest down, by Horner's rule. */
const polynomial = ([highest = 0, ...others]: readonly number[], x: Bytes): Bytes => [
  ...doubles(highest),
  ...others.flatMap(next => [...x, ...f64x2.mul, ...doubles(next), ...f64x2.add]),
]

/** $2^f$ for $|f| \le 1/2$; relative error 1.9e-9, a thirtieth of float32's last place. */
const power = [
  0.00015345812161311629, 0.0013399931177239738, 0.009618488956331182, 0.05550328777105325, 0.24022646890645522,
  0.6931472057371958, 1.0000000005541647,
]

/** $\log_2(m) / s$ in $s^2$, where $s = (m - 1) / (m + 1)$, for $\sqrt{1/2} \le m < \sqrt 2$; relative error 4.2e-12. */
const logarithm = [0.3407280089742788, 0.411672826841764, 0.5770835832707184, 0.9617966733500538, 2.88539008179008]

// Added to a double, it rounds that to a whole number n and leaves 1023 + n in its last bits: the exponent of 2^n.
const rounder = 1.5 * 2 ** 52 + 1023

/** $2^t = 2^n\,2^f$, n whole; `n` and `f` are locals. Beyond +-1000 it is 0 or infinite in float32 anyway. */
const exp2 = (t: Bytes, n: number, f: number): Bytes => [
  ...[...t, ...doubles(-1000), ...f64x2.pmax, ...doubles(1000), ...f64x2.pmin, ...tee(f)],
  ...[...get(f), ...doubles(rounder), ...f64x2.add, ...tee(n), ...doubles(rounder), ...f64x2.sub],
  ...[...f64x2.sub, ...set(f)],
  ...polynomial(power, get(f)),
  ...[...get(n), ...i32.const(52), ...i64x2.shl, ...f64x2.mul],
]

// The smallest x is 2^-149; so many more make its exponent positive.
const shift = 200

/** $\log_2 x = e + \log_2 m$ for $x = 2^e\,m \ge 0$; `x`, `m` and `s` are locals. */
const log2 = (x: number, m: number, s: number): Bytes => {
  // As whole numbers, the bits of x less those of the least m give e in the first 12.
  const exponent = [...get(x), ...doubles(Math.SQRT1_2 * 2 ** -shift), ...i64x2.sub, ...i32.const(52), ...i64x2.shrU]
  const e = [...get(m), ...doubles(2 ** 52), ...v128.or, ...doubles(2 ** 52 + shift), ...f64x2.sub]
  const regular = [
    ...[...exponent, ...set(m), ...e],
    ...[...get(x), ...get(m), ...i32.const(52), ...i64x2.shl, ...i64x2.sub, ...doubles(2 ** shift), ...f64x2.mul],
    ...[...tee(m), ...doubles(1), ...f64x2.sub, ...get(m), ...doubles(1), ...f64x2.add, ...f64x2.div, ...tee(s)],
    ...[...get(s), ...get(s), ...f64x2.mul, ...set(m), ...polynomial(logarithm, get(m))],
    ...[...f64x2.mul, ...f64x2.add],
  ]
  const infinite = [...get(x), ...get(x), ...doubles(Number.POSITIVE_INFINITY), ...f64x2.lt, ...v128.bitselect]
  const ofZero = [...set(m), ...doubles(Number.NEGATIVE_INFINITY), ...get(m), ...get(x), ...doubles(0), ...f64x2.eq]
  return [...regular, ...infinite, ...ofZero, ...v128.bitselect]
}

/** What is done to two lanes as doubles, done to four. */
const inHalves = (code: (half: (x: Bytes) => Bytes) => Bytes): Bytes => [
  ...[...code(x => [...x, ...v128.promoteLow]), ...v128.demote],
  ...[...code(x => [...x, ...x, ...v128.upper, ...v128.promoteLow]), ...v128.demote],
  ...v128.lowHalves,
]

const [x, y] = [0, 1]

const exp: EmittedFunction = {
  params: ['v128'],
  results: ['v128'],
  locals: ['v128', 'v128'],
  code: inHalves(half => exp2([...half(get(x)), ...doubles(Math.LOG2E), ...f64x2.mul], 1, 2)),
}

const log: EmittedFunction = {
  params: ['v128'],
  results: ['v128'],
  locals: ['v128', 'v128', 'v128'],
  code: [
    ...inHalves(half => [...half(get(x)), ...set(1), ...log2(1, 2, 3), ...doubles(Math.LN2), ...f64x2.mul]),
    // All bits set are a NaN.
    ...[...get(x), ...floats(0), ...v128.lt, ...v128.or],
  ],
}

/** $|x|^y$ from $2^{y \log_2 |x|}$, its sign from x where y is odd; in all special cases as `Math.pow`. */
const pow: EmittedFunction = (() => {
  const [m, s, a, whole] = [2, 3, 4, 5]
  const magnitude = inHalves(half => [
    ...[...half([...get(x), ...v128.abs]), ...set(a)],
    ...exp2([...half(get(y)), ...log2(a, m, s), ...f64x2.mul], m, s),
  ])
  const half = [...get(y), ...floats(0.5), ...v128.mul]
  const odd = [...get(whole), ...half, ...half, ...v128.trunc, ...v128.ne, ...v128.and]
  const negative = [...get(x), ...floats(0), ...v128.lt]
  const finite = [...get(x), ...floats(Number.NEGATIVE_INFINITY), ...v128.gt]
  return {
    params: ['v128', 'v128'],
    results: ['v128'],
    locals: ['v128', 'v128', 'v128', 'v128'],
    code: [
      ...[...get(y), ...get(y), ...v128.trunc, ...v128.eq, ...set(whole)],
      // To the power of 0, even a NaN is 1.
      ...[...floats(1), ...magnitude, ...get(y), ...floats(0), ...v128.eq, ...v128.bitselect],
      ...[...get(x), ...floats(-0), ...v128.and, ...odd, ...v128.and, ...v128.xor],
      ...[...negative, ...finite, ...v128.and, ...get(whole), ...v128.andNot, ...v128.or],
    ],
  }
})()

/** $\tanh(x) / x$ in $x^2$ by Taylor, for $|x| < 1/4$; relative error 3e-10. */
const slope = [-1382 / 155925, 62 / 2835, -17 / 315, 2 / 15, -1 / 3, 1]

/** Near 0 from its series, farther out $1 - 2 / (1 + e^{2x})$, which would lose there what it subtracts. */
const tanh: EmittedFunction = {
  params: ['v128'],
  results: ['v128'],
  locals: ['v128', 'v128', 'v128'],
  code: inHalves(half => {
    const square = [...get(1), ...get(1), ...f64x2.mul]
    const power = exp2([...get(1), ...doubles(2 * Math.LOG2E), ...f64x2.mul], 2, 3)
    return [
      ...[...half(get(x)), ...set(1), ...square, ...set(2)],
      ...[...polynomial(slope, get(2)), ...get(1), ...f64x2.mul],
      ...[...doubles(1), ...doubles(2), ...power, ...doubles(1), ...f64x2.add, ...f64x2.div, ...f64x2.sub],
      ...[...square, ...doubles(1 / 16), ...f64x2.lt, ...v128.bitselect],
    ]
  }),
}

/** $1 / (1 + e^{-x})$ */
const sigmoid: EmittedFunction = {
  params: ['v128'],
  results: ['v128'],
  locals: ['v128', 'v128'],
  code: inHalves(half => {
    const power = exp2([...half(get(x)), ...doubles(-Math.LOG2E), ...f64x2.mul], 1, 2)
    return [...doubles(1), ...power, ...doubles(1), ...f64x2.add, ...f64x2.div]
  }),
}

/** The functions by name; a module that calls one has it, and those before it, as its first. */
export const math = { exp, log, pow, tanh, sigmoid } as const
