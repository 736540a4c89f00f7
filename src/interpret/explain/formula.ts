/** Formulas: what a graph says, as mathematics writes it. Made in a normal form, so that printing has nothing to decide. */

/** A symbol: `mu`, `mu_2`, with a prime for a state's next value, with a leaf where it is another leaf's. */
export interface Name {
  readonly word: string
  readonly index?: number | undefined
  readonly next?: boolean | undefined
  readonly leaf?: string | undefined
}

export interface Term {
  readonly negative: boolean
  readonly of: Formula
}

export type Formula =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'name'; readonly name: Name }
  | { readonly kind: 'sum'; readonly terms: readonly Term[] }
  | { readonly kind: 'product'; readonly factors: readonly Formula[] }
  | { readonly kind: 'quotient'; readonly numerator: Formula; readonly divisor: Formula }
  | { readonly kind: 'power'; readonly of: Formula; readonly exponent: Formula }
  | { readonly kind: 'relation'; readonly sign: Relation; readonly a: Formula; readonly b: Formula }
  | { readonly kind: 'choice'; readonly condition: Formula; readonly yes: Formula; readonly no: Formula }
  | Call

/** A function of values, or a reduction over axes or leaves. */
export interface Call {
  readonly kind: 'call'
  readonly of: string
  readonly args: readonly Formula[]
  readonly axes?: readonly number[] | undefined
  readonly leaves?: readonly string[] | 'all' | undefined
}

export type Relation = '>' | '>=' | '<' | '<=' | '=' | '!=' | 'and' | 'or'

export const number = (value: number): Formula => ({ kind: 'number', value })
export const name = (word: string, rest: Omit<Name, 'word'> = {}): Formula => ({
  kind: 'name',
  name: { word, ...rest },
})
export const call = (of: string, args: readonly Formula[], rest: Partial<Call> = {}): Formula => ({
  kind: 'call',
  of,
  args,
  ...rest,
})
export const quotient = (numerator: Formula, divisor: Formula): Formula => ({ kind: 'quotient', numerator, divisor })
export const power = (of: Formula, exponent: Formula): Formula => ({ kind: 'power', of, exponent })

/** One of two; a condition that is known is not a choice. */
export const choice = (condition: Formula, yes: Formula, no: Formula): Formula =>
  condition.kind === 'number' ? (condition.value !== 0 ? yes : no) : { kind: 'choice', condition, yes, no }

/** A formula without its sign. */
const signed = (of: Formula): Term => {
  if (of.kind === 'number' && of.value < 0) return { negative: true, of: number(-of.value) }
  if (of.kind === 'sum' && of.terms.length === 1) return of.terms[0] as Term
  const [first, ...rest] = of.kind === 'product' ? of.factors : []
  return first?.kind === 'number' && first.value < 0
    ? { negative: true, of: product(number(-first.value), ...rest) }
    : { negative: false, of }
}

const flip = ({ negative, of }: Term): Term => ({ negative: !negative, of })

const termsOf = (of: Formula): readonly Term[] => (of.kind === 'sum' ? of.terms : [signed(of)])

const whole = ({ of }: Term): number | undefined =>
  of.kind === 'number' && Number.isInteger(of.value) ? of.value : undefined

/** With its whole numbers added up, where that leaves no more than there was: `t - 1 - 500` is `t - 501`. */
const folded = (terms: readonly Term[]): readonly Term[] => {
  const total = terms.reduce((all, term) => all + (term.negative ? -1 : 1) * (whole(term) ?? 0), 0)
  const place = terms.findIndex(term => whole(term) !== undefined)
  const together: Term = { negative: total < 0, of: number(Math.abs(total)) }
  const rest = terms.flatMap((term, i) =>
    i === place && total !== 0 ? [together] : whole(term) === undefined ? [term] : [],
  )
  return rest.length === 0 ? [together] : rest
}

/** A sum; sums within are part of it. What is added comes first where the first term is subtracted. */
const sumOf = (terms: readonly Term[]): Formula => {
  const lead = terms.findIndex(({ negative }) => !negative)
  const ordered = lead > 0 ? [terms[lead] as Term, ...terms.filter((_, i) => i !== lead)] : terms
  return ordered.length === 1 && !ordered[0]?.negative ? (ordered[0] as Term).of : { kind: 'sum', terms: ordered }
}

export const sum = (...parts: readonly Formula[]): Formula => sumOf(folded(parts.flatMap(termsOf)))
export const difference = (a: Formula, b: Formula): Formula => sumOf(folded([...termsOf(a), ...termsOf(b).map(flip)]))
export const negated = (x: Formula): Formula => sumOf(termsOf(x).map(flip))

/** Numbers first, then what modulates, then what is modulated, then a quotient; else the order is kept. */
const rank = (x: Formula): number =>
  x.kind === 'number' ? 0 : x.kind === 'quotient' ? 3 : x.kind === 'name' && isDirection(x.name) ? 2 : 1

/** Gradients, parameters and states, which coefficients stand before. */
const isDirection = ({ word, next }: Name): boolean => next === true || /^[gp]$/.test(word)

/** A product; products within are part of it, a factor 1 is not, and a sign comes first. */
export const product = (...parts: readonly Formula[]): Formula => {
  const factors = parts.flatMap(part => (part.kind === 'product' ? part.factors : [part])).map(signed)
  const negative = factors.filter(factor => factor.negative).length % 2 === 1
  const [first = number(1), ...rest] = factors
    .flatMap(({ of }) => (of.kind === 'number' && of.value === 1 ? [] : [of]))
    .toSorted((a, b) => rank(a) - rank(b))
  const lead = first.kind === 'number' ? number(negative ? -first.value : first.value) : first
  const all: Formula = rest.length === 0 ? lead : { kind: 'product', factors: [lead, ...rest] }
  return negative && first.kind !== 'number' ? { kind: 'sum', terms: [{ negative, of: all }] } : all
}

/** The formulas that a formula is made of. */
export const partsOf = (x: Formula): readonly Formula[] => {
  switch (x.kind) {
    case 'sum':
      return x.terms.map(({ of }) => of)
    case 'product':
      return x.factors
    case 'quotient':
      return [x.numerator, x.divisor]
    case 'power':
      return [x.of, x.exponent]
    case 'relation':
      return [x.a, x.b]
    case 'choice':
      return [x.condition, x.yes, x.no]
    case 'call':
      return x.args
    default:
      return []
  }
}

/** How many operations a formula writes down. */
export const weightOf = (x: Formula): number => {
  const parts = partsOf(x)
  const own = x.kind === 'sum' || x.kind === 'product' ? parts.length - 1 : parts.length > 0 ? 1 : 0
  return parts.reduce((weight, part) => weight + weightOf(part), Math.max(own, parts.length > 0 ? 1 : 0))
}
