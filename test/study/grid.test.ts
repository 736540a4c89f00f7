import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { candidatesOf, grid, learningRates } from '../../src/study/grid.js'
import { variants } from '../../src/study/variants.js'

test('a grid has every combination once, as many as the product', () => {
  const axes = fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), fc.uniqueArray(fc.integer(), { maxLength: 4 }), {
    maxKeys: 4,
  })
  fc.assert(
    fc.property(axes, values => {
      const records = grid<Record<string, number>>(values)
      const product = Object.values(values).reduce((n, list) => n * list.length, 1)
      expect(records).toHaveLength(product)
      // Distinct, and each of one value of each axis: so many of these are all.
      expect(new Set(records.map(record => JSON.stringify(record))).size).toBe(product)
      for (const record of records) {
        expect(Object.keys(record)).toEqual(Object.keys(values))
        for (const [key, value] of Object.entries(record)) expect(values[key]).toContain(value)
      }
    }),
  )
})

test('grids nest', () => {
  expect(grid({ learningRate: [0.1, 0.3], plasticity: grid({ warmupEpochs: [0, 2], minAlpha: [1] }) })).toEqual([
    { learningRate: 0.1, plasticity: { warmupEpochs: 0, minAlpha: 1 } },
    { learningRate: 0.1, plasticity: { warmupEpochs: 2, minAlpha: 1 } },
    { learningRate: 0.3, plasticity: { warmupEpochs: 0, minAlpha: 1 } },
    { learningRate: 0.3, plasticity: { warmupEpochs: 2, minAlpha: 1 } },
  ])
})

test('learning rates are spread evenly by their logarithms, about the one in the middle', () => {
  expect(learningRates(0.1, 1)).toEqual([0.1])
  expect(learningRates(0.1, 3)).toEqual([0.032, 0.1, 0.32])
  expect(learningRates(0.001, 5)).toEqual([0.0001, 0.00032, 0.001, 0.0032, 0.01])
  expect(learningRates(0.1, 7, 3)).toEqual([0.0032, 0.01, 0.032, 0.1, 0.32, 1, 3.2])
  const many = learningRates(0.1, 12)
  expect(new Set(many).size).toBe(12)
  expect([many[0], many[11]]).toEqual([0.01, 1])
})

test('candidates are laid over the settings; by default they are five learning rates', () => {
  const row = {
    ...variants.adam,
    settings: { learningRate: 0.001, b1: 0.9 },
    candidates: [{ b1: 0.5 }, { learningRate: 1 }],
  }
  expect(candidatesOf(row)).toEqual([
    { learningRate: 0.001, b1: 0.5 },
    { learningRate: 1, b1: 0.9 },
  ])
  expect(candidatesOf(variants.neuroplastic)).toEqual(
    [0.01, 0.032, 0.1, 0.32, 1].map(learningRate => ({ ...variants.neuroplastic.settings, learningRate })),
  )
})
