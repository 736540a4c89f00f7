/**
 * What an element of a tensor may be: an interval of float32 numbers, and whether it may or must be NaN.
 *
 * Where IEEE 754 rounds correctly there is one result, and the interval is a point; where a result depends on how it is computed
 * (a sum's order, the last digits of an exponential), or hangs on a comparison of what is not known to the last digit, it holds
 * all of them. So what lies outside is wrong, and nothing has to be kept away from discontinuities. The sign of a zero is not told.
 */
export interface Element {
  readonly lo: number
  readonly hi: number
  /** 0: it is no NaN; 1: it may be one; 2: it is one. */
  readonly nan: 0 | 1 | 2
}

const f = Math.fround
const tiny = 6e-45
/** What functions other than the correctly rounded ones may be off by, relative to their value. */
const loose = 2 ** -20

export const point = (x: number): Element =>
  Number.isNaN(x) ? { lo: 0, hi: 0, nan: 2 } : { lo: f(x), hi: f(x), nan: 0 }
const notANumber: Element = { lo: 0, hi: 0, nan: 2 }
const range = (lo: number, hi: number, nan: 0 | 1 | 2 = 0): Element => ({ lo: f(lo), hi: f(hi), nan })
export const unknown: Element = { lo: Number.NEGATIVE_INFINITY, hi: Number.POSITIVE_INFINITY, nan: 1 }

export const isPoint = ({ lo, hi, nan }: Element): boolean => nan === 0 && lo === hi
const worst = (a: Element, b: Element): 0 | 1 | 2 => Math.max(a.nan, b.nan) as 0 | 1 | 2
const has = ({ lo, hi }: Element, x: number): boolean => lo <= x && x <= hi

/** An interval made wider by a part of its ends, and by the least numbers that there are. */
export const wider = ({ lo, hi, nan }: Element, part = loose): Element => {
  const by = (x: number) => (Number.isFinite(x) ? Math.abs(x) * part + tiny : 0)
  return range(lo - by(lo), hi + by(hi), nan)
}

/** Of an operation that is monotone in each operand. */
const corners =
  (op: (x: number, y: number) => number) =>
  (a: Element, b: Element): Element => {
    const nan = worst(a, b)
    if (nan === 2) return notANumber
    if (a.lo === a.hi && b.lo === b.hi) {
      const value = op(a.lo, b.lo)
      return Number.isNaN(value) ? notANumber : range(value, value, nan)
    }
    const values = [op(a.lo, b.lo), op(a.lo, b.hi), op(a.hi, b.lo), op(a.hi, b.hi)]
    return values.some(Number.isNaN) ? unknown : range(Math.min(...values), Math.max(...values), nan)
  }

export const add = corners((x, y) => x + y)
export const sub = corners((x, y) => x - y)
const product = corners((x, y) => x * y)
const mayBeInfinite = ({ lo, hi }: Element): boolean => !Number.isFinite(lo) || !Number.isFinite(hi)
/** Within the corners, 0 may meet infinity. */
export const mul = (a: Element, b: Element): Element => {
  const within = (mayBeInfinite(a) && has(b, 0)) || (mayBeInfinite(b) && has(a, 0))
  const found = product(a, b)
  return within && found.nan === 0 ? { ...found, nan: 1 } : found
}
const quotient = corners((x, y) => x / y)
export const div = (a: Element, b: Element): Element => {
  if (!has(b, 0) || worst(a, b) === 2) return quotient(a, b)
  if (isPoint(a) && isPoint(b) && a.lo === 0) return notANumber
  return { ...unknown, nan: isPoint(a) && isPoint(b) ? 0 : 1 }
}

const isOdd = (x: number): boolean => Math.abs(x % 2) === 1

export const pow = (a: Element, b: Element): Element => {
  if (isPoint(a) && isPoint(b)) {
    const value = a.lo ** b.lo
    if (a.lo === 0 && b.lo < 0) return isOdd(b.lo) ? { ...unknown, nan: 0 } : point(Number.POSITIVE_INFINITY)
    return Number.isNaN(value) ? notANumber : wider({ lo: value, hi: value, nan: 0 })
  }
  if (isPoint(b) && b.lo === 0) return point(1)
  if (worst(a, b) === 2) return b.nan === 2 || !has(b, 0) ? notANumber : unknown
  if (a.nan === 0 && b.nan === 0 && a.lo > 0) {
    const values = [a.lo ** b.lo, a.lo ** b.hi, a.hi ** b.lo, a.hi ** b.hi]
    if (!values.some(Number.isNaN) && Number.isFinite(b.lo) && Number.isFinite(b.hi))
      return wider({ lo: Math.min(...values), hi: Math.max(...values), nan: 0 })
  }
  return unknown
}

const extreme =
  (of: (x: number, y: number) => number) =>
  (a: Element, b: Element): Element => ({ lo: of(a.lo, b.lo), hi: of(a.hi, b.hi), nan: worst(a, b) })
export const minimum = extreme(Math.min)
export const maximum = extreme(Math.max)

const truth = (yes: boolean, no: boolean): Element => (yes ? point(1) : no ? point(0) : { lo: 0, hi: 1, nan: 0 })

/** A comparison: of a NaN it does not hold. */
const compare =
  (always: (a: Element, b: Element) => boolean, never: (a: Element, b: Element) => boolean) =>
  (a: Element, b: Element): Element => {
    const nan = worst(a, b)
    return nan === 2 ? point(0) : truth(nan === 0 && always(a, b), never(a, b))
  }
export const less = compare(
  (a, b) => a.hi < b.lo,
  (a, b) => a.lo >= b.hi,
)
export const lessEqual = compare(
  (a, b) => a.hi <= b.lo,
  (a, b) => a.lo > b.hi,
)
export const equal = compare(
  (a, b) => isPoint(a) && isPoint(b) && a.lo === b.lo,
  (a, b) => a.hi < b.lo || b.hi < a.lo,
)
export const logicalNot = ({ lo, hi }: Element): Element => ({ lo: 1 - hi, hi: 1 - lo, nan: 0 })
export const logicalAnd = (a: Element, b: Element): Element => ({ ...minimum(a, b), nan: 0 })
export const logicalOr = (a: Element, b: Element): Element => ({ ...maximum(a, b), nan: 0 })
export const notEqual = (a: Element, b: Element): Element => logicalNot(equal(a, b))

export const where = (c: Element, a: Element, b: Element): Element =>
  c.lo === 1
    ? a
    : c.hi === 0
      ? b
      : {
          lo: a.nan === 2 ? b.lo : b.nan === 2 ? a.lo : Math.min(a.lo, b.lo),
          hi: a.nan === 2 ? b.hi : b.nan === 2 ? a.hi : Math.max(a.hi, b.hi),
          nan: a.nan === 2 && b.nan === 2 ? 2 : worst(a, b) > 0 ? 1 : 0,
        }

export const neg = ({ lo, hi, nan }: Element): Element => ({ lo: -hi, hi: -lo, nan })
export const abs = ({ lo, hi, nan }: Element): Element =>
  lo >= 0 ? { lo, hi, nan } : hi <= 0 ? { lo: -hi, hi: -lo, nan } : { lo: 0, hi: Math.max(-lo, hi), nan }
export const square = (x: Element): Element => {
  const { lo, hi, nan } = abs(x)
  return range(lo * lo, hi * hi, nan)
}
/** Of a function that grows and is defined from a number on. */
const growing =
  (of: (x: number) => number, from = Number.NEGATIVE_INFINITY) =>
  ({ lo, hi, nan }: Element): Element =>
    nan === 2 || hi < from ? notANumber : { lo: of(Math.max(from, lo)), hi: of(hi), nan: lo < from ? 1 : nan }
const rounded =
  (of: (x: Element) => Element) =>
  (x: Element): Element =>
    wider(of(x))

export const unary: Readonly<Record<string, (x: Element) => Element>> = {
  abs,
  neg,
  square,
  sqrt: x => {
    const { lo, hi, nan } = growing(Math.sqrt, 0)(x)
    return range(lo, hi, nan)
  },
  exp: rounded(growing(Math.exp)),
  log: rounded(growing(Math.log, 0)),
  sigmoid: rounded(growing(x => 1 / (1 + Math.exp(-x)))),
  tanh: rounded(growing(Math.tanh)),
  sign: ({ lo, hi, nan }) => ({ lo: Math.sign(lo), hi: Math.sign(hi), nan }),
  isNaN: ({ nan }) => (nan === 2 ? point(1) : nan === 0 ? point(0) : { lo: 0, hi: 1, nan: 0 }),
  isFinite: ({ lo, hi, nan }) => {
    if (nan === 2) return point(0)
    const finite = Number.isFinite(lo) && Number.isFinite(hi)
    return truth(nan === 0 && finite, lo === hi && !finite)
  },
}

/** Whether a number is among what an element may be. */
export const admits = ({ lo, hi, nan }: Element, x: number): boolean =>
  Number.isNaN(x) ? nan !== 0 : nan !== 2 && lo <= x && x <= hi

export const showElement = ({ lo, hi, nan }: Element): string =>
  nan === 2 ? 'NaN' : `${lo === hi ? lo : `[${lo}, ${hi}]`}${nan === 1 ? ' or NaN' : ''}`
