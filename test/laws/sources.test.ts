/** How a row of the table is written is what it runs: its source, evaluated over the library's exports, has the same graphs. */
import { expect, test } from 'vitest'
import * as library from '../../src/index.js'
import { traceInit, traceUpdate } from '../../src/interpret/trace.js'
import { table } from './table/index.js'

const evaluated = (source: string): library.GradientTransform<unknown> =>
  new Function(...Object.keys(library), `return ${source}`)(...Object.values(library))

const params = { 'dense/kernel': [3, 2], 'dense/bias': [2], 'conv 2': [2, 2, 3, 4], head: [] }
const scalars = ['epoch', 'totalEpochs', 'loss']

/** Both graphs, with functions by their text: closures over other values are told apart by the operations' attributes. */
const graphsOf = (transform: library.GradientTransform<unknown>): string =>
  JSON.stringify(
    [
      traceInit(transform, params),
      traceUpdate(transform, { params, present: Object.keys(params), scalars, trees: {} }),
    ],
    (_, value) =>
      typeof value === 'function' || typeof value === 'number' || value instanceof RegExp ? String(value) : value,
  )

test.each(table.map(row => [row.source, row] as const))('%s', (source, { make }) => {
  expect(graphsOf(evaluated(source))).toBe(graphsOf(make()))
})

test('another chain is told apart, and what is no code', () => {
  expect(graphsOf(evaluated('chain(trace(0.9), scale(2))'))).not.toBe(
    graphsOf(library.chain(library.trace(0.9), library.scale(3))),
  )
  expect(() => evaluated('(2, matrices)')).toThrow()
})
