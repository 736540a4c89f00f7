/** What `updateNormBound` proves. */
import { describe, expect, test } from 'vitest'
import * as plastax from '../../../src/index.js'
import { chain, clamp, homeostasis, neuroPlastic, scaleByAdam, stateless } from '../../../src/index.js'
import { updateNormBound } from '../../../src/interpret/analysis.js'

describe('the norm of an update', () => {
  test('is capped by homeostasis and by clipping the norm', () => {
    expect(updateNormBound(homeostasis({ maxUpdateNorm: 2, targetRms: 100, adaptationRate: 1 }))).toEqual({
      kind: 'bounded',
      maxNorm: 3,
    })
    const bound = updateNormBound(
      neuroPlastic({ learningRate: 0.1, weightDecay: 0.1, homeostasis: { maxUpdateNorm: 3 } }),
    )
    expect(bound.kind === 'bounded' && bound.maxNorm).toBeCloseTo(0.3 * (1 + 0.01 * (0.02 - 1e-4)), 12)
    expect(updateNormBound(chain(scaleByAdam(), plastax.clipByNorm(0.5)))).toEqual({ kind: 'bounded', maxNorm: 0.5 })
  })

  test('of elements in bounds is bounded for a known size', () => {
    expect(updateNormBound(clamp(-1, 1), { shapes: { w: [3, 3] } })).toEqual({ kind: 'bounded', maxNorm: 3 })
    expect(updateNormBound(clamp(-1, 1)).kind).toBe('unbounded')
  })

  test('has no bound where nothing caps it', () => {
    expect(updateNormBound(neuroPlastic({ decoupledWeightDecay: true, weightDecay: 0.1 }))).toMatchObject({
      kind: 'unbounded',
      blame: { operation: 'input', formula: 'p' },
    })
    expect(updateNormBound(stateless(updates => updates)).kind).toBe('unbounded')
  })
})
