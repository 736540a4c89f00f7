import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as E from 'fp-ts/lib/Either.js'
import * as O from 'fp-ts/lib/Option.js'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { folderStore, lastFailures, logFailure, readRecord, runFolder } from '../../src/study/folder.js'
import { lockFolder } from '../../src/study/lock.js'
import { writeManifest } from '../../src/study/manifest.js'
import { epochResult, plannedRun, record } from './runs.js'

let study: string
beforeEach(async () => {
  study = await mkdtemp(join(tmpdir(), 'plastax-study-'))
})
afterEach(() => rm(study, { recursive: true, force: true }))

const run = plannedRun('adam', 0, { epochs: 2 })
const found = (readRun = run) => readRecord(study, readRun)()
const none = E.right(O.none)
const lastFailure = async () => (await lastFailures(study, [run])).get(run.id)
const inRun = (file: string) => join(runFolder(study, run.id), file)
const eventsOf = async () => (await readFile(inRun('events.jsonl'), 'utf8')).split('\n').slice(0, -1)

test('a run has its configuration from the start, and its record only once it is finished', async () => {
  const store = await folderStore(study, run)
  const config = JSON.parse(await readFile(inRun('config.json'), 'utf8')) as object
  expect(config).toMatchObject({ ...run, versions: { node: process.versions.node } })
  expect(await store.checkpoint()).toBeUndefined()
  expect(await found()).toEqual(none)

  await store.save(Uint8Array.of(1, 2, 3))
  await store.save(Uint8Array.of(4))
  expect([...((await store.checkpoint()) ?? [])]).toEqual([4])
  expect(await found()).toEqual(none)

  const finished = record('adam', 0, [0.8, Number.NaN], { epochs: 2 })

  await store.finish(finished)
  expect(await found()).toEqual(E.right(O.some(finished)))
  // Nothing reads the checkpoint of a finished run any more.
  expect((await readdir(runFolder(study, run.id))).sort()).toEqual(['config.json', 'summary.json'])
})

test('a finished run keeps its checkpoint where that is asked for', async () => {
  const store = await folderStore(study, run, true)
  await store.save(Uint8Array.of(1, 2, 3))
  await store.finish(record('adam', 0, [0.7, 0.8], { epochs: 2 }))
  expect([...((await store.checkpoint()) ?? [])]).toEqual([1, 2, 3])
})

test('events are appended, each on a line, also after one that was cut short', async () => {
  const store = await folderStore(study, run)
  await store.log({ event: 'epoch', result: epochResult(1, 0.5) })
  await appendFile(inRun('events.jsonl'), '{"event":"epo')
  await (await folderStore(study, run)).log({ event: 'failed', reason: 'no data' })
  const lines = await eventsOf()
  expect(lines).toHaveLength(3)
  expect(JSON.parse(lines[0]!)).toMatchObject({ event: 'epoch', result: { epoch: 1, testAccuracy: 0.5 } })
  expect(lines[1]).toBe('{"event":"epo')
  expect(await lastFailure()).toBe('no data')
  await store.log({ event: 'finished' })
  expect(await lastFailure()).toBeUndefined()
})

const whole = record('adam', 0, [0.7, 0.8], { epochs: 2 })
const broken: readonly (readonly [string, unknown, RegExp])[] = [
  ['null', null, /it must be an object; got null/],
  ['a list', [], /it must be an object; got an array/],
  ['an empty object', {}, /id must be .*; spec must be .*; outcome must be .*; and \d more/],
  ['a number', 7, /got 7/],
  ['without a run', { ...whole, spec: undefined }, /spec must be an object/],
  ['an epoch that is null', { ...whole, epochs: [null, null] }, /epochs\[0\] must be an object; got null/],
  [
    'an accuracy in words',
    { ...whole, epochs: [{ ...whole.epochs[0], testAccuracy: '80 %' }, whole.epochs[1]] },
    /testAccuracy/,
  ],
  ['too few epochs', { ...whole, epochs: [whole.epochs[0]] }, /it is completed, and has 1 of 2 epochs/],
  ['no outcome', { ...whole, outcome: {} }, /outcome.status must be/],
  [
    'no diagnostics',
    { ...whole, epochs: whole.epochs.map(epoch => ({ ...epoch, diagnostics: {} })) },
    /diagnostics.steps is missing/,
  ],
  ['another run', { ...whole, id: 'sgd-0' }, /that of another run/],
  ['another seed', { ...whole, spec: { ...whole.spec, seed: 1 } }, /that of another run/],
  ['a name that leads away', { ...whole, id: '../../adam-0' }, /id must be the name of a folder/],
]
test.each(broken)('a record that is none of this run is damaged, and that is said: %s', async (_, value, reason) => {
  await folderStore(study, run)
  await writeFile(inRun('summary.json'), JSON.stringify(value))
  expect(await found()).toEqual(E.left(expect.stringMatching(reason)))
})

test.each(['', '{"id": ', 'no JSON', '['.repeat(1e5)])('nor is what is no JSON a record: %#', async text => {
  await folderStore(study, run)
  await writeFile(inRun('summary.json'), text)
  expect(await found()).toEqual(E.left(expect.any(String)))
})

test('a folder in the place of a record is said to be none', async () => {
  await folderStore(study, run)
  await mkdir(inRun('summary.json'))
  expect(await found()).toEqual(E.left(expect.stringMatching(/is no regular file/)))
})

test.each(['null', '7', '[]', '{}', '{"event":"failed"}', '{"event":"failed","reason":{}}', '', 'text'])(
  'a last event that is none says of no failure: %s',
  async line => {
    await folderStore(study, run)
    await writeFile(inRun('events.jsonl'), `${line}\n`)
    expect(await lastFailure()).toBeUndefined()
  },
)

test('why a run failed is kept in the folder of the study where that of the run cannot be made', async () => {
  await writeFile(join(study, 'runs'), 'no folder')
  await logFailure(study, run, 'no folder can be made')
  expect(await lastFailure()).toBe('no folder can be made')
  // What came later counts.
  await rm(join(study, 'runs'))
  await sleep(2)
  await (await folderStore(study, run)).log({ event: 'finished' })
  expect(await lastFailure()).toBeUndefined()
})

test('a link in a study folder that leads out of it is not written through', async () => {
  const elsewhere = await mkdtemp(join(tmpdir(), 'plastax-elsewhere-'))
  await writeFile(join(elsewhere, 'precious'), 'mine')
  const files = ['config.json', 'events.jsonl', 'checkpoint.bin', 'summary.json']
  await mkdir(runFolder(study, run.id), { recursive: true })
  for (const file of files) await symlink(join(elsewhere, 'precious'), inRun(file))
  await symlink(join(elsewhere, 'precious'), join(study, 'study.json'))
  const store = await folderStore(study, run)
  await store.save(Uint8Array.of(1))
  await store.log({ event: 'finished' })
  await store.finish(whole)
  await writeManifest(study, {} as never)
  expect(await readdir(elsewhere)).toEqual(['precious'])
  expect(await readFile(join(elsewhere, 'precious'), 'utf8')).toBe('mine')

  await rm(join(study, 'runs'), { recursive: true })
  await symlink(elsewhere, join(study, 'runs'))
  await expect(folderStore(study, run)).rejects.toThrow(/runs' is a link that leads out of/)
  await rm(elsewhere, { recursive: true })
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

test.each([
  ['a dangling link', (file: string) => symlink('nowhere', file)],
  ['a link', (file: string) => symlink('/etc/hostname', file)],
  ['a pipe', async (file: string) => void execFileSync('mkfifo', [file])],
  ['a folder', (file: string) => mkdir(file)],
])('what is no file is no lock, and nobody waits for it: %s', { timeout: 5000 }, async (_, make) => {
  const file = join(study, 'lock')
  await make(file)
  await expect(lockFolder(study)).rejects.toThrow(`'${file}' is no lock, but a link, a folder or a device; remove it`)
  expect(await readdir(study)).toEqual(['lock'])
})

test('a lock whose name is a path leads nowhere', async () => {
  await writeFile(join(study, 'lock'), `999999999 ${hostname()} /../../x`)
  await expect(lockFolder(study)).rejects.toThrow(/is in use by process 999999999 on/)
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
