import { randomUUID } from 'node:crypto'
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
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

// No process has a number as large as that.
const goneHere = () => `999999999 ${hostname()} ${randomUUID()}`

test('a folder has one process at a time; one of this machine that is gone counts no more', async () => {
  const release = await lockFolder(study)
  await expect(lockFolder(study)).rejects.toThrow(`'${study}' is in use by process ${process.pid} on ${hostname()}; `)
  await release()
  expect(await readdir(study)).toEqual([])
  // The second had the number of this process, as in a container that was started again.
  for (const gone of [goneHere(), `${process.pid} ${hostname()} ${randomUUID()}`]) {
    await writeFile(join(study, 'lock'), gone)
    await (await lockFolder(study))()
    expect(await readdir(study)).toEqual([])
  }
})

test.each(['7 elsewhere 0b2c', '7'])('a lock that nobody here can judge stays: %s', async lock => {
  const file = join(study, 'lock')
  await writeFile(file, lock)
  await expect(lockFolder(study)).rejects.toThrow(
    /process 7 on (elsewhere|an unknown machine); .* or remove '.*lock' if/,
  )
  expect(await readFile(file, 'utf8')).toBe(lock)
})

test('of all who find a stale lock one takes it, also where one died on taking it', async () => {
  for (let i = 0; i < 50; i++) {
    const [lock, claim] = [goneHere(), goneHere()]
    await writeFile(join(study, 'lock'), lock)
    if (i % 2 === 0) await writeFile(join(study, `lock.${lock.split(' ')[2]}`), claim)
    const taken = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(study)))
    const [first, ...others] = taken.flatMap(result => (result.status === 'fulfilled' ? [result.value] : []))
    expect(others).toEqual([])
    expect(await readdir(study)).toEqual(['lock'])
    await first?.()
    expect(await readdir(study)).toEqual([])
  }
})

test("only one's own lock is let go of", async () => {
  const release = await lockFolder(study)
  const other = `${process.ppid} ${hostname()} ${randomUUID()}`
  await writeFile(join(study, 'lock'), other)
  await release()
  expect(await readFile(join(study, 'lock'), 'utf8')).toBe(other)
})
