/** Checks the laws on rows of the table, on WASM; on TensorFlow.js's cpu backend with `PLASTAX_BACKEND=cpu`. */
import { beforeAll, expect, test } from 'vitest'
import { checkLaws, showReport } from '../../laws/index.js'
import { useBackend } from '../support/backend.js'
import { perRow } from './settings.js'
import type { Row } from './table/index.js'

/** A test for each row: the universal laws and what it claims. */
export const checkRows = (rows: readonly Row[]): void => {
  beforeAll(() => useBackend(process.env.PLASTAX_BACKEND === 'cpu' ? 'cpu' : 'wasm'))
  test.each(rows.map(row => [row.source, row] as const))('%s', (source, { make, claims }) => {
    const report = checkLaws(make(), claims, { ...perRow, source })
    expect(report.holds, showReport(report)).toBe(true)
  })
}
