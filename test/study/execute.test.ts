/** One run, from its store to its record. */
import { beforeAll, expect, test } from 'vitest'
import { defineStudy } from '../../src/study/define.js'
import type { RunEvent, RunStore } from '../../src/study/engine.js'
import { executeRun } from '../../src/study/execute.js'
import { finalRuns, givenSettings } from '../../src/study/plan.js'
import type { PlannedRun, RunRecord } from '../../src/study/types.js'
import { variants } from '../../src/study/variants.js'
import { useWasm } from '../../src/wasm/index.js'

beforeAll(() => useWasm())

const { study } = defineStudy({
  name: 'one',
  variants: { adam: variants.adam },
  data: ['blobs'],
  seeds: 2,
  epochs: 2,
  selection: 'fixed',
  diagnosticsEvery: 0,
})
const [first, second] = finalRuns(study, givenSettings(study)) as [PlannedRun, PlannedRun]

/** A store in memory that begins with a checkpoint. */
const storeWith = (checkpoint?: Uint8Array) => {
  const events: RunEvent[] = []
  const saved: Uint8Array[] = checkpoint ? [checkpoint] : []
  const store: RunStore = {
    checkpoint: async () => saved.at(-1),
    save: async bytes => void saved.push(bytes),
    log: async event => void events.push(event),
    finish: async () => undefined,
  }
  return { store, events, saved }
}

const losses = ({ epochs }: RunRecord) => epochs.map(({ trainLoss, testLoss }) => [trainLoss, testLoss])

test('goes on from its checkpoint, and begins anew where that is of another run or no checkpoint at all', async () => {
  const whole = storeWith()
  const record = await executeRun(study, first, whole.store)
  expect(record.epochs).toHaveLength(2)
  const [halfway] = whole.saved

  const resumed = storeWith(halfway)
  expect(losses(await executeRun(study, first, resumed.store))).toEqual(losses(record))
  expect(resumed.events[0]).toMatchObject({ event: 'resumed', epoch: 1 })
  expect(resumed.saved).toHaveLength(2)

  const other = storeWith(halfway)
  const fresh = losses(await executeRun(study, second, storeWith().store))
  expect(losses(await executeRun(study, second, other.store))).toEqual(fresh)
  expect(other.events.slice(0, 2)).toMatchObject([
    { event: 'resumed' },
    { event: 'started', epoch: 0, reason: 'the run cannot be resumed: the checkpoint has seed 0, and this run has 1' },
  ])

  const damaged = storeWith(halfway?.subarray(0, 100))
  expect(losses(await executeRun(study, first, damaged.store))).toEqual(losses(record))
  expect(damaged.events[0]).toMatchObject({ event: 'started', epoch: 0 })
})
