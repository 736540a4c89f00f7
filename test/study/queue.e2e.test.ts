import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { RunRecord } from '../../src/study/types.js'
import { build, plastax, start } from '../cli/build.js'
import { hasRedis, startRedis, type TestRedis } from './redis.js'

const definition = `
import { defineStudy, variants } from 'plastax/study'
export default defineStudy({
  name: 'mine',
  variants: { adam: variants.adam, plastic: variants.neuroplastic },
  against: ['adam'],
  data: ['blobs'],
  selection: 'fixed',
  controls: false,
  seeds: 1,
  epochs: 6,
  batchSize: 16,
})
`
// Shorter would be quicker, but on a machine that is busy with other tests a worker that lives may seem dead.
const LOCK_SECONDS = 4

/** A worker process, and what it said. */
interface Working {
  readonly child: ChildProcess
  readonly end: Promise<{ readonly code: number | null; readonly stderr: string }>
  readonly said: () => string
}

const startWorker = (args: readonly string[]): Working => {
  const { child, end } = start(['study', 'worker', ...args])
  let text = ''
  child.stderr?.on('data', chunk => {
    text += chunk
  })
  return { child, end, said: () => text }
}

const records = async (out: string): Promise<Readonly<Record<string, unknown>>> => {
  const ids = await readdir(join(out, 'runs'))
  const timeless = ({ epochs, ...record }: RunRecord) => ({
    ...record,
    epochs: epochs.map(({ seconds: _, evaluationSeconds: __, ...epoch }) => epoch),
  })
  const read = async (id: string) =>
    [id, timeless(JSON.parse(await readFile(join(out, 'runs', id, 'summary.json'), 'utf8')) as RunRecord)] as const
  return Object.fromEntries(await Promise.all(ids.map(read)))
}

interface LoggedEvent {
  readonly event: string
  readonly epoch?: number
}

const eventsOf = async (out: string, id: string): Promise<readonly LoggedEvent[]> =>
  (await readFile(join(out, 'runs', id, 'events.jsonl'), 'utf8').catch(() => ''))
    .trim()
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as LoggedEvent)

describe.skipIf(!hasRedis)('workers in processes of their own', () => {
  let redis: TestRedis
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plastax-queue-e2e-'))
    await writeFile(join(folder, 'mine.ts'), definition)
    redis = await startRedis()
    await build()
  }, 120_000)
  afterAll(async () => {
    await redis.stop()
    await rm(folder, { recursive: true, force: true })
  })

  test('a worker that is killed has its run taken over, and nothing comes out differently', async () => {
    const study = join(folder, 'mine.ts')
    const [local, out] = [join(folder, 'local'), join(folder, 'out')]
    const worker = () =>
      startWorker(['--redis', redis.url, '--study', study, '--concurrency', '1', '--lock', String(LOCK_SECONDS)])
    const workers = [worker(), worker()] as const
    const submitted = start(['study', 'run', study, '--out', out, '--engine', 'bullmq', '--redis', redis.url])

    // Whichever took the first run dies in the middle of it.
    const taken = (working: Working) => /^took (\S+)$/m.exec(working.said())?.[1]
    await vi.waitFor(() => expect(workers.some(working => taken(working))).toBe(true), { timeout: 60_000 })
    const victim = workers.find(working => taken(working)) as Working
    const id = taken(victim) as string
    await vi.waitFor(async () => expect(await redis.client.keys(`plastax:run:*${id}:checkpoint`)).toHaveLength(1), {
      timeout: 60_000,
      interval: 20,
    })
    victim.child.kill('SIGKILL')
    await once(victim.child, 'exit')
    expect(victim.said()).not.toContain(`finished ${id}`)

    // While its lock runs out: what comes out where nobody is disturbed.
    const undisturbed = plastax('study', 'run', study, '--out', local, '--workers', '1')
    const { code, stderr } = await submitted.end
    expect(stderr).not.toMatch(/\n {4}at /)
    expect(code).toBe(0)
    const resumed = (await eventsOf(out, id)).filter(({ event }) => event === 'resumed')
    expect(resumed).toHaveLength(1)
    expect(resumed[0]?.epoch).toBeGreaterThan(0)
    expect((await eventsOf(out, id)).at(-1)).toMatchObject({ event: 'finished' })

    expect((await undisturbed).code).toBe(0)
    expect(await records(out)).toEqual(await records(local))
    expect(await redis.lasting()).toEqual([])

    const survivor = workers.find(working => working !== victim) as Working
    survivor.child.kill('SIGINT')
    expect((await survivor.end).code).toBe(0)
  })

  test('a thread refuses a file that was edited after its worker read it', async () => {
    const study = join(folder, 'edited.ts')
    const settings = 'settings: { learningRate: isMainThread ? 0.1 : 0.2 }'
    const edited = definition
      .replace("'mine'", "'edited'")
      .replace('variants.adam,', `{ ...variants.adam, ${settings} },`)
    await writeFile(study, `import { isMainThread } from 'node:worker_threads'${edited}`)
    const worker = startWorker(['--redis', redis.url, '--study', study, '--concurrency', '1'])
    const args = ['--out', join(folder, 'edited'), '--engine', 'bullmq', '--redis', redis.url]
    const { code, stderr } = await plastax('study', 'run', study, ...args)
    worker.child.kill('SIGINT')
    await worker.end
    expect(code).toBe(1)
    expect(stderr).toContain(`failed: '${study}' has changed since the worker was started; start it again`)
  })
})
