/** The pages of the reference: one an optimizer, and tables of all there is. */
import type { GradientTransform } from '../../src/index.js'
import { explain } from '../../src/interpret/analysis.js'
import { type Interval, showInterval } from '../../src/schema/hyperparameter.js'
import { planOf, scalars, shapes, statePaths, trees } from './measure.js'
import type { Option } from './options.js'
import type { Entry } from './read.js'

/** A cell of a Markdown table. */
const cell = (text: string): string => text.replaceAll(/\s*\n\s*/g, ' ').replaceAll('|', '\\|')

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map(row => `| ${row.map(cell).join(' | ')} |`).join('\n')

/** Display mathematics on lines of its own, which is where Markdown renders it. */
const display = (text: string): string =>
  text.replaceAll(/\$\$\s*([\s\S]+?)\s*\$\$/g, (_, tex: string) => `\n\n$$\n${tex.trim()}\n$$\n\n`)

const inline = (text: string): string =>
  text.replaceAll(/\$\$\s*([\s\S]+?)\s*\$\$/g, (_, tex: string) => `$${tex.trim()}$`)

/** The first sentence, without the display that may end it. */
const summaryOf = (text: string): string =>
  (/^[\s\S]*?(?=\.\s|[:,.]?\s*\n?\$\$|$(?![\s\S]))/.exec(text)?.[0] ?? '').replace(/[.:,]$/, '')

/** A number as the pages write it. */
const shown = (value: unknown): string => {
  if (typeof value === 'string') return `'${value}'`
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`
  return typeof value === 'number' && value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential() : String(value)
}

/** What a kind may be, in words. */
const valuesOf = (kind: unknown): string => {
  if (Array.isArray(kind)) {
    const [words, interval] = Array.isArray(kind[0]) ? kind : [kind]
    const word = `\`${words.map(shown).join('`, `')}\``
    return interval === undefined ? word : `${word}, with ${showInterval(interval)}`
  }
  const [, interval] = /^scheduled (.*)$/.exec(String(kind)) ?? []
  if (interval !== undefined) return `${showInterval(interval as Interval)}, or a schedule`
  const named: Readonly<Record<string, string>> = {
    eps: 'a positive number',
    boolean: '`true`, `false`',
    selector: 'a selector of leaves',
    function: 'a function',
    value: '',
  }
  return named[String(kind)] ?? showInterval(kind as Interval)
}

const rowOf = ({ name, words, kind, fallback, needed }: Option): readonly string[] => [
  `\`${name}\``,
  // The default has a column of its own, unless words say more of it.
  fallback === undefined ? words : words.replace(/; default [^;,.]*(\.\d+)?\.$/, '.'),
  valuesOf(kind),
  needed ? 'must be given' : fallback === undefined ? '' : `\`${shown(fallback)}\``,
]

/** What every optimizer has comes first. */
const first = ['learningRate', 'weightDecay', 'mask']
const place = ({ name }: Option): number => (first.includes(name) ? first.indexOf(name) : first.length)

const optionTable = ({ options }: Entry): string =>
  options.length === 0
    ? ''
    : table(
        ['option', 'what it is', 'values', 'default'],
        options
          .toSorted((a, b) => place(a) - place(b))
          .flatMap(({ within, ...own }) =>
            within.length === 0
              ? [own]
              : within.map(({ name, ...inner }) => ({ name: `${own.name}.${name}`, ...inner })),
          )
          .map(option => rowOf({ within: [], ...option })),
      )

const section = (title: string, body: string): readonly string[] => (body === '' ? [] : [`## ${title}`, body])

/** How it runs, as a sentence. */
const runsAs = (transform: GradientTransform<unknown>): string => {
  const { loops, viaTfjs } = planOf(transform)
  const rest =
    viaTfjs.length === 0 ? 'nothing runs outside them' : `through tfjs run ${[...new Set(viaTfjs)].join('; ')}`
  return `On \`wasm\`, for a kernel and a bias: ${loops} fused ${loops === 1 ? 'loop' : 'loops'} a step; ${rest}.`
}

const code = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\``

/** The page of an optimizer. */
export const optimizerPage = (entry: Entry, transform: GradientTransform<unknown>): string => {
  const { latex, text } = explain(transform, { shapes, scalars, trees })
  return `${[
    `# ${entry.name}`,
    display(entry.text).trim(),
    ...section('Options', optionTable(entry)),
    ...section('Example', entry.examples.map(example => code('ts', example)).join('\n\n')),
    ...section('The rule, as traced', `$$\n${latex}\n$$\n\n${code('text', text)}`),
    ...section(
      'State',
      statePaths(transform)
        .map(path => `- \`${path}\``)
        .join('\n'),
    ),
    ...section('How it runs', runsAs(transform)),
    ...section(
      'Source',
      [entry.source, `Defined in [${entry.file}](../../${entry.file}).`].filter(Boolean).join('\n\n'),
    ),
  ].join('\n\n')}\n`
}

const byName = ({ name: a }: Entry, { name: b }: Entry): number => (a < b ? -1 : 1)

/** The first page: every optimizer with how it runs, and what of the whole catalogue lies outside the algebra. */
export const indexPage = (
  optimizers: readonly (readonly [Entry, GradientTransform<unknown>])[],
  all: Readonly<Record<string, readonly GradientTransform<unknown>[]>>,
): string => {
  const rows = optimizers.map(([entry, transform]) => {
    const { loops, viaTfjs } = planOf(transform)
    return [
      `[${entry.name}](${entry.name}.md)`,
      summaryOf(entry.text),
      String(loops),
      [...new Set(viaTfjs)].map(reason => reason.replace(': runs along axes of the leaf', '')).join('; '),
    ]
  })
  const names = Object.keys(all)
  const outside = names.filter(name => all[name]?.some(transform => planOf(transform).opaque))
  return `${[
    '# Reference',
    'Made by `npm run docs` from the docstrings and from tracing each rule. [Transforms, wrappers and schedules](transforms.md) have a page together.',
    table(['optimizer', 'what it is', 'fused loops', 'through tfjs'], rows),
    `Reductions along axes of a leaf, and what is computed with them, run through tfjs between the loops. So does what is outside the algebra: random numbers, permutations, products of matrices, and leaves joined to one. Of the ${names.length} transforms and optimizers of the law table, ${names.length - outside.length} have nothing of that kind; these have: ${outside.map(name => `\`${name}\``).join(', ')}.`,
  ].join('\n\n')}\n`
}

/** The page of everything else that makes a transform or a schedule, by file. */
export const transformsPage = (entries: readonly Entry[]): string => {
  const files = [...new Set(entries.map(({ file }) => file))].sort()
  const one = (entry: Entry) =>
    [
      `### ${entry.name}`,
      display(entry.text).trim(),
      ...entry.parameters.map(p => `- \`${p.name}\`: ${inline(p.text)}`),
      ...[optionTable(entry)].filter(text => text !== ''),
      ...entry.examples.map(example => code('ts', example)),
      ...(entry.source === undefined ? [] : [`Source: ${entry.source}`]),
    ].join('\n\n')
  return `${[
    '# Transforms, wrappers, schedules',
    ...files.flatMap(file => [
      `## [${file.replace('src/', '')}](../../${file})`,
      ...entries
        .filter(entry => entry.file === file)
        .toSorted(byName)
        .map(one),
    ]),
  ].join('\n\n')}\n`
}
