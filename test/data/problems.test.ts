import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import { noisyQuadratic, type Problem, teacherStudent } from '../../src/data/index.js'
import type { Tree } from '../../src/expr/tree.js'
import { backends, useBackend } from '../support/backend.js'

const numbers = (tree: Tree<tf.Tensor>) =>
  Object.fromEntries(Object.entries(tree).map(([name, tensor]) => [name, Array.from(tensor.dataSync())]))
const at = (step: number, seed = 0) => ({ seed, epoch: 1, step })

/** The gradient of the loss of a batch, by leaf. */
const gradient = (problem: Problem, params: Tree<tf.Tensor>, batch: Tree<tf.Tensor>): Tree<tf.Tensor> => {
  const leaves = Object.keys(params)
  const loss = (...tensors: tf.Tensor[]) =>
    problem.loss(Object.fromEntries(leaves.map((name, i) => [name, tensors[i] as tf.Tensor])), batch)
  const grads = tf.grads(loss)(Object.values(params))
  return Object.fromEntries(leaves.map((name, i) => [name, grads[i] as tf.Tensor]))
}

/** The risk after some steps of plain gradient descent. */
const descend = (problem: Problem, learningRate: number, steps: number, size: number): number[] =>
  tf.tidy(() => {
    let params = problem.init(0)
    const risks = [problem.risk(params).dataSync()[0] as number]
    for (let step = 1; step <= steps; step++) {
      const grads = gradient(problem, params, problem.batch(at(step), size))
      params = Object.fromEntries(
        Object.entries(params).map(([name, p]) => [name, tf.sub(p, tf.mul(grads[name] as tf.Tensor, learningRate))]),
      )
    }
    return [...risks, problem.risk(params).dataSync()[0] as number]
  })

describe.each(backends)('on %s', backend => {
  beforeAll(() => useBackend(backend))

  it.each([
    ['noisyQuadratic', () => noisyQuadratic({ dimension: 7, leaves: 3 })],
    ['teacherStudent', () => teacherStudent({ inputs: 3, noise: 0.5 })],
  ])('%s is decided by seed, epoch and step, and leaves no tensors behind', (_, make) => {
    const before = tf.memory().numTensors
    const problem = make()
    const read = (use: () => Tree<tf.Tensor>) => tf.tidy(() => numbers(use()))
    expect(read(() => problem.init(1))).toEqual(read(() => problem.init(1)))
    expect(read(() => problem.init(1))).not.toEqual(read(() => problem.init(2)))
    expect(read(() => problem.batch(at(3), 4))).toEqual(read(() => problem.batch(at(3), 4)))
    for (const other of [at(4), at(3, 1), { ...at(3), epoch: 2 }])
      expect(read(() => problem.batch(at(3), 4))).not.toEqual(read(() => problem.batch(other, 4)))
    expect(tf.memory().numTensors).toBe(before)
  })

  it('the quadratic has the gradient that its formula says', () => {
    const problem = noisyQuadratic({ dimension: 3, condition: 100, noise: 2, leaves: 2 })
    tf.tidy(() => {
      const params = { band1: tf.tensor1d([1, -2]), band2: tf.tensor1d([3]) }
      const batch = problem.batch(at(1), 1)
      const { band1, band2 } = numbers(batch) as Record<'band1' | 'band2', number[]>
      const [h, theta, xi] = [
        [1, 0.1, 0.01],
        [1, -2, 3],
        [...band1, ...band2],
      ]
      const grads = numbers(gradient(problem, params, batch))
      const flat = Object.values(grads).flat()
      h.forEach((curvature, i) => {
        expect(flat[i]).toBeCloseTo(curvature * theta[i]! + 2 * Math.sqrt(curvature) * xi[i]!, 5)
      })
      expect(problem.risk(params).dataSync()[0]).toBeCloseTo(0.5 * (1 + 0.4 + 0.09), 5)
      expect(numbers(problem.init(0))).toMatchObject({ band1: [expect.any(Number), expect.any(Number)] })
    })
  })

  it('descent goes down: to 0 without noise, to a floor with it', () => {
    const [start, quiet] = descend(noisyQuadratic({ dimension: 10, condition: 10, noise: 0 }), 0.5, 100, 1)
    expect(quiet).toBeLessThan(1e-3 * (start as number))
    const noisy = noisyQuadratic({ dimension: 10, condition: 10 })
    const [, floor] = descend(noisy, 0.5, 100, 1)
    const [, lower] = descend(noisy, 0.5, 100, 100)
    expect(floor).toBeGreaterThan(10 * (lower as number))
    const [untaught, taught] = descend(teacherStudent({ inputs: 4, teacherHidden: 2 }), 0.1, 150, 64)
    expect(taught).toBeLessThan(0.3 * (untaught as number))
  })
})

describe('the noisy quadratic', () => {
  it('has noise of variance 1 / size, and a loss that is the risk on average', () => {
    const problem = noisyQuadratic({ dimension: 4000, leaves: 1 })
    tf.tidy(() => {
      for (const size of [1, 16]) {
        const { band1 } = numbers(problem.batch(at(1), size)) as Record<'band1', number[]>
        expect((band1.reduce((sum, xi) => sum + xi * xi, 0) * size) / 4000).toBeCloseTo(1, 0)
      }
    })
  })

  it.each([
    [{ dimension: 0 }, /dimension must be an integer in \[1, inf\); got 0/],
    [{ condition: 0.5 }, /condition must be a number in \[1, inf\); got 0.5/],
    [{ noise: -1 }, /noise must be a number in \[0, inf\)/],
    [{ dimension: 3, leaves: 4 }, /leaves must be an integer in \[1, 3\]; got 4/],
  ])('refuses %j', (options, says) => {
    expect(() => noisyQuadratic(options)).toThrow(says)
  })

  it('refuses a batch of none, as does teacher and student, which refuses a student of no units', () => {
    expect(() => noisyQuadratic().batch(at(1), 0)).toThrow(/size must be an integer in \[1, inf\); got 0/)
    expect(() => teacherStudent().batch(at(1), 0)).toThrow(/size must be/)
    expect(() => teacherStudent({ studentHidden: 0 })).toThrow(/studentHidden must be an integer/)
  })
})
