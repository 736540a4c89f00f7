import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, describe, expect, test } from 'vitest'
import { type Report, reportOf } from '../../../src/study/report/report.js'
import { writeReport } from '../../../src/study/report/write.js'
import type { StudyResult } from '../../../src/study/types.js'
import { completed, diverged, resultOf, runsOf, spec, sweep } from '../fixtures.js'
import { readCsv, xmlProblem } from './readers.js'

const folders: string[] = []
const temporary = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'report-'))
  folders.push(folder)
  return folder
}
afterAll(() => Promise.all(folders.map(folder => rm(folder, { recursive: true }))))

const written = async (result: StudyResult): Promise<Readonly<Record<string, string>>> => {
  const folder = await temporary()
  const outcome = await writeReport(result, join(folder, 'out', 'report'))()
  if (E.isLeft(outcome)) throw new Error(outcome.left)
  const entries = await Promise.all(
    outcome.right.map(async path => [
      path.slice(join(folder, 'out', 'report').length + 1),
      await readFile(path, 'utf8'),
    ]),
  )
  return Object.fromEntries(entries)
}

const twoCells = resultOf([0.25, 1].flatMap(fraction => runsOf(5, { fraction })))
const figuresOf = ({ figures }: Report) => figures.map(({ id }) => id)

describe('a study of two fractions', async () => {
  const report = reportOf(twoCells)
  const files = await written(twoCells)

  test('writes two files for each figure and table, and the page', () => {
    expect(Object.keys(files).toSorted()).toEqual(
      [
        ...report.figures.flatMap(({ id }) => [`figures/${id}.svg`, `figures/${id}.csv`]),
        ...report.tables.flatMap(({ id }) => [`tables/${id}.csv`, `tables/${id}.tex`]),
        'report.html',
      ].toSorted(),
    )
    expect(new Set(figuresOf(report)).size).toBe(report.figures.length)
  })

  test('has the figures of the diagnostics, of each cell, and the gap by fraction', () => {
    const kinds = ['gaps', 'accuracy', 'loss', 'alpha', 'alpha-histogram', 'norms', 'controller']
    expect(figuresOf(report).toSorted()).toEqual(
      [
        'ranking',
        'gap-by-fraction',
        ...kinds.flatMap(kind => [`${kind}-fashion-mnist-25-mlp`, `${kind}-fashion-mnist-100-mlp`]),
      ].toSorted(),
    )
  })

  test('every CSV of a figure, read again, has its rows', () => {
    for (const { id, rows } of report.figures) {
      const [heads = [], ...lines] = readCsv(files[`figures/${id}.csv`] as string)
      expect(lines).toHaveLength(rows.length)
      const again = lines.map(line =>
        Object.fromEntries(line.flatMap((text, i) => (text === '' ? [] : [[heads[i], text]]))),
      )
      const given = rows.map(row =>
        Object.fromEntries(
          Object.entries(row).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])),
        ),
      )
      expect(again).toEqual(given)
    }
  })

  test('every CSV of a table, read again, has its numbers', () => {
    for (const { id, csvHeads, csvRows } of report.tables) {
      const [heads, ...lines] = readCsv(files[`tables/${id}.csv`] as string)
      expect(heads).toEqual(csvHeads)
      expect(lines).toEqual(csvRows.map(row => row.map(value => (value === undefined ? '' : String(value)))))
    }
  })

  test('the results are those of the runs', () => {
    const [heads = [], ...lines] = readCsv(files['tables/results.csv'] as string)
    expect(heads.slice(0, 5)).toEqual(['cell', 'variant', 'role', 'finalAccuracyMean', 'finalAccuracySd'])
    expect(lines).toHaveLength(12)
    for (const [cell, variant, , mean, sd] of lines) {
      const finals = twoCells.runs
        .filter(run => run.spec.variant === variant && cell?.includes(`${100 * run.spec.fraction} %`))
        .map(({ epochs }) => epochs.at(-1)?.testAccuracy as number)
      const average = finals.reduce((a, b) => a + b, 0) / 5
      expect(Number(mean)).toBeCloseTo(average, 12)
      expect(Number(sd)).toBeCloseTo(Math.sqrt(finals.reduce((sum, x) => sum + (x - average) ** 2, 0) / 4), 12)
    }
  })

  test('every SVG is well-formed, and draws each variant that it has', () => {
    for (const { id, rows } of report.figures) {
      const svg = files[`figures/${id}.svg`] as string
      expect(xmlProblem(svg)).toBeUndefined()
      for (const name of new Set(rows.map(({ variant }) => String(variant)))) expect(svg).toContain(`>${name}</text>`)
      expect(svg).not.toMatch(/NaN|undefined|Infinity/)
    }
  })

  test('the page refers to nothing that is not in the folder, and has all figures', () => {
    const html = files['report.html'] as string
    const text = html.replaceAll(/<script[^>]*>[\s\S]*?<\/script>/g, '')
    const links = [...text.matchAll(/\b(?:src|href|url)\s*[=(]\s*["']?([^"')\s>]+)/g)].map(([, link]) => link as string)
    expect(links.length).toBeGreaterThan(10)
    for (const link of links)
      expect(link.startsWith('#') ? html.includes(`id="${link.slice(1)}"`) : link in files).toBe(true)
    expect(html).not.toMatch(/<(?:script|link|img|iframe)[^>]+(?:src|href)/)
    const data = JSON.parse(/<script type="application\/json" id="data">(.*?)<\/script>/.exec(html)?.[1] ?? '')
    expect(data.figures).toEqual(JSON.parse(JSON.stringify(report.figures.map(({ rows, spec }) => ({ rows, spec })))))
  })

  test('is the same, byte for byte, from the same result, its runs in another order', async () => {
    expect(await written({ ...twoCells, runs: twoCells.runs })).toEqual(files)
    const turned = reportOf({ ...twoCells, runs: twoCells.runs.toReversed() })
    expect(turned).toEqual(report)
  })
})

test('one seed: no deviations, no intervals, no bands, and it says that it cannot tell', () => {
  const report = reportOf(resultOf(runsOf(1)))
  expect(report.findings.answer).toContain('1 seed cannot tell')
  expect(JSON.stringify(report.tables.map(({ rows, csvRows }) => [rows, csvRows]))).not.toMatch(/NaN|±/)
  const accuracy = report.figures.find(({ id }) => id === 'accuracy')
  for (const row of accuracy?.rows ?? []) expect(row.low).toBe(row.high)
})

test('all runs diverged: counted, no mean, no gap, no ranking', () => {
  const runs = ['neuroplastic', 'alpha-one', 'adam'].flatMap(variant =>
    [0, 1, 2].map(seed => diverged(spec(variant, seed))),
  )
  const report = reportOf(resultOf(runs))
  expect(report.findings.answer).toContain('no seed was finished by both')
  expect(report.findings.cells[0]?.sentences.join()).toContain(
    'neuroplastic on 3 of 3 seeds, alpha-one on 3 of 3 seeds and adam',
  )
  expect(report.figures).toEqual([])
  const results = report.tables.find(({ id }) => id === 'results')
  expect(results?.rows.map(row => row.slice(2))).toEqual(Array(3).fill(['–', '–', '–', '0', '3']))
})

test('norms are root mean squares over the recorded steps, histograms parts of the whole between the bounds', () => {
  const { figures } = reportOf(resultOf(runsOf(2, {}, ['neuroplastic', 'adam'])))
  const rowsOf = (id: string) => figures.find(figure => figure.id === id)?.rows ?? []
  // The made-up norm over four steps is 2 / epoch.
  const gradient = rowsOf('norms').filter(({ quantity }) => quantity === 'gradient')
  expect(gradient.map(({ epoch, mean, seeds }) => [epoch, mean, seeds])).toEqual(
    [1, 2, 3, 4, 5, 6].map(epoch => [epoch, expect.closeTo(1 / epoch, 12), 2]),
  )
  const third = rowsOf('alpha-histogram').filter(({ epoch }) => epoch === 3)
  expect(third).toHaveLength(64)
  expect([third[0]?.low, third[63]?.high]).toEqual([0.5, 1.5])
  expect(third.reduce((sum, { share }) => sum + Number(share), 0)).toBeCloseTo(1, 12)
})

test('without diagnostics their figures are left out', () => {
  const runs = ['neuroplastic', 'alpha-one'].flatMap(variant => [0, 1].map(seed => completed(spec(variant, seed), 0.8)))
  expect(figuresOf(reportOf(resultOf(runs)))).toEqual(['ranking', 'gaps', 'accuracy', 'loss'])
})

test('without runs there is a report, too', async () => {
  const result = resultOf([], { missing: [{ id: 'a', reason: 'no data set' }] })
  expect(reportOf(result).findings).toEqual({
    answer: 'No run is finished yet.',
    cautions: ['1 run is missing: no data set.'],
    cells: [],
  })
  expect(Object.keys(await written(result))).toEqual(['report.html'])
})

test("under selection 'all' there is a curve over learning rates, diverged ones marked", async () => {
  const result = resultOf(sweep([0.01, 0.1, 1]), { selection: 'all' })
  const report = reportOf(result)
  const stability = report.figures.find(({ id }) => id === 'stability')
  expect(
    stability?.rows.map(({ variant, learningRate, seeds, diverged }) => [variant, learningRate, seeds, diverged]),
  ).toEqual([
    ['neuroplastic', 0.01, 2, 0],
    ['neuroplastic', 0.1, 2, 0],
    ['neuroplastic', 1, 2, 0],
    ['alpha-one', 0.01, 2, 0],
    ['alpha-one', 0.1, 2, 0],
    ['alpha-one', 1, 0, 2],
    ['adam', 0.01, 2, 0],
    ['adam', 0.1, 0, 2],
    ['adam', 1, 0, 2],
  ])
  expect(report.tables.map(({ id }) => id)).toContain('all-settings')
  expect(report.findings.cautions.join()).toContain('optimistic')
})

test('several rates of wrong labels give the gap along them', () => {
  const report = reportOf(resultOf([0, 0.2].flatMap(labelNoise => runsOf(2, { labelNoise }))))
  const gap = report.figures.find(({ id }) => id === 'gap-by-label-noise')
  expect(new Set(gap?.rows.map(({ at }) => at))).toEqual(new Set([0, 0.2]))
  expect(gap?.cell).toBe('fashion-mnist, 100 %, mlp')
})

test('names from a definition do no harm in the page, and none in figures', async () => {
  const name = '<b>"a" & b</b></script>'
  const html = (await written(resultOf([], { name, description: name })))['report.html'] as string
  expect(html).toContain('<h1>&lt;b&gt;&quot;a&quot; &amp; b&lt;/b&gt;&lt;/script&gt;</h1>')
  expect(html).not.toContain('<b>"a"')

  const runs = [completed(spec('</script>', 0), 0.8), completed(spec('&', 0), 0.7)]
  const files = await written(resultOf(runs))
  const data = /id="data">(.*?)<\/script>/.exec(files['report.html'] as string)?.[1] ?? ''
  expect(JSON.parse(data).figures[0].rows[0].variant).toBe('</script>')
  expect(xmlProblem(files['figures/accuracy.svg'] as string)).toBeUndefined()
})

test('a folder that cannot be made is named', async () => {
  const folder = await temporary()
  await writeFile(join(folder, 'file'), '')
  const outcome = await writeReport(resultOf([]), join(folder, 'file', 'report'))()
  expect(outcome).toMatchObject({ _tag: 'Left', left: expect.stringContaining(join(folder, 'file', 'report')) })
  expect(await readdir(folder)).toEqual(['file'])
})
