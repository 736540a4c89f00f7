import { expect, test } from 'vitest'
import { csv } from '../../../src/study/report/csv.js'
import { latexTable, latexText, tableOf } from '../../../src/study/report/table.js'
import { settingsText } from '../../../src/study/report/tables.js'
import { gapText, listed, probability, slug } from '../../../src/study/report/text.js'
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
  expect(latexTable(table!)).toBe(String.raw`% \usepackage{booktabs}
\begin{table}[htbp]
  \centering
  \caption{Gaps. In \%}
  \label{tab:gaps}
  \begin{tabular}{lr}
    \toprule
    a\_b & gap \\
    \midrule
    alpha-one & $-$0.06 to +0.1 \\
    \bottomrule
  \end{tabular}
\end{table}
`)
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
  const looks = stylesOf(variants).map(({ color, dash }) => `${color} ${dash}`)
  expect(new Set(looks).size).toBe(14)
})
