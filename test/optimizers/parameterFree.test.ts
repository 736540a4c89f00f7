/** Optimizers that find their step size, on a problem that they solve. */
import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import * as P from '../../src/index.js'

const valueAt = (params: P.Tensors): number => tf.tidy(() => (params.w as tf.Tensor).square().sum().dataSync()[0] ?? 0)

/** Descends the sum of squares from (1, 2, 3), and gives its values at what is to be evaluated. */
const descend = <S>(transform: P.GradientTransform<S>, steps: number): readonly number[] => {
  const optimizer = P.compile(transform)
  const params: P.Tensors = { w: tf.tensor1d([1, 2, 3]) }
  let now = { params, state: optimizer.init(params) }
  return Array.from({ length: steps }, () => {
    const grads = { w: (now.params.w as tf.Tensor).mul(2) }
    now = optimizer.step(now, grads, { loss: valueAt(now.params) })
    return valueAt(P.evaluationParams(transform, now.params, now.state))
  })
}

const close = (xs: readonly number[]) => xs.map(x => expect.closeTo(x, 5 - Math.ceil(Math.log10(x + 1))))

describe("what optax's documentation prints for the sum of squares", () => {
  test('dowg', () => {
    expect(descend(P.dowg(), 5)).toEqual(close([13.925367, 13.872763, 13.775433, 13.596172, 13.268837]))
  })

  test('momo', () => {
    expect(descend(P.momo(), 1)).toEqual([3.5])
  })

  test('scheduleFreeSgd, evaluated at its average', () => {
    const path = descend(P.scheduleFreeSgd(), 5)
    expect(path[0]).toBeCloseTo(14, 4)
    expect(path[1]).toBeLessThan(1e-10)
    for (const [i, x] of [0.996, 0.806, 0.241].entries()) expect(path[i + 2]).toBeCloseTo(x, 3)
  })

  test('scheduleFreeAdamw, evaluated at its average', () => {
    const path = descend(P.scheduleFreeAdamw({ learningRate: 1 }), 5)
    for (const [i, x] of [5, 3.05, 1.73, 0.894, 0.413].entries())
      expect(Math.abs((path[i] ?? 0) - x)).toBeLessThan(0.006)
  })
})

describe('without a step size, the sum of squares falls by', () => {
  test.each([
    ['prodigy', P.prodigy(), 300, 0.1],
    ['dadaptAdamw', P.dadaptAdamw(), 300, 0.1],
    ['dog', P.dog(), 300, 0.1],
    ['dog, layer-wise', P.dog({ layerwise: true }), 300, 0.1],
    ['dowg', P.dowg(), 100, 0.1],
    ['cocob', P.cocob(), 300, 0.1],
    ['momo', P.momo(), 50, 0.1],
    ['momoAdam', P.momoAdam({ learningRate: 1 }), 50, 0.1],
    ['mechanize', P.mechanize(P.sgd({ learningRate: 1 })), 300, 0.1],
  ] as readonly (readonly [string, P.GradientTransform<unknown>, number, number])[])(
    '%s',
    (_, transform, steps, part) => {
      expect(descend(transform, steps).at(-1)).toBeLessThan(14 * part)
    },
  )
})
