/** Formulas as LaTeX. */
import type { Call, Formula, Name, Relation } from './formula.js'
import { showNumber } from './text.js'

const greek: ReadonlySet<string> = new Set(
  'alpha beta gamma delta epsilon zeta eta theta kappa lambda mu nu xi pi rho sigma tau phi chi psi omega'.split(' '),
)

const special: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
}

/** Text in which nothing is a command. */
export const latexText = (text: string): string => text.replace(/[\\{}$&#^_%~]/g, char => special[char] ?? `\\${char}`)

const latexWord = (word: string): string =>
  greek.has(word) ? `\\${word}` : /^\w$/.test(word) ? word : `\\mathrm{${latexText(word)}}`

export const latexName = ({ word, index, next, leaf }: Name): string => {
  const below = [
    index === undefined ? [] : [String(index)],
    leaf === undefined ? [] : [`\\text{${latexText(leaf)}}`],
  ].flat()
  return `${latexWord(word)}${below.length === 0 ? '' : `_{${below.join(',\\,')}}`}${next ? "'" : ''}`
}

const latexNumber = (value: number): string => {
  const [mantissa, exponent] = showNumber(value).split('e')
  if (exponent === undefined)
    return { inf: '\\infty', '-inf': '-\\infty', pi: '\\pi' }[mantissa as string] ?? (mantissa as string)
  const power = `10^{${Number(exponent)}}`
  return mantissa === '1' ? power : mantissa === '-1' ? `-${power}` : `${mantissa} \\cdot ${power}`
}

const relations: Readonly<Record<Relation, string>> = {
  '>': '>',
  '>=': '\\ge',
  '<': '<',
  '<=': '\\le',
  '=': '=',
  '!=': '\\ne',
  and: '\\land',
  or: '\\lor',
}

const parenthesized = (text: string): string => `\\left( ${text} \\right)`

const loose: ReadonlySet<Formula['kind']> = new Set(['sum', 'relation'])

const factor = (x: Formula): string => (loose.has(x.kind) ? parenthesized(showLatex(x)) : showLatex(x))

const beside = (factors: readonly string[]): string =>
  factors.reduce((all, next) => (/^\d/.test(next) ? `${all} \\cdot ${next}` : `${all} \\, ${next}`))

const showCall = ({ of, args, axes, leaves }: Call): string => {
  const [x] = args
  const below = [
    leaves === undefined ? [] : [`\\text{${leaves === 'all' ? 'leaves' : latexText(leaves.join(', '))}}`],
    axes === undefined ? [] : [axes.join(',')],
  ].flat()
  const over = below.length === 0 ? '' : `_{${below.join(',\\,')}}`
  if (x !== undefined && of === 'abs') return `\\left| ${showLatex(x)} \\right|`
  if (x !== undefined && of === 'sqrt') return `\\sqrt{${showLatex(x)}}`
  if (x !== undefined && of === 'norm') return `\\left\\lVert ${showLatex(x)} \\right\\rVert${over}`
  if (x !== undefined && of === 'sum') return `\\sum${over} ${parenthesized(showLatex(x))}`
  const [, word = of, index] = /^(.+)_(\d+)$/.exec(of) ?? []
  const operator = /^(min|max|log|exp|cos)$/.test(of)
    ? `\\${of}`
    : latexName({ word, index: index === undefined ? undefined : Number(index) })
  return `${operator}${over}${parenthesized(args.map(showLatex).join(',\\, '))}`
}

/** A formula in mathematics mode. */
export const showLatex = (x: Formula): string => {
  switch (x.kind) {
    case 'number':
      return latexNumber(x.value)
    case 'name':
      return latexName(x.name)
    case 'sum':
      return x.terms
        .map(({ negative, of }, i) => `${i === 0 ? (negative ? '-' : '') : negative ? ' - ' : ' + '}${factor(of)}`)
        .join('')
    case 'product':
      return beside(x.factors.map(factor))
    case 'quotient':
      return `\\frac{${showLatex(x.numerator)}}{${showLatex(x.divisor)}}`
    case 'power': {
      const of = x.of.kind === 'name' || x.of.kind === 'number' ? showLatex(x.of) : parenthesized(showLatex(x.of))
      return `{${of}}^{${showLatex(x.exponent)}}`
    }
    case 'relation':
      return `${showLatex(x.a)} ${relations[x.sign]} ${showLatex(x.b)}`
    case 'choice':
      return `\\begin{cases} ${showLatex(x.yes)} & \\text{if } ${showLatex(x.condition)} \\\\ ${showLatex(x.no)} & \\text{otherwise} \\end{cases}`
    case 'call':
      return showCall(x)
  }
}
