/** The pages of the reference: one an optimizer, and tables of all there is. */
import type { GradientTransform } from '../../src/index.js'
import { explain } from '../../src/interpret/analysis.js'
import { planOf, scalars, shapes, statePaths, trees } from './measure.js'
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

/** An option with what the optimizer says of it, its default above all. */
const optionRows = ({ options, parameters }: Entry) =>
  options.map(({ name, text }) => {
    const own = parameters.find(parameter => parameter.name === `options.${name}`)?.text
    // What the optimizer says of it has the default, which the option may have too.
    const meaning = own === undefined ? text : text.replace(/[;,] default[^;]*$/, '')
    return [`\`${name}\``, [meaning.replace(/\.$/, ''), own].filter(Boolean).join('; ')]
  })

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
    ...section('Options', entry.options.length === 0 ? '' : table(['option', 'what it is'], optionRows(entry))),
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
      ...entry.parameters
        .filter(({ name }) => !name.startsWith('options.'))
        .map(p => `- \`${p.name}\`: ${inline(p.text)}`),
      ...(entry.options.length === 0 ? [] : [table(['option', 'what it is'], optionRows(entry))]),
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
