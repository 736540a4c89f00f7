/** Descending a quadratic with a transform, in float32, as it is done in training. */
import * as fc from 'fast-check'
import { applyUpdates, type Tensors } from '../src/index.js'
import { arbitraryQuadratic, gradientAt, type Quadratic } from './arbitraries/quadratic.js'
import type { Subject, Trial } from './law.js'
import { fromTensors, mapValues, scoped, toTensors } from './values.js'

/** A quadratic to descend, from where, and how fast. */
export interface Descent extends Trial {
  readonly quadratic: Quadratic
  /** The factor between update and step, $p' = p - \eta u$; `undefined` where updates are steps already: $p' = p + u$. */
  readonly rate: number | undefined
  readonly steps: number
}

/** Draws descents of up to `maxSteps` steps over quadratics of curvature 1. */
export const arbitraryDescent = (maxSteps: number, rates: readonly number[] = [1]): fc.Arbitrary<Descent> =>
  fc
    .record({
      quadratic: arbitraryQuadratic(),
      rate: fc.constantFrom(...rates),
      steps: fc.integer({ min: 1, max: maxSteps }),
      start: fc.array(fc.constantFrom(1, -2, 0.5, 3), { minLength: 4, maxLength: 4 }),
    })
    .map(({ quadratic, rate, steps, start }) => {
      const n = quadratic.eigenvalues.length
      return { params: { p: { shape: [n], values: start.slice(0, n) } }, gradients: [], quadratic, rate, steps }
    })

/** The parameters before each step and after the last. */
export const descend = (
  subject: Subject,
  { params, quadratic, rate, steps }: Descent,
): readonly (readonly number[])[] =>
  scoped(() => {
    const optimizer = subject.compile(subject.transform)
    const start = toTensors(params)
    let now: { readonly params: Tensors; readonly state: Readonly<Record<never, never>> } = {
      params: start,
      state: optimizer.init(start),
    }
    const path = [params.p?.values ?? []]
    for (let t = 0; t < steps; t++) {
      const at = path[t] as readonly number[]
      const gradient = gradientAt(quadratic, at).map(Math.fround)
      const grads = toTensors({ p: { shape: [at.length], values: gradient } })
      const [updates, state] = optimizer.update(grads, now.state, now.params, subject.context(t))
      const step = rate === undefined ? updates : toTensors(mapValues(u => -rate * u)(fromTensors(updates)))
      now = { params: applyUpdates(now.params, step), state }
      path.push(fromTensors(now.params).p?.values ?? [])
    }
    return path
  })
