import { expect, test } from 'vitest'
import { spreadText } from '../../../src/study/report/columns.js'
import { csv } from '../../../src/study/report/csv.js'
import { settingsText } from '../../../src/study/report/settings.js'
import { latexTable, latexText, tableOf } from '../../../src/study/report/table.js'
import { gapText, listed, points, probability, slug } from '../../../src/study/report/text.js'
import { stylesOf } from '../../../src/study/report/theme.js'
import { readCsv } from './readers.js'

test('LaTeX: every special character is printed as it is', () => {
  expect(latexText('50 % of a_b & #1 {x} $2 ~ ^ \\ < >')).toBe(
    '50 \\% of a\\_b \\& \\#1 \\{x\\} \\$2 \\textasciitilde{} \\textasciicircum{} \\textbackslash{} \\textless{} \\textgreater{}',
  )
  expect(latexText('87.6 ± 0.4')).toBe('87.6 $\\pm$ 0.4')
})

test('a table in LaTeX, with booktabs', () => {
  const [table] = tableOf<readonly [string, string]>(
    { id: 'gaps', title: 'Gaps', note: 'In %' },
    [
      { head: 'a_b', show: ([name]) => name },
      { head: 'gap', numeric: true, show: ([, gap]) => gap },
    ],
    [['alpha-one', '-0.06 to +0.1']],
  )
  expect(latexTable(table!, 'my study', 'mnist, 50 %, mlp')).toBe(String.raw`% Needs \usepackage{booktabs,graphicx}
\begin{table}[htbp]
  \centering
  \caption{Gaps: study my study, mnist, 50 \%, mlp. In \%}
  \label{tab:my-study-gaps}
  \resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%
  \begin{tabular}{lr}
    \toprule
    a\_b & gap \\
    \midrule
    alpha-one & $-$0.06 to +0.1 \\
    \bottomrule
  \end{tabular}}
\end{table}
`)
})

test('a long table in LaTeX breaks over pages in small print, another is made as narrow as a line', () => {
  const columns = Array.from({ length: 9 }, (_, i) => ({ head: `h${i}`, show: (n: number) => String(n + i) }))
  const table = (width: number, length: number) =>
    latexTable(
      tableOf(
        { id: 'results', title: 'Results', note: 'In %' },
        columns.slice(0, width),
        Array.from({ length }, (_, i) => i),
      )[0]!,
      'fashion',
    )
  expect([table(9, 40), table(9, 41)].map(text => text.includes('\\scriptsize'))).toEqual([false, true])
  expect([table(9, 40), table(9, 41)].map(text => text.includes('\\resizebox'))).toEqual([true, false])
  const long = table(2, 41)
  expect(long).toMatch(/^% Needs \\usepackage\{booktabs,longtable\}\n/)
  expect(long).not.toContain('{table}')
  expect(long.match(/h0 & h1/g)).toHaveLength(2)
  expect(
    long.match(/\\caption\{Results: study fashion\. In \\%\}\s+\\label\{tab:fashion-results\} \\\\/g),
  ).toHaveLength(1)
  expect(long).toContain('    40 & 41 \\\\\n')
})

test('CSV: what needs quotes has them', () => {
  const rows = [
    ['a,b', 'say "x"', 1.5],
    ['two\nlines', undefined, true],
  ] as const
  const text = csv(['x', 'y', 'z'], rows)
  expect(text.startsWith('x,y,z\n"a,b","say ""x""",1.5\n')).toBe(true)
  expect(readCsv(text).slice(1)).toEqual([
    ['a,b', 'say "x"', '1.5'],
    ['two\nlines', '', 'true'],
  ])
})

test.each([
  [0.25, '0.25'],
  [0.0078125, '0.0078'],
  [0.109375, '0.11'],
  [1, '1'],
  [0.00049, '< 0.001'],
])('p of %d reads %j', (p, text) => expect(probability(p)).toBe(text))

test('gaps read in points or in loss, with their sign', () => {
  expect([0.0045, -0.0006, 0].map(gap => gapText('accuracy', gap))).toEqual(['+0.45', '-0.06', '0.00'])
  expect([0.0045, -0.0006, -0.00001].map(gap => gapText('loss', gap))).toEqual(['+0.0045', '-0.0006', '0.0000'])
})

test('what differs by rounding alone reads the same', () => {
  const [below, above] = [0.00014999999999999736, 0.00015000000000003032]
  expect(points(below)).toBe(points(above))
  expect(gapText('loss', -below)).toBe(gapText('loss', -above))
  expect(spreadText({ mean: below, sd: above }, 2, 100)).toBe(spreadText({ mean: above, sd: below }, 2, 100))
  expect([0.00345, -0.00345, 0.00015, 0].map(points)).toEqual(['+0.35', '-0.35', '+0.02', '0.00'])
  expect(csv(['x'], [[below], [above], [0.1 + 0.2]])).toBe('x\n0.00015\n0.00015\n0.3\n')
})

test('lists, names of files, settings', () => {
  expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(listed)).toEqual(['', 'a', 'a and b', 'a, b and c'])
  expect(slug('fashion-mnist, 10 %, 20 % wrong labels, resnet18-16')).toBe(
    'fashion-mnist-10-20-wrong-labels-resnet18-16',
  )
  expect(slug('x, 0.5 %')).toBe('x-0.5')
  const settings = { learningRate: 0.1, plasticity: { plasticityScale: 2 } }
  expect(settingsText(settings)).toBe('learningRate 0.1, plasticity.plasticityScale 2')
})

test('no two of fourteen variants look the same', () => {
  const roles = ['plasticity', 'control', 'baseline'] as const
  const variants = Object.fromEntries(
    Array.from({ length: 14 }, (_, i) => [`v${i}`, { role: roles[Math.floor(i / 5)]! }]),
  )
  const styles = stylesOf(variants)
  expect(new Set(styles.map(({ color, dash }) => `${color} ${dash}`)).size).toBe(14)
  expect(new Set(styles.map(({ color, shape }) => `${color} ${shape}`)).size).toBe(14)
})
