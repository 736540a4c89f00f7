/** A transform of one’s own, law-checked as a user would, and a slip in it. */
import { expect, test } from 'vitest'
import { boundedModulation, checkLaws, leafIndependence, showReport, signSymmetry } from '../../laws/index.js'
import { leafwise } from '../../src/index.js'
import { useWasm } from '../../src/wasm/index.js'

test('a transform of one’s own, and a slip in it', async () => {
  await useWasm()

  // Damps elements that are large beside the others of their leaf.
  const damped = leafwise(g => g.div(g.abs().div(g.abs().mean().add(1e-8)).add(1)))

  const report = checkLaws(damped, [boundedModulation({ lo: 0, hi: 1 }), signSymmetry, leafIndependence], { runs: 20 })
  expect(report.holds, showReport(report)).toBe(true)

  // Without the abs it divides by zero where g is minus its mean, and treats signs differently.
  const slip = leafwise(g => g.div(g.div(g.abs().mean().add(1e-8)).add(1)))

  const { holds, results } = checkLaws(slip, [signSymmetry], { runs: 100 })
  expect(holds).toBe(false)
  expect(results.flatMap(({ violation }) => (violation ? [violation.law] : []))).toContain('sign symmetry')
})
