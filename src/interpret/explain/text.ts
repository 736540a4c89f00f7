/** Formulas as plain text. */
import type { Call, Formula, Name } from './formula.js'

/** A number as a person writes it: rounding of the last digits is not shown. */
export const showNumber = (value: number): string =>
  value === Number.POSITIVE_INFINITY
    ? 'inf'
    : value === Number.NEGATIVE_INFINITY
      ? '-inf'
      : value === Math.PI
        ? 'pi'
        : String(Number(value.toPrecision(10)))

export const showName = ({ word, index, next, leaf }: Name): string =>
  `${word}${index === undefined ? '' : `_${index}`}${next ? "'" : ''}${leaf === undefined ? '' : `['${leaf}']`}`

// How tightly a formula holds together; a looser one inside a tighter one stands in parentheses.
const tightness: Readonly<Record<Formula['kind'], number>> = {
  choice: 0,
  relation: 1,
  sum: 2,
  product: 3,
  quotient: 3,
  power: 4,
  call: 5,
  name: 5,
  number: 5,
}

const inside = (x: Formula, tight: number): string => {
  const negative = x.kind === 'number' && x.value < 0
  return tightness[x.kind] < tight || (negative && tight > 3) ? `(${showText(x)})` : showText(x)
}

const beside = (factors: readonly string[]): string =>
  factors.reduce((all, factor) =>
    factor.startsWith('(') || /^\d/.test(factor) ? `${all} * ${factor}` : `${all} ${factor}`,
  )

const showCall = ({ of, args, axes, leaves }: Call): string => {
  const [x] = args
  if (of === 'abs' && x !== undefined) return `|${showText(x)}|`
  const over = leaves === undefined ? '' : leaves === 'all' ? '_leaves' : `_{${leaves.join(', ')}}`
  const along = axes === undefined ? '' : `, axes ${axes.join(' ')}`
  return `${of}${over}(${args.map(showText).join(', ')}${along})`
}

/** A formula on one line. */
export const showText = (x: Formula): string => {
  switch (x.kind) {
    case 'number':
      return showNumber(x.value)
    case 'name':
      return showName(x.name)
    case 'sum':
      return x.terms
        .map(({ negative, of }, i) => `${i === 0 ? (negative ? '-' : '') : negative ? ' - ' : ' + '}${inside(of, 3)}`)
        .join('')
    case 'product':
      return beside(
        x.factors.map((factor, i) => inside(factor, factor.kind === 'quotient' && i < x.factors.length - 1 ? 4 : 3)),
      )
    case 'quotient':
      return `${inside(x.numerator, x.numerator.kind === 'quotient' ? 4 : 3)} / ${inside(x.divisor, 4)}`
    case 'power':
      return `${inside(x.of, 5)}^${inside(x.exponent, 5)}`
    case 'relation':
      return `${inside(x.a, 2)} ${x.sign} ${inside(x.b, 2)}`
    case 'choice':
      return `${inside(x.yes, 1)} if ${showText(x.condition)} else ${inside(x.no, x.no.kind === 'choice' ? 0 : 1)}`
    case 'call':
      return showCall(x)
  }
}
