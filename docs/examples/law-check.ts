import { chain, clamp, emaActivity, normalizeSignal, plasticityGate } from 'plastax'
import { assertLaws, boundedModulation, checkLaws, leafIndependence, showReport, signSymmetry } from 'plastax/laws'
import { useWasm } from 'plastax/wasm'

await useWasm()
const rule = plasticityGate(chain(emaActivity(), normalizeSignal(), clamp(0.5, 1.5)))
assertLaws(rule, [boundedModulation({ lo: 0.5, hi: 1.5 }), signSymmetry, leafIndependence])

// The same without its clamp: a report that says what broke.
const unbounded = plasticityGate(chain(emaActivity(), normalizeSignal()))
const source = 'plasticityGate(chain(emaActivity(), normalizeSignal()))'
export const report = checkLaws(unbounded, [boundedModulation({ lo: 0.5, hi: 1.5 })], { source, seed: 1 })
console.log(showReport(report))
