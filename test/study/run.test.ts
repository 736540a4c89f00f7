import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { adam } from '../../src/optimizers/index.js'
import { changed, defineStudy } from '../../src/study/define.js'
import type { Engine } from '../../src/study/engine.js'
import { folderStore, runFolder } from '../../src/study/folder.js'
import { manifestOf, readManifest, resultOf } from '../../src/study/manifest.js'
import { runStudy, type StudyEvents } from '../../src/study/run.js'
import type { PlannedRun, RunRecord, Study } from '../../src/study/types.js'
import { epochResult } from './runs.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plastax-study-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const row = (learningRate: number) => ({ role: 'baseline' as const, settings: { learningRate }, transform: adam })
const { study } = defineStudy({ name: 'two', variants: { a: row(0.1), b: row(1) }, seeds: 2, epochs: 1 })
const request = { study: 'two', quick: false, asPublished: false }
const context = { request, fingerprint: 'f' }
const silent: StudyEvents = {
  stage: () => undefined,
  progress: () => undefined,
  finished: () => undefined,
  failed: () => undefined,
}

/** Scores a run by its learning rate alone, best at `best`; some runs fail or diverge. */
const fake = (
  {
    best = 0.32,
    fails = () => false,
    diverges = () => false,
  }: {
    readonly best?: number
    readonly fails?: (run: PlannedRun) => boolean
    readonly diverges?: (run: PlannedRun) => boolean
  } = {},
  seen: string[] = [],
): Engine => ({
  run: async (runs, events) => {
    for (const run of runs) {
      seen.push(run.id)
      const store = await folderStore(folder, run)
      if (fails(run)) {
        await store.log({ event: 'failed', reason: 'the data is not there' })
        events.failed(run, 'the data is not there')
        continue
      }
      const accuracy = 1 / (1 + Math.abs(Math.log(run.spec.settings.learningRate / best)))
      const record: RunRecord = {
        ...run,
        outcome: diverges(run) ? { status: 'diverged', epoch: 1, step: 1, reason: 'NaN' } : { status: 'completed' },
        epochs: [epochResult(1, accuracy)],
        parameters: 1,
        stateBytes: 1,
        versions: {},
      }
      await store.finish(record)
      events.finished(record)
    }
  },
  close: async () => undefined,
})

const go = (what: Study, engine: Engine) =>
  runStudy(what, context, folder, engine, silent, new AbortController().signal)

test('settings are tuned on examples put aside, the best of the candidates is run on the test set', async () => {
  const seen: string[] = []
  const manifest = await go(study, fake({}, seen))
  // Five candidates, two seeds, two variants; then two variants with two seeds.
  expect(manifest.tuning).toHaveLength(20)
  expect(seen).toHaveLength(24)
  expect(manifest.tuning.every(({ spec }) => spec.validation === 0.1 && spec.seed >= 1000)).toBe(true)
  const { runs, choices, missing } = await resultOf(folder, manifest)
  expect(choices.map(({ variant, settings }) => [variant, settings.learningRate])).toEqual([
    ['a', 0.32],
    ['b', 0.32],
  ])
  expect(runs.map(({ spec }) => [spec.variant, spec.seed, spec.settings.learningRate, spec.validation])).toEqual([
    ['a', 0, 0.32, 0],
    ['b', 0, 0.32, 0],
    ['a', 1, 0.32, 0],
    ['b', 1, 0.32, 0],
  ])
  expect(missing).toEqual([])
  expect(await readManifest(folder)()).toEqual(E.right(manifest))
})

test('what is finished is not done again, and what failed is', async () => {
  const broken = (run: PlannedRun) => run.spec.variant === 'b' && run.spec.seed === 1
  const halfway = await go(study, fake({ fails: broken }))
  const before = await resultOf(folder, halfway)
  expect(before.runs).toHaveLength(3)
  expect(before.missing).toEqual([{ id: halfway.final[3]!.id, reason: 'the data is not there' }])

  const seen: string[] = []
  const after = await resultOf(folder, await go(study, fake({}, seen)))
  expect(seen).toEqual([halfway.final[3]!.id])
  expect(after.missing).toEqual([])
})

test.each(['null', '{}', '{"id": '])('a damaged record is done again, and that is said: %s', async text => {
  const manifest = await go(study, fake())
  const { id } = manifest.final[1]!
  await writeFile(join(runFolder(folder, id), 'summary.json'), text)
  await writeFile(join(runFolder(folder, id), 'events.jsonl'), 'null\n')
  expect((await resultOf(folder, manifest)).missing).toEqual([
    {
      id,
      reason: expect.stringMatching(/^its record is damaged \(.*\): it counts as not finished, and is done again$/),
    },
  ])

  const [seen, told]: [string[], string[]] = [[], []]
  const events = { ...silent, damaged: (run: PlannedRun) => void told.push(run.id) }
  const again = await runStudy(study, context, folder, fake({}, seen), events, new AbortController().signal)
  expect([seen, told]).toEqual([[id], [id]])
  expect((await resultOf(folder, again)).missing).toEqual([])
  expect(await readFile(join(runFolder(folder, id), 'events.jsonl'), 'utf8')).toMatch(/"event":"damaged","reason":"/)
})

const spoiled = (change: object) =>
  JSON.stringify({ ...manifestOf(study, context, { tuning: [], final: [], choices: [] }), ...change })
test.each([
  ['null', 'null', /it must be an object/],
  ['a list', '[]', /it must be an object/],
  [
    'another layout',
    spoiled({ format: 'plastax study 9' }),
    /format must be one of 'plastax study 1', 'plastax study 2'; got 'plastax study 9'/,
  ],
  ['no runs', spoiled({ final: [null] }), /final\[0\] must be an object; got null/],
  ['a run whose folder is elsewhere', spoiled({ final: [{ id: '..' }] }), /final\[0\].id must be the name of a folder/],
  ['no variants', spoiled({ variants: { a: null } }), /variants.a must be an object/],
])('what is no manifest is said to be none: %s', async (_, text, reason) => {
  await writeFile(join(folder, 'study.json'), text)
  expect(await readManifest(folder)()).toEqual(E.left(expect.stringMatching(reason)))
})

test('nothing is chosen among the candidates that happened not to fail', async () => {
  const manifest = await go(
    study,
    fake({ fails: ({ spec }) => spec.stage === 'tune' && spec.settings.learningRate === 0.1 }),
  )
  expect(manifest.choices).toEqual([])
  const { runs, missing } = await resultOf(folder, manifest)
  expect(runs).toEqual([])
  const reason = 'no settings could be chosen: the data is not there'
  expect(missing).toEqual(manifest.final.map(({ id }) => ({ id, reason })))
})

test('nothing is chosen on the test set while a run is missing', async () => {
  const { choices, final } = await go(
    changed(study, { selection: 'test' }),
    fake({ fails: ({ spec }) => spec.seed === 1 && spec.settings.learningRate === 0.1 }),
  )
  expect(choices).toEqual([])
  expect(final.length).toBeGreaterThan(0)
})

test('a setting that diverges on one seed is not chosen', async () => {
  const wild = ({ spec }: PlannedRun) =>
    spec.stage === 'tune' && spec.settings.learningRate === 0.32 && spec.seed === 1001
  const { choices } = await go(study, fake({ diverges: wild }))
  expect(choices.map(({ settings }) => settings.learningRate)).toEqual([1, 1])
})

test('fixed settings need no tuning; all and test run every candidate, and test says which was best', async () => {
  expect(
    (await go(changed(study, { selection: 'fixed' }), fake())).final.map(({ spec }) => spec.settings.learningRate),
  ).toEqual([0.1, 1, 0.1, 1])
  const all = await go(changed(study, { selection: 'all' }), fake())
  expect([all.tuning.length, all.final.length, all.choices.length]).toEqual([0, 20, 0])
  const test = await go(changed(study, { selection: 'test' }), fake())
  expect(test.choices.map(({ settings }) => settings.learningRate)).toEqual([0.32, 0.32])
})
