import { expect, test } from 'vitest'
import { type Report, toJson } from '../../src/cli/report.js'
import { summarize } from '../../src/cli/summary.js'
import { rows, run } from './fixtures.js'

test('a report survives JSON, numbers that JSON does not have as strings', () => {
  const runs = [run('adam', 0, [Number.NaN, 0.1 + 0.2, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])]
  const report: Report = {
    config: {
      variants: [],
      data: 'shipped',
      trainImages: 6000,
      testImages: 10,
      fraction: 1,
      epochs: 4,
      seeds: [0],
      batchSize: 128,
      model: 'mlp',
    },
    versions: { plastax: '0.1.0' },
    backend: 'wasm',
    runs,
    summary: summarize(rows, []),
    verdict: 'nothing',
  }
  const text = toJson(report)
  const parsed = JSON.parse(text)
  expect(parsed.runs[0].epochs.map((epoch: { testAccuracy: unknown }) => epoch.testAccuracy)).toEqual([
    'NaN',
    0.1 + 0.2,
    'Infinity',
    '-Infinity',
  ])
  expect(parsed.config).toEqual(report.config)
  expect(text.endsWith('}\n')).toBe(true)
})
