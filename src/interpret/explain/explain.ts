/** `explain`: the update rule of a transform as mathematics that a person reads. */

import type { GradientTransform } from '../../transform/types.js'
import { onlyClimbs } from '../ascent.js'
import { machineOf, withinStack } from '../machine.js'
import { type NetworkOptions, networkOptions, signatureFor } from '../network.js'
import { call, type Formula, name, number, product, quotient, sum } from './formula.js'
import { latexName, latexText, showLatex } from './latex.js'
import type { Functions } from './read.js'
import { type Line, rulesOf } from './rule.js'
import { showName, showText } from './text.js'

/** What to explain a transform over. */
export type ExplainOptions = NetworkOptions

/** The rule of some leaves: each line a definition, the last one that of the update `u`. */
export interface ExplainedRule {
  readonly leaves: readonly string[]
  readonly text: string
  readonly latex: string
}

/** An update rule, in full and by groups of leaves. */
export interface Explanation {
  readonly text: string
  /** For mathematics mode: an `aligned` environment for each rule, in an `array` where there are several. */
  readonly latex: string
  /** A rule for each group of leaves that are treated alike, in layer order. */
  readonly rules: readonly ExplainedRule[]
  /** Whether all updates go up the gradient, and none goes down, as of a chain without a learning rate. */
  readonly climbs: boolean
}

const textLine = ({ name, formula }: Line): string => `${showName(name)} = ${showText(formula)}`
const latexLine = ({ name, formula }: Line): string => `${latexName(name)} &= ${showLatex(formula)}`

const aligned = (lines: readonly string[]): string =>
  `\\begin{aligned}\n${lines.map(line => `  ${line}`).join(' \\\\\n')}\n\\end{aligned}`

/** What the functions with an epsilon are. */
const definitions = (functions: Functions): readonly (readonly [Formula, Formula])[] => {
  const [x, c] = [name('x'), name('c')]
  const plusEps = (of: Formula, eps: number): Formula => (eps === 0 ? of : sum(of, number(eps)))
  return [...functions]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([word, { of, eps }]) => {
      if (of === 'S') return [call(word, [x]), quotient(x, plusEps(call('mean', [x]), eps))]
      const norm = call('norm', [x])
      return [
        call(word, [x, c]),
        {
          kind: 'choice',
          condition: { kind: 'relation', sign: '>', a: norm, b: c },
          yes: quotient(product(c, x), plusEps(norm, eps)),
          no: x,
        },
      ]
    })
}

const indented = (text: string): string =>
  text
    .split('\n')
    .map(line => `  ${line}`)
    .join('\n')

/** Leaves of equal rule together, in layer order. */
const grouped = (
  rules: readonly { readonly leaf: string; readonly lines: readonly Line[] }[],
): readonly ExplainedRule[] => {
  const spelt = rules.map(({ leaf, lines }) => ({ leaf, lines, text: lines.map(textLine).join('\n') }))
  return [...new Set(spelt.map(({ text }) => text))].map(text => {
    const alike = spelt.filter(rule => rule.text === text)
    return { leaves: alike.map(({ leaf }) => leaf), text, latex: aligned((alike[0]?.lines ?? []).map(latexLine)) }
  })
}

/**
 * Prints the update rule of a transform, as text and as LaTeX: for each leaf with gradient $g$ and parameters $p$, how its
 * state goes on ($\mu'$ is the next $\mu$) and what the update $u$ is, which is added to $p$; `climbs` says that it goes up.
 *
 * One leaf stands for all that are treated alike; where the rule tells leaves apart (early and late layers, scopes), each
 * group has its own. Names are those of `observe` and of the state; $t$ counts the steps from 1, `size` is the number of
 * elements of the leaf. $S$ is the normalization of a signal, `cap` a bound on a norm; the last lines define them.
 *
 * @param transform any gradient transform
 * @param options.shapes leaves in layer order with their shapes; default a convolution, a hidden layer and a classifier
 * @param options.scalars names of further numbers of the context that the transform reads
 * @param options.trees names of trees of the context that the caller gives
 * @throws ReferenceError where the transform reads something of the context that is not named
 * @example
 * explain(adam()).text
 * // mu' = 0.9 mu + 0.1 g
 * // nu' = 0.999 nu + 0.001 g^2
 * // u = -0.001 * (mu' / (1 - 0.9^t)) / (sqrt(nu' / (1 - 0.999^t)) + 1e-8)
 */
export const explain = (transform: GradientTransform<unknown>, options: ExplainOptions = {}): Explanation =>
  withinStack('explain', () => explained(transform, options))

const explained = (transform: GradientTransform<unknown>, options: ExplainOptions): Explanation => {
  const machine = machineOf(transform, signatureFor(networkOptions.read('explain', options)))
  const rules = rulesOf(machine)
  const groups = grouped(machine.signature.present.map(leaf => ({ leaf, lines: rules.of(leaf) })))
  const known = definitions(rules.functions)
  const alone = groups.length === 1
  const heads = groups.map(({ leaves }) => leaves.map(leaf => `'${leaf}'`).join(', '))

  const text = [
    ...groups.map((group, i) => (alone ? group.text : `for ${heads[i]}:\n${indented(group.text)}`)),
    ...(known.length === 0
      ? []
      : [`where\n${indented(known.map(([f, is]) => `${showText(f)} = ${showText(is)}`).join('\n'))}`]),
  ].join('\n')
  const blocks = [
    ...groups.flatMap((group, i) =>
      alone ? [group.latex] : [`\\text{for ${latexText(heads[i] ?? '')}:}`, group.latex],
    ),
    ...(known.length === 0
      ? []
      : ['\\text{where}', aligned(known.map(([f, is]) => `${showLatex(f)} &= ${showLatex(is)}`))]),
  ]
  const [only = ''] = blocks
  const latex = blocks.length === 1 ? only : `\\begin{array}{l}\n${blocks.join(' \\\\\n')}\n\\end{array}`
  return { text, latex, rules: groups, climbs: onlyClimbs(transform, machine.signature) }
}
