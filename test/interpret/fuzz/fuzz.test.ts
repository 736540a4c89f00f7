/** Random programs: the interpreters give what an evaluator says that shares no code with them, and leave all else alone. */
import * as tf from '@tensorflow/tfjs'
import * as fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { useWasm } from '../../../src/wasm/index.js'
import { seed } from '../../support/seed.js'
import { arbitraryTrial } from './arbitrary.js'
import { wrong } from './check.js'
import { renew } from './heap.js'

beforeAll(async () => {
  await tf.setBackend('cpu')
  await useWasm()
})

const runs = Number(process.env.PLASTAX_PROGRAMS ?? 5000)

test(`${runs} programs mean the same to every interpreter`, async () => {
  await fc.assert(
    fc
      .asyncProperty(arbitraryTrial, async trial => {
        expect(wrong(trial)).toBe(undefined)
      })
      .beforeEach(renew),
    { numRuns: runs, seed },
  )
}, 600_000)
