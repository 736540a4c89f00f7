import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, describe, expect, test } from 'vitest'
import type { Value } from '../../../src/study/report/figure.js'
import { type Report, reportOf } from '../../../src/study/report/report.js'
import { writeReport } from '../../../src/study/report/write.js'
import { holm } from '../../../src/study/statistics/holm.js'
import { signFlipTest } from '../../../src/study/statistics/signFlip.js'
import type { StudyResult } from '../../../src/study/types.js'
import { completed, diagnostics, diverged, resultOf, runsOf, spec, sweep } from '../fixtures.js'
import { readCsv, readRecords, xmlProblem } from './readers.js'

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
/** A value in CSV, read again: a number without what rounding left in it. */
const field = (value: Value): string =>
  typeof value === 'number' ? String(Number(value.toPrecision(12))) : String(value ?? '')
const figuresOf = ({ figures }: Report) => figures.map(({ id }) => id)

describe('a study of two fractions', async () => {
  const report = reportOf(twoCells)
  const files = await written(twoCells)

  test('writes two files for each figure and table, and the page', () => {
    expect(Object.keys(files).toSorted()).toEqual(
      [
        ...report.figures.flatMap(({ id }) => [`figures/${id}.svg`, `figures/${id}.csv`]),
        ...report.tables.flatMap(({ id }) => [`tables/${id}.csv`, ...(id === 'runs' ? [] : [`tables/${id}.tex`])]),
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
          Object.entries(row).flatMap(([key, value]) => (value === undefined ? [] : [[key, field(value)]])),
        ),
      )
      expect(again).toEqual(given)
    }
  })

  test('every CSV of a table, read again, has its numbers', () => {
    for (const { id, csvHeads, csvRows } of report.tables) {
      const [heads, ...lines] = readCsv(files[`tables/${id}.csv`] as string)
      expect(heads).toEqual(csvHeads)
      expect(lines).toEqual(csvRows.map(row => row.map(field)))
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

  test('every p follows from the runs in the folder', () => {
    const runs = readRecords(files['tables/runs.csv'] as string)
    expect(runs).toHaveLength(twoCells.runs.length)
    const comparisons = readRecords(files['tables/comparisons.csv'] as string)
    const again = comparisons.map(({ cell, variant, against }) => {
      const of = (name = '') =>
        runs.filter(run => run.cell === cell && run.variant === name && run.reported === 'true' && run.finalAccuracy)
      const gaps = of(variant).flatMap(a =>
        of(against)
          .filter(({ seed }) => seed === a.seed)
          .map(b => Number(a.finalAccuracy) - Number(b.finalAccuracy)),
      )
      return signFlipTest(gaps).p
    })
    expect(comparisons.map(({ p }) => Number(p))).toEqual(again)
    // Those with own controls are of one claim, and have none of their own.
    const isOwn = comparisons.map(({ against = '' }) => against.startsWith('alpha-'))
    expect(comparisons.filter((row, i) => isOwn[i] !== (row.pHolm === ''))).toEqual([])
    expect(comparisons.filter((_, i) => !isOwn[i]).map(({ pHolm }) => Number(pHolm))).toEqual(
      holm(again.filter((_, i) => !isOwn[i])),
    )
  })

  test('the same number of a gap has the same name and unit in figures and tables', () => {
    const names = ['gapPoints', 'lowPoints', 'highPoints', 'seeds', 'wins', 'p', 'pHolm'] as const
    const rowOf = (row: Readonly<Record<string, string>>) => names.map(name => row[name])
    const first = readRecords(files['tables/comparisons.csv'] as string).slice(0, 8)
    expect(readRecords(files['figures/gaps-fashion-mnist-25-mlp.csv'] as string).map(rowOf)).toEqual(first.map(rowOf))
    expect(first.flatMap(rowOf)).not.toContain(undefined)
    expect(readRecords(files['figures/gap-by-fraction.csv'] as string)[0]).toMatchObject(
      Object.fromEntries(names.map(name => [name, first[0]?.[name]])),
    )
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
  expect(report.findings.answer).toContain(
    'no seed was finished by both a variant with plasticity and each of its controls (neuroplastic finished 0 and alpha-one 0 of 3 seeds)',
  )
  expect(report.findings.cells[0]?.sentences[0]).toContain(
    'alpha-one (no seed finished by both: of 3 seeds neuroplastic finished 0, alpha-one 0)',
  )
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

test('every run has its row, diverged ones and settings that are not reported too', async () => {
  const runs = sweep([0.01, 0.1, 1])
  const rows = readRecords((await written(resultOf(runs, { selection: 'all' })))['tables/runs.csv'] as string)
  expect(rows).toHaveLength(runs.length)
  expect(rows[0]).toEqual({
    cell: 'fashion-mnist, 100 %, mlp',
    variant: 'neuroplastic',
    seed: '0',
    settings: '{"learningRate":0.01}',
    reported: 'false',
    outcome: 'completed',
    epochs: '6',
    finalAccuracy: field(runs[0]?.epochs.at(-1)?.testAccuracy),
    finalLoss: field(runs[0]?.epochs.at(-1)?.testLoss),
    seconds: '9',
  })
  expect(rows.at(-1)).toMatchObject({ outcome: 'diverged', epochs: '1', finalAccuracy: '', finalLoss: '' })
  expect(rows.filter(({ reported }) => reported === 'true')).toHaveLength(6)
})

test('what few seeds do not give is not drawn, and not told', async () => {
  const runs = [...runsOf(5, {}, ['neuroplastic', 'adam']), ...runsOf(3, {}, ['alpha-one']), ...runsOf(1, {}, ['sgd'])]
  for (const result of [resultOf(runs), resultOf(runsOf(3)), resultOf(runsOf(1)), resultOf(sweep([0.01, 0.1, 1], 1))]) {
    const files = await written(result)
    for (const [path, text] of Object.entries(files))
      if (path.endsWith('.svg')) expect([path, /[^"]*(NaN|undefined)[^"]*/.exec(text)?.[0]]).toEqual([path, undefined])
  }
  const labels = (await written(resultOf(runs)))['figures/gaps.svg']?.match(/aria-label="variant: [^"]*"/g) ?? []
  expect(labels.map(label => /against: ([\w-]+)/.exec(label)?.[1])).toEqual(['alpha-one', 'adam', 'sgd'])
  expect(labels.map(label => label.includes('interval from'))).toEqual([false, true, false])
})

test('the ranking says who is not in it, and of how many seeds it is', () => {
  const ranking = (result: StudyResult) => {
    const { tables, figures } = reportOf(result)
    const table = tables.find(({ id }) => id === 'ranking')
    return { table, caption: figures.find(({ id }) => id === 'ranking')?.caption }
  }
  const whole = ranking(resultOf(runsOf(3)))
  expect(whole.table?.columns.at(-1)?.head).toBe('seeds')
  expect(whole.table?.note).not.toContain('left out')
  const part = ranking(resultOf([...runsOf(3, { fraction: 0.25 }), ...runsOf(3, {}, ['neuroplastic', 'adam', 'sgd'])]))
  expect(part.table?.columns.at(-1)?.head).toBe('seeds of all cells')
  expect(part.table?.rows.map(row => row.at(-1))).toEqual(['6', '6', '6'])
  for (const text of [part.table?.note, part.caption])
    expect(text).toContain('left out, as not run in every cell: grad-only, alpha-one and alpha-shuffled')
})

test('of settings that were given none is called chosen; of candidates each has its score', () => {
  const settings = (more: Partial<StudyResult>) =>
    reportOf(resultOf(runsOf(2), more)).tables.find(({ id }) => id === 'settings')
  for (const selection of ['fixed', 'all'] as const) {
    expect(settings({ selection })?.columns.map(({ head }) => head)).toEqual(['variant', 'settings'])
    expect(settings({ selection })?.note).not.toMatch(/score|chosen/)
  }
  const cell = 'fashion-mnist, 100 %, mlp'
  const scores = [{ settings: { learningRate: 0.01 } }, { settings: { learningRate: 0.1 }, score: 0.875 }]
  const choices = ['neuroplastic', 'adam'].map(variant => ({ variant, cell, settings: { learningRate: 0.1 }, scores }))
  const table = settings({ selection: 'validation', choices })
  expect(table?.note).toContain('score')
  expect(table?.rows.slice(0, 2)).toEqual([
    ['neuroplastic', 'learningRate 0.01', '–', ''],
    ['neuroplastic', 'learningRate 0.1', '87.50', 'yes'],
  ])
})

test('says whether every pattern of signs was counted', () => {
  const note = (seeds: number) =>
    reportOf(resultOf(runsOf(seeds, {}, ['neuroplastic', 'alpha-one']))).tables.find(({ id }) => id === 'comparisons')
      ?.note
  expect(note(16)).toContain('exact two-sided sign-flip test')
  expect(note(17)).toContain(
    'two-sided sign-flip test, exact up to 16 seeds, from a sample of the patterns of signs above',
  )
})

test('ends of bands are a standard deviation off in the rows, however they are drawn', () => {
  const accuracies = [0.9999, 0.6]
  const losses = (rate: number) =>
    accuracies.map((final, seed) =>
      completed(spec('adam', seed, { settings: { learningRate: rate } }), rate === 1 ? final - 0.5 : final, epoch =>
        diagnostics(epoch, 1),
      ),
    )
  const { figures } = reportOf(resultOf([0.1, 1].flatMap(losses), { selection: 'all' }))
  const [stability] = figures.find(({ id }) => id === 'stability')?.rows ?? []
  expect(stability?.low).toBeCloseTo(Number(stability?.loss) - Number(stability?.sd), 12)
  expect(stability?.low).toBeLessThan(0)
})

test('a log axis leaves no row out of the CSV', async () => {
  const run = completed(spec('neuroplastic', 0), 0.8, epoch => ({
    ...diagnostics(epoch, 1),
    stepNorm: epoch === 1 ? 0 : 10 ** -epoch,
  }))
  const files = await written(resultOf([run]))
  const steps = readRecords(files['figures/norms.csv'] as string).filter(({ quantity }) => quantity?.startsWith('step'))
  expect(steps.map(({ epoch }) => epoch)).toEqual(['1', '2', '3', '4', '5', '6'])
  expect(files['figures/norms.svg']).not.toMatch(/NaN|Infinity/)
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
