/** A study that is killed at any moment, again and again, ends as one that nobody disturbed. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunRecord } from '../../src/study/types.js'
import { build, start } from '../cli/build.js'

// Each takes some seconds: PLASTAX_KILLS=20 asks for more.
const KILLS = Number(process.env.PLASTAX_KILLS ?? 10)

// Some seconds of work in one thread, in epochs of a few tens of milliseconds, with both stages.
const module = `
import { defineStudy, variants } from 'plastax/study'
const { neuroplastic, adam } = variants
const candidates = [{ learningRate: 0.03 }, { learningRate: 0.001 }]
export default defineStudy({
  name: 'restless',
  variants: { neuroplastic: { ...neuroplastic, candidates }, adam: { ...adam, candidates } },
  data: ['blobs'],
  controls: false,
  seeds: 2,
  epochs: 15,
  tuning: { seeds: 1, epochs: 4 },
})
`

let folder: string
let file: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plastax-kill-'))
  file = join(folder, 'restless.ts')
  await writeFile(file, module)
  await build()
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const study = (out: string) => start(['study', 'run', file, '--out', join(folder, out), '--workers', '1'])

const withoutTimes = (record: RunRecord) => ({
  ...record,
  epochs: record.epochs.map(({ seconds: _, evaluationSeconds: __, ...epoch }) => epoch),
})

const summaries = async (out: string) => {
  const runs = join(folder, out, 'runs')
  const names = (await readdir(runs)).sort()
  const texts = await Promise.all(names.map(name => readFile(join(runs, name, 'summary.json'), 'utf8')))
  return texts.map(text => withoutTimes(JSON.parse(text) as RunRecord))
}

const eventsOf = async (out: string): Promise<readonly { readonly event: string; readonly epoch?: number }[]> => {
  const runs = join(folder, out, 'runs')
  const logs = (await readdir(runs)).map(name => readFile(join(runs, name, 'events.jsonl'), 'utf8').catch(() => ''))
  return (await Promise.all(logs)).flatMap(text =>
    text.split('\n').flatMap(line => {
      try {
        return [JSON.parse(line) as { readonly event: string }]
      } catch {
        return []
      }
    }),
  )
}

const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

test(`killed ${KILLS} times at random, a study ends as one that nobody disturbed`, async () => {
  const began = performance.now()
  const undisturbed = await study('undisturbed').end
  // A machine that is busy is as much slower with all of it.
  const whole = performance.now() - began
  expect(undisturbed).toMatchObject({ code: 0 })

  let killed = 0
  for (let i = 0; i < KILLS; i++) {
    const { child, end } = study('killed')
    await pause(whole * (0.02 + 0.48 * Math.random()))
    child.kill('SIGKILL')
    if ((await end).signal === 'SIGKILL') killed += 1
  }
  const last = await study('killed').end
  expect(last, last.stderr).toMatchObject({ code: 0 })

  expect(await summaries('killed')).toEqual(await summaries('undisturbed'))
  expect(killed).toBeGreaterThan(0)
  const events = await eventsOf('killed')
  expect(events.some(({ event, epoch = 0 }) => event === 'resumed' && epoch > 0)).toBe(true)
  // Each kill cost at most the epoch under way; nothing that was done was done again.
  const epochs = (await summaries('undisturbed')).flatMap(record => record.epochs).length
  expect(events.filter(({ event }) => event === 'epoch').length).toBeLessThanOrEqual(epochs + killed)
})
