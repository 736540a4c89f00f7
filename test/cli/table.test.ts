import { expect, test } from 'vitest'
import { summarize } from '../../src/cli/summary.js'
import { cells, heads, renderTable } from '../../src/cli/table.js'
import { points } from '../../src/study/report/text.js'
import { divergedRun, rows, run } from './fixtures.js'

test.each([
  [0.0042, '+0.42'],
  [-0.0042, '-0.42'],
  [0, '0.00'],
  [-0.00001, '0.00'],
  [1, '+100.00'],
])('a gap of %d reads %j', (gap, text) => expect(points(gap)).toBe(text))

const summaries = summarize(rows, [
  run('neuroplastic', 0, [0.8]),
  run('neuroplastic', 1, [0.84]),
  run('alpha-one', 0, [0.81]),
  run('alpha-one', 1, [0.8]),
  divergedRun('adam', 0),
])

test('a row shows accuracies, gaps with wins, and dashes for what there is not', () => {
  expect(cells(summaries[0]!)).toEqual([
    'neuroplastic',
    '82.00 ± 2.83',
    '82.00 ± 2.83',
    '-',
    '+1.50 (1/2)',
    '2.00',
    '-',
    '-',
    '-',
  ])
  expect(cells(summaries[3]!)).toEqual(['adam\n(1 diverged)', '-', '-', '-', '-', '-', '-', '-', '-'])
})

const alpha = { mean: 0.912, sd: 0.5, min: -1.6, max: 2, nearLow: 0.256, nearHigh: 0.1 }

test('alpha fills its columns', () => {
  expect(cells({ ...summaries[0]!, alpha }).slice(6)).toEqual(['0.91 ± 0.50', '[-1.6, 2.0]', '26, 10'])
})

test('the table has each head and row, no colour codes, and fits 120 columns', () => {
  const gap = { pairs: 3, mean: -0.0123, wins: 1, ties: 0 }
  const full = summaries.map(summary => ({ ...summary, alpha, gaps: { 'grad-only': gap, 'alpha-one': gap } }))
  const text = renderTable(full)
  for (const part of heads.flatMap(head => head.split('\n'))) expect(text).toContain(part)
  for (const { variant } of summaries) expect(text).toContain(variant)
  for (const line of text.split('\n')) {
    expect(line.length).toBeLessThanOrEqual(120)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what must not be there
    expect(line).not.toMatch(/\u001b/)
  }
})

test('one line lies between heads and rows, and all are of one length', () => {
  const lines = renderTable(summaries).split('\n')
  expect(lines.filter(line => line.startsWith('├'))).toHaveLength(1)
  expect(lines.findIndex(line => line.startsWith('├'))).toBeLessThan(lines.findIndex(line => /neuroplastic/.test(line)))
  expect(new Set(lines.map(line => line.length)).size).toBe(1)
})
