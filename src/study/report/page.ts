/** The report as one page of HTML that needs nothing else: text, tables, figures, and the library that draws them. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { groupBy } from '../statistics/cells.js'
import type { Figure } from './figure.js'
import { pageScript } from './pageScript.js'
import { pageStyle } from './pageStyle.js'
import type { Report } from './report.js'
import type { Table } from './table.js'
import { theme } from './theme.js'

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text that HTML shows as it is. */
export const htmlText = (text: string): string =>
  text.replaceAll(/[&<>"']/g, character => ENTITIES[character] as string)

/** JSON in a script: no end tag can stand in it. */
const json = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c')

const bundle = async (name: 'vega' | 'vega-lite'): Promise<string> =>
  readFile(join(dirname(createRequire(import.meta.url).resolve(name)), `${name}.min.js`), 'utf8').then(text =>
    // Its map is not at hand.
    text.replace(/\/\/# sourceMappingURL=.*\s*$/, ''),
  )

const list = (sentences: readonly string[]): string =>
  sentences.length === 0 ? '' : `<ul>${sentences.map(sentence => `<li>${htmlText(sentence)}</li>`).join('')}</ul>`

const summary = ({ findings }: Report): string => `<section class="answer" id="answer">
<h2>Does the modulation beat its own step size?</h2>
<p>${htmlText(findings.answer)}</p>
${list(findings.cautions)}
</section>`

const setting = ({ setting }: Report): string =>
  `<h2 id="setting">Setting</h2>\n<dl>${setting
    .map(([head, text]) => `<dt>${htmlText(head)}</dt><dd>${htmlText(text)}</dd>`)
    .join('')}</dl>`

const cells = ({ findings }: Report): string => {
  const open = findings.cells.length <= 2 ? ' open' : ''
  return findings.cells
    .map(
      ({ cell, answer, sentences }) =>
        `<details${open}><summary>${htmlText(cell)}${
          // Of a single cell it stands above.
          findings.cells.length > 1 ? `. <span>${htmlText(answer)}</span>` : ''
        }</summary>\n${list(sentences)}</details>`,
    )
    .join('\n')
}

/** A column of cells of the grid becomes heads of groups of rows. */
const grouped = ({ columns, rows }: Table) => {
  const from = columns[0]?.head === 'cell' ? 1 : 0
  const groups = groupBy(rows, row => (from === 1 ? (row[0] as string) : ''))
  return {
    columns: columns.slice(from),
    groups: groups.map(group => ({
      name: from === 1 ? group[0]?.[0] : undefined,
      rows: group.map(row => row.slice(from)),
    })),
  }
}

const tableHtml = (table: Table): string => {
  const { id, title, note } = table
  const { columns, groups } = grouped(table)
  const cell = (tag: 'th' | 'td', text: string, i: number) => {
    const numeric = columns[i]?.numeric === true
    const shown = numeric && tag === 'td' ? text.replaceAll(/-(?=\d)/g, '−') : text
    const kind = numeric ? ' class="n"' : /\s/.test(text) ? '' : ' class="w"'
    return `<${tag}${kind}>${htmlText(shown)}</${tag}>`
  }
  const row = (tag: 'th' | 'td', texts: readonly string[]) =>
    `<tr>${texts.map((text, i) => cell(tag, text, i)).join('')}</tr>`
  const body = groups.map(({ name, rows }) => {
    const head = name && `<tr class="group"><th colspan="${columns.length}">${htmlText(name)}</th></tr>\n`
    return `<tbody>${head ?? ''}${rows.map(texts => row('td', texts)).join('\n')}</tbody>`
  })
  const heads = row(
    'th',
    columns.map(({ head }) => head),
  )
  // Of a table that is its CSV alone there is nothing to see.
  const [shown, latex] =
    columns.length === 0
      ? ['', '']
      : [
          `<div class="scroll"><table><thead>${heads}</thead>\n${body.join('\n')}</table></div>\n`,
          ` <a href="tables/${id}.tex">LaTeX</a>`,
        ]
  return `<section id="table-${id}">
<h3>${htmlText(title)}</h3>
${shown}<p class="note">${htmlText(note)}. <a href="tables/${id}.csv">CSV</a>${latex}</p>
</section>`
}

const switches = ({ variants, figures }: Report): string => {
  const drawn = variants.filter(({ variant }) => figures.some(({ rows }) => rows.some(row => row.variant === variant)))
  const labels = drawn.map(
    ({ variant, role, description, color, dash }) =>
      `<label title="${htmlText(`${role}: ${description}`)}"><input type="checkbox" value="${htmlText(variant)}" checked>` +
      `<svg width="28" height="10" aria-hidden="true"><line x1="0" y1="5" x2="28" y2="5" stroke="${color}" stroke-width="3" stroke-dasharray="${dash.join(' ')}"/></svg>${htmlText(variant)}</label>`,
  )
  return `<div class="switches">${labels.join('')}<button type="button">all</button></div>`
}

/** Figures of one title, of which one is seen at a time. */
const figureHtml = (numbered: readonly (readonly [figure: Figure, index: number])[]): string => {
  const [[{ id, title, cell, caption }, index]] = numbered as readonly [readonly [Figure, number]]
  const options = numbered.map(
    ([figure, at]) =>
      `<option data-figure="${at}" data-id="${htmlText(figure.id)}">${htmlText(figure.cell ?? 'all')}</option>`,
  )
  const which =
    numbered.length > 1
      ? `<select aria-label="cell">${options.join('')}</select>`
      : cell === undefined
        ? ''
        : `<span class="note">${htmlText(cell)}</span>`
  return `<figure>
<header><h3>${htmlText(title)}</h3>${which}</header>
<div class="plot" data-figure="${index}"></div>
<figcaption>${htmlText(caption)} <a href="figures/${id}.svg">SVG</a> <a href="figures/${id}.csv">CSV</a></figcaption>
</figure>`
}

const figuresHtml = ({ figures }: Report): string =>
  groupBy(
    figures.map((figure, i) => [figure, i] as const),
    ([{ title }]) => title,
  )
    .map(figureHtml)
    .join('\n')

// What a reader looks for first; the rest stands at the end.
const FIRST = ['results', 'comparisons']

/**
 * The page. It refers to nothing outside but the files of figures and tables beside it.
 *
 * @throws Error where the libraries that draw figures are not installed
 */
export const page = async (report: Report): Promise<string> => {
  const { name, description, figures, tables } = report
  const [vega, vegaLite] = [await bundle('vega'), await bundle('vega-lite')]
  const data = { config: theme, figures: figures.map(({ rows, spec }) => ({ rows, spec })) }
  const first = tables.filter(({ id }) => FIRST.includes(id))
  const rest = tables.filter(({ id }) => !FIRST.includes(id))
  const sections = [
    ['setting', 'Setting'],
    ['findings', 'Findings'],
    ['results', 'Results'],
    ['figures', 'Figures'],
    ['tables', 'More tables'],
  ]
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${htmlText(name)}</title>
<style>${pageStyle}</style>
</head>
<body>
<main>
<h1>${htmlText(name)}</h1>
<p class="lead">${htmlText(description)}</p>
${summary(report)}
<nav>${sections.map(([id, title]) => `<a href="#${id}">${title}</a>`).join('')}</nav>
${setting(report)}
<h2 id="findings">Findings</h2>
<p class="note">That a variant beats its own step size is one claim, whose p is the largest over its own controls, corrected for the number of claims; another gap counts where its p after Holm’s correction is at most 0.05. “No evidence” is not evidence that there is no difference.</p>
${cells(report)}
<h2 id="results">Results</h2>
${first.map(tableHtml).join('\n')}
<h2 id="figures">Figures</h2>
<noscript><p>The figures here are drawn by a script; the folder “figures” has them as SVG.</p></noscript>
${switches(report)}
${figuresHtml(report)}
<h2 id="tables">More tables</h2>
${rest.map(tableHtml).join('\n')}
</main>
<div id="tip" hidden></div>
<script type="application/json" id="data">${json(data)}</script>
<script>${vega}</script>
<script>${vegaLite}</script>
<script type="module">${pageScript}</script>
</body>
</html>
`
}
