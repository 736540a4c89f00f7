/** Claims about randomness. */
import * as fc from 'fast-check'
import { arbitraryTrial } from '../arbitraries/trial.js'
import { dot, firstDifference, norm } from '../compare.js'
import type { Law, Trial } from '../law.js'
import { firstBroken, updatesOf } from '../play.js'
import { type AnyState, mapState, slotsOf } from '../state.js'
import { filled, fromTensors, toTensors, type Values } from '../values.js'

/** The updates of a trial that stops after `steps`, has its state written down and read, and is gone on with by another program. */
const resumed = (
  { transform, compile, context }: Parameters<Law['check']>[0],
  { params, gradients }: Trial,
  steps: number,
): readonly Values[] => {
  const p = toTensors(params)
  const run = (from: number, to: number, initial?: AnyState) => {
    const optimizer = compile(transform)
    let state: AnyState = initial ?? optimizer.init(p)
    const updates = gradients.slice(from, to).map((gradient, i) => {
      const [u, next] = optimizer.update(toTensors(gradient), state, p, context(from + i))
      state = next
      return fromTensors(u)
    })
    return { state, updates }
  }
  const before = run(0, steps)
  const stored: unknown[] = JSON.parse(JSON.stringify(slotsOf(before.state).map(({ value }) => value)))
  let place = 0
  const restored = mapState(value => {
    const slot = stored[place++]
    if (typeof value === 'number') return Number(slot)
    return toTensors({ value: slot as Values[string] }).value as typeof value
  }, before.state)
  return [...before.updates, ...run(steps, gradients.length, restored).updates]
}

/** Whether two leaves hold the same noise, scaled or not. Of few elements, only equal ones count: any two are nearly parallel. */
const repeats = (a: readonly number[], b: readonly number[]): boolean => {
  if (a.length !== b.length || a.length === 0) return false
  if (a.length < 3) return a.every((x, i) => x === b[i] && x !== 0)
  const along = dot(a, b) / Math.max(norm(b) ** 2, Number.MIN_VALUE)
  return norm(a.map((x, i) => x - along * (b[i] as number))) <= 1e-5 * norm(a)
}

/**
 * Fresh noise: for gradients of zeros, no two leaves and no two steps get the same noise, however scaled, and whoever stops and
 * resumes gets the noise that would have come.
 *
 * @example
 * assertLaws(addNoise({ seed: 7 }), [exempt('zero in, zero out', 'noise moves by itself'), freshNoise])
 */
export const freshNoise: Law<Trial & { readonly pause: number }> = {
  kind: 'law',
  name: 'fresh noise',
  statement:
    "n_{t,i} \\not\\parallel n_{t',j} \\text{ for } (t, i) \\ne (t', j); \\ \\mathrm{resume}(n_{1 \\dots k}) = n_{k+1 \\dots}",
  trials: fc
    .tuple(arbitraryTrial({ minElements: 1, minSteps: 2 }), fc.nat({ max: 3 }))
    .map(([{ params, gradients }, pause]) => ({ params, gradients: gradients.map(filled(0)), pause })),
  check: (subject, { pause, ...trial }) => {
    const again = resumed(subject, trial, Math.min(pause, trial.gradients.length))
    const seen: (readonly [place: string, values: readonly number[]])[] = []
    const broken = firstBroken(updatesOf(subject, trial), (updates, t) => {
      for (const [name, { values }] of Object.entries(updates)) {
        const place = `step ${t} of '${name}'`
        const before = seen.find(([, other]) => repeats(values, other))
        if (before !== undefined) return `${place} has the noise of ${before[0]}`
        seen.push([place, values])
      }
      return firstDifference('updates after a pause', again[t] as Values, updates)
    })
    return { broken, interesting: Object.values(trial.params).some(({ values }) => values.length > 2) }
  },
}
