import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { folderStore, lastFailure, readRecord, runFolder } from '../../src/study/folder.js'
import { fromJson } from '../../src/study/json.js'
import { lockFolder } from '../../src/study/lock.js'
import { epochResult, plannedRun, record } from './runs.js'

let study: string
beforeEach(async () => {
  study = await mkdtemp(join(tmpdir(), 'plastax-study-'))
})
afterEach(() => rm(study, { recursive: true, force: true }))

const run = plannedRun('adam', 0)
const inRun = (file: string) => join(runFolder(study, run.id), file)
const eventsOf = async () => (await readFile(inRun('events.jsonl'), 'utf8')).split('\n').slice(0, -1)

test('a run has its configuration from the start, and its record only once it is finished', async () => {
  const store = await folderStore(study, run)
  const config = fromJson(await readFile(inRun('config.json'), 'utf8')) as object
  expect(config).toMatchObject({ ...run, versions: { node: process.versions.node } })
  expect(await store.checkpoint()).toBeUndefined()
  expect(await readRecord(study, run)).toBeUndefined()

  await store.save(Uint8Array.of(1, 2, 3))
  await store.save(Uint8Array.of(4))
  expect([...((await store.checkpoint()) ?? [])]).toEqual([4])
  expect(await readRecord(study, run)).toBeUndefined()

  const finished = record('adam', 0, [0.8, Number.NaN])
  await store.finish(finished)
  expect(await readRecord(study, run)).toEqual(finished)
  expect((await readdir(runFolder(study, run.id))).sort()).toEqual(['checkpoint.bin', 'config.json', 'summary.json'])
})

test('events are appended, each on a line, also after one that was cut short', async () => {
  const store = await folderStore(study, run)
  await store.log({ event: 'epoch', result: epochResult(1, 0.5) })
  await appendFile(inRun('events.jsonl'), '{"event":"epo')
  await (await folderStore(study, run)).log({ event: 'failed', reason: 'no data' })
  const lines = await eventsOf()
  expect(lines).toHaveLength(3)
  expect(fromJson(lines[0]!)).toMatchObject({ event: 'epoch', result: { epoch: 1, testAccuracy: 0.5 } })
  expect(lines[1]).toBe('{"event":"epo')
  expect(await lastFailure(study, run)).toBe('no data')
  await store.log({ event: 'finished' })
  expect(await lastFailure(study, run)).toBeUndefined()
})

test('a damaged record is none, so that the run is done again', async () => {
  const store = await folderStore(study, run)
  await store.finish(record('adam', 0, [0.8]))
  await writeFile(inRun('summary.json'), '{"id": ')
  expect(await readRecord(study, run)).toBeUndefined()
})

test('what a killed process left half written is cleared away', async () => {
  await folderStore(study, run)
  await writeFile(inRun('.checkpoint.bin.0b2c.tmp'), 'half')
  await folderStore(study, run)
  expect(await readdir(runFolder(study, run.id))).toEqual(['config.json'])
})

test('a folder has one process at a time; one that is gone counts no more', async () => {
  const release = await lockFolder(study)
  await release()
  await writeFile(join(study, 'lock'), String(process.ppid))
  await expect(lockFolder(study)).rejects.toThrow(`'${study}' is in use by process ${process.ppid}`)
  // No process has a number as large as that.
  for (const gone of ['999999999', '']) {
    await writeFile(join(study, 'lock'), gone)
    await (await lockFolder(study))()
    expect(await readdir(study)).toEqual([])
  }
})
