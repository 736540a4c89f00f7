import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blobs, type DataSet, type Examples, teacherLabels } from '../../src/data/index.js'
import { hash, normals, stream } from '../../src/data/random.js'
import { teacherOf } from '../../src/data/synthetic/teacher.js'
import { faultIn, perClass, right } from './sets.js'

const mean = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0) / values.length
const variance = (values: ArrayLike<number>) => {
  const centre = mean(values)
  return mean(Array.from(values, value => (value - centre) ** 2))
}

/** How many of the examples the nearest class mean of others gets right. */
const nearestMean = ({ train, test, classes }: DataSet): number => {
  const size = train.images.length / train.count
  const row = ({ images }: Examples, i: number) => Array.from(images.subarray(i * size, (i + 1) * size))
  const n = perClass(train)
  const means = Array.from({ length: classes }, () => new Array<number>(size).fill(0))
  train.labels.forEach((label, i) => {
    row(train, i).forEach((value, j) => {
      means[label]![j]! += value / n[label]!
    })
  })
  const correct = test.labels.filter((label, i) => {
    const distances = means.map(centre => row(test, i).reduce((sum, x, j) => sum + (x - centre[j]!) ** 2, 0))
    return distances.indexOf(Math.min(...distances)) === label
  })
  return correct.length / test.count
}

describe('random bits', () => {
  it('of a list of keys are the same each time, and others for other keys', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1, maxLength: 4 }), keys => {
        expect(hash(...keys)).toBe(hash(...keys))
        expect(normals(stream(...keys), 5)).toEqual(normals(stream(...keys), 5))
      }),
    )
    const seeds = Array.from({ length: 10_000 }, (_, seed) => hash(101, seed))
    expect(new Set(seeds).size).toBeGreaterThan(9_995)
    expect(Math.max(...seeds)).toBeLessThan(2 ** 32)
    expect(mean(seeds) / 2 ** 32).toBeCloseTo(0.5, 1)
    expect(hash(1, 2 ** 40)).not.toBe(hash(1, 2 ** 41))
  })

  it('make normal draws: mean 0, variance 1, 4.55 % beyond two deviations', () => {
    const draws = normals(stream(1), 99_999)
    expect(Math.abs(mean(draws))).toBeLessThan(0.015)
    expect(Math.abs(variance(draws) - 1)).toBeLessThan(0.02)
    expect(draws.filter(z => Math.abs(z) > 2).length / draws.length).toBeCloseTo(0.0455, 2)
  })
})

describe('blobs', () => {
  it('are classes in turn, as many as asked for, the same for the same options', () => {
    const options = { classes: 3, inputs: 2, count: 10, testCount: 5, seed: 4 }
    const set = right(blobs(options))
    expect(set).toEqual(right(blobs(options)))
    expect([...set.train.labels]).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2, 0])
    expect([set.test.count, set.test.images.length, set.inputShape]).toEqual([5, 10, [2]])
    expect(set.train.images).not.toEqual(right(blobs({ ...options, seed: 5 })).train.images)
    // More to train with is more of the same, and leaves the test as it is.
    const more = right(blobs({ ...options, count: 20 }))
    expect(more.train.images.subarray(0, 20)).toEqual(set.train.images)
    expect(more.test).toEqual(set.test)
  })

  it('can be told apart as far as they are separated', () => {
    expect(nearestMean(right(blobs({ separation: 0 })))).toBeLessThan(0.16)
    expect(nearestMean(right(blobs({ separation: 3 })))).toBe(1)
    const usual = nearestMean(right(blobs()))
    expect(usual).toBeGreaterThan(0.8)
    expect(usual).toBeLessThan(0.99)
  })

  it.each([
    [{ classes: 257 }, 'classes: is 257; use an integer in [1, 256]'],
    [{ count: 0 }, 'count: is 0; use an integer in [1, inf)'],
    [{ separation: -1 }, 'separation: is -1; use a number in [0, inf)'],
    [{ seed: 0.5 }, 'seed: is 0.5; use an integer, such as 0'],
  ])('refuse %j', (options, says) => {
    expect(faultIn(blobs(options))).toBe(says)
  })
})

describe('a teacher', () => {
  it('has outputs of mean 0, and of variance 1 on average', () => {
    const inputs = normals(stream(7), 8 * 2000)
    const variances = Array.from({ length: 40 }, (_, seed) => {
      const answers = teacherOf({ inputs: 8, hidden: 16, outputs: 1 }, seed)(inputs)
      expect(Math.abs(mean(answers))).toBeLessThan(0.2)
      return variance(answers)
    })
    expect(mean(variances)).toBeGreaterThan(0.7)
    expect(mean(variances)).toBeLessThan(1.3)
  })

  it('labels examples by its largest output, the same for the same options', () => {
    const options = { inputs: 6, hidden: 5, classes: 4, count: 200, seed: 2 }
    const { train, ...set } = right(teacherLabels(options))
    expect(right(teacherLabels(options))).toEqual({ train, ...set })
    const answers = teacherOf({ inputs: 6, hidden: 5, outputs: 4 }, 2)(train.images as Float32Array)
    train.labels.forEach((label, i) => {
      expect(answers[4 * i + label]).toBe(Math.max(...answers.subarray(4 * i, 4 * i + 4)))
    })
    expect(Math.min(...perClass(right(teacherLabels()).train))).toBeGreaterThan(0)
    expect(faultIn(teacherLabels({ hidden: 0 }))).toBe('hidden: is 0; use an integer in [1, inf)')
  })
})
