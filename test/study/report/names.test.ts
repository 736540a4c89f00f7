/** Variants may be called whatever a name may be, also what every object has already. */
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeReport } from '../../../src/study/report/write.js'
import type { Role } from '../../../src/study/types.js'
import { completed, diagnostics, noise, resultOf, spec } from '../fixtures.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plastax-names-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const names = [...Object.getOwnPropertyNames(Object.prototype), 'prototype', 'NaN', 'null', 'datum', 'shown', '7']

/** Half of them with plasticity, on two fractions. */
const result = resultOf(
  [0.1, 1].flatMap(fraction =>
    names.flatMap(name =>
      [0, 1].map(seed => {
        const given = spec(name, seed, { fraction, epochs: 2 })
        return completed(given, 0.8 + 0.01 * noise(name, seed), epoch => diagnostics(epoch, 1))
      }),
    ),
  ),
  {
    variants: Object.fromEntries(
      names.map((name, i) => [name, { role: (i % 3 === 0 ? 'plasticity' : 'baseline') as Role, description: name }]),
    ),
    against: names.filter((_, i) => i % 3 !== 0),
  },
)

test('a report of variants with names that every object has is written, with each of them', async () => {
  const written = await writeReport(result, join(folder, 'report'))()
  expect(written).toEqual(E.right(expect.any(Array)))
  const figures = await readdir(join(folder, 'report/figures'))
  expect(figures.filter(name => /^(gap|alpha-histogram|ranking).*svg$/.test(name)).length).toBeGreaterThan(4)
  const ranking = await readFile(join(folder, 'report/figures/ranking.svg'), 'utf8')
  for (const name of names) expect(ranking).toContain(`>${name}</text>`)
  // In the order of the table; numbers stand at an axis before.
  const table = (await readFile(join(folder, 'report/tables/ranking.csv'), 'utf8')).split('\n').slice(1, -1)
  const places = table.map(line => ranking.lastIndexOf(`>${line.split(',')[0]}</text>`))
  expect(places).toEqual(places.toSorted((a, b) => a - b))
})

test('a report folder that is a link out of its study is refused', async () => {
  const elsewhere = await mkdtemp(join(tmpdir(), 'plastax-elsewhere-'))
  await writeFile(join(elsewhere, 'report.html'), 'mine')
  await symlink(elsewhere, join(folder, 'report'))
  expect(await writeReport(resultOf([]), join(folder, 'report'))()).toEqual(
    E.left(expect.stringMatching(/^cannot write the report to .* is a link that leads out of/)),
  )
  expect(await readdir(elsewhere)).toEqual(['report.html'])
  expect(await readFile(join(elsewhere, 'report.html'), 'utf8')).toBe('mine')
  await rm(elsewhere, { recursive: true })
})
