/** The laws on the cpu backend, which is what a user has who selects none: no false alarm, and leaks are found there too. */
import * as tf from '@tensorflow/tfjs'
import * as fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { checkLaw, checkLaws, exempt, leakFree, showReport, subjectOf, type Trial } from '../../laws/index.js'
import * as P from '../../src/index.js'
import { quiet } from '../../src/wasm/index.js'
import { keepsAnIntermediate, keepsOneTensorOnce } from './broken.js'
import { perRow } from './settings.js'

beforeAll(async () => {
  quiet()
  await tf.setBackend('cpu')
})

const { chain, scaleByAdam } = P
const neverForgets = exempt('recovers from a huge gradient', 'its maximum never falls')

describe('on the cpu backend', () => {
  test.each([
    ['adam()', P.adam()],
    ['amsgrad()', P.amsgrad()],
    ['neuroPlastic()', P.neuroPlastic()],
    ['chain(trace(0.9), ema(0.9))', chain(P.trace(0.9), P.ema(0.9))],
  ] as readonly (readonly [string, P.GradientTransform<unknown>])[])(
    '%s, whose trees of zeros begin as one buffer, keeps the universal laws',
    (source, transform) => {
      const claims = source === 'amsgrad()' ? [neverForgets] : []
      const report = checkLaws(transform, claims, { ...perRow, source })
      expect(report.holds, showReport(report)).toBe(true)
    },
  )

  test('a tensor that is kept at each step is found', () => {
    const { violation } = checkLaw(leakFree, subjectOf(chain(scaleByAdam(), keepsAnIntermediate)), perRow)
    expect(violation?.message).toMatch(/left 1 tensors, 1 buffers/)
  })

  test('a tensor that is kept at the first step alone, when the zeros part, is found', () => {
    // The law itself: there is no second run in which to shrink.
    const [trial] = fc.sample(leakFree.trials, { seed: 1, numRuns: 1 }) as [Trial]
    const { broken } = leakFree.check(subjectOf(chain(scaleByAdam(), keepsOneTensorOnce())), trial)
    expect(broken?.message).toMatch(/left [1-9]\d* tensors, [1-9]\d* buffers/)
  })
})
