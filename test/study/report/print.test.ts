/** A report on paper: every figure of every cell, every part that can be folded, and tables within the page's edges. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { page as html } from '../../../src/study/report/page.js'
import { type Report, reportOf } from '../../../src/study/report/report.js'
import { findChromium, launch } from '../../browser/chromium.js'
import { resultOf, runsOf } from '../fixtures.js'

const executable = findChromium()
if (executable === undefined) console.warn('no chromium: tests of printed reports are skipped')

// A landscape page of A4 or Letter, without its margins: what is laid out for paper fits the narrower.
const paper = { width: 960, height: 680 }

describe.skipIf(executable === undefined)('a printed report of three cells', () => {
  let browser: Browser
  let page: Page
  let folder: string
  let report: Report
  beforeAll(async () => {
    const made = reportOf(resultOf([0.1, 0.25, 1].flatMap(fraction => runsOf(5, { fraction }))))
    // A table wider than any paper, of numbers that cannot be wrapped.
    const wide = Array.from({ length: 40 }, (_, i) => ({ head: `column ${i}`, numeric: true }))
    const row = wide.map((_, i) => `${i}.123456`)
    const tables = [...made.tables, { id: 'wide', title: 'Wide', note: 'Wide', columns: wide, rows: [row] } as never]
    report = { ...made, tables }
    folder = await mkdtemp(join(tmpdir(), 'plastax-print-'))
    await writeFile(join(folder, 'report.html'), await html(report))
    browser = await launch(executable as string)
    page = await browser.newPage({ viewport: paper })
    // Long before the figures are drawn one after another.
    await page.goto(pathToFileURL(join(folder, 'report.html')).href, { waitUntil: 'commit' })
    await page.waitForSelector('.plot svg', { state: 'attached' })
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await rm(folder, { recursive: true, force: true })
  })

  /** What is asked of the page while it is as on paper; as text, since a function is sent as it was compiled for Node. */
  const printed = async <T>(question: string): Promise<T> => {
    await page.emulateMedia({ media: 'print' })
    await page.evaluate("dispatchEvent(new Event('beforeprint'))")
    const answer = await page.evaluate(question)
    await page.evaluate("dispatchEvent(new Event('afterprint'))")
    await page.emulateMedia({ media: null })
    return answer as T
  }

  test('has a drawing of each figure in each cell, under the name of its cell', async () => {
    const drawn = await printed<readonly string[]>(
      "[...document.querySelectorAll('.plot')].filter(plot => plot.querySelector('svg')).map(plot => plot.dataset.figure)",
    )
    expect([...drawn].map(Number).toSorted((a, b) => a - b)).toEqual(report.figures.map((_, i) => i))
    const names = await printed<readonly string[]>("[...document.querySelectorAll('figure p')].map(p => p.textContent)")
    const { figures } = report
    // One that is alone under its title has its cell beside it, on the screen as well.
    const several = figures.flatMap(({ title, cell }) =>
      cell !== undefined && figures.filter(other => other.title === title).length > 1 ? [cell] : [],
    )
    expect([...names].toSorted()).toEqual(several.toSorted())
  })

  test('has every part unfolded, and the colours of the variants', async () => {
    expect(await printed("document.querySelectorAll('details:not([open])').length")).toBe(0)
    expect(await printed("document.querySelector('.switches label').getBoundingClientRect().height > 0")).toBe(true)
  })

  test('has nothing beyond the edge of the page', async () => {
    const beyond = await printed<readonly string[]>(
      `[...document.querySelectorAll('main *')].filter(x => x.getBoundingClientRect().right > ${paper.width + 1}).map(x => x.outerHTML.slice(0, 80))`,
    )
    expect(beyond).toEqual([])
    expect(
      await printed(
        "[...document.querySelectorAll('.scroll')].filter(x => x.scrollHeight > x.clientHeight + 1).length",
      ),
    ).toBe(0)
  })

  test('is as before afterwards', async () => {
    const state =
      "[document.querySelectorAll('details[open]').length, document.querySelectorAll('.plot').length, document.querySelectorAll('figure p').length].join()"
    const before = await page.evaluate(state)
    await printed('0')
    expect(await page.evaluate(state)).toBe(before)
  })

  test('is on paper when the browser prints it', async () => {
    const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1')
    expect(pdf.match(/\/Type\s*\/Page\b/g)?.length).toBeGreaterThan(report.figures.length / 3)
    expect(pdf).toMatch(/MediaBox \[0 0 (79[12]|84[12])/)
  })
})
