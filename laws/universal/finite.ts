/** Numbers stay numbers. */
import * as tf from '@tensorflow/tfjs'
import { arbitraryTrial } from '../arbitraries/trial.js'
import { largest, notFinite, someNonZero, stateNotFinite } from '../compare.js'
import type { Law } from '../law.js'
import { firstBroken, optimizerOf, type Played, play } from '../play.js'
import { showNumber } from '../show.js'
import { type AnyState, type Slot, showSlot, slotsOf, tensorsOf } from '../state.js'
import { filled, fromTensors, mapValues, numbers, toTensors, type Values } from '../values.js'

/** Finite gradients, up to a magnitude of 1e12, give finite updates and states. */
export const finite: Law = {
  kind: 'law',
  name: 'finite in, finite out',
  statement: '\\lvert g \\rvert \\le 10^{12} \\implies u, s \\text{ finite}',
  trials: arbitraryTrial({ maxSteps: 8 }),
  check: (subject, trial) => {
    const wrong = ({ updates, state }: Played) => notFinite('updates', updates) ?? stateNotFinite(state)
    return { broken: firstBroken(play(subject, trial), wrong), interesting: someNonZero(trial.gradients) }
  },
}

/** From `init`, zero gradients give exactly zero updates. */
export const zeroInZeroOut: Law = {
  kind: 'law',
  name: 'zero in, zero out',
  statement: 'g_1 = \\dots = g_t = 0 \\implies u_t = 0',
  trials: arbitraryTrial({ maxSteps: 3 }).map(({ params, gradients }) => ({
    params,
    gradients: gradients.map(filled(0)),
  })),
  check: (subject, trial) => {
    const wrong = ({ updates }: { readonly updates: Values }) => {
      const name = Object.keys(updates).find(name => updates[name]?.values.some(u => u !== 0))
      return name === undefined
        ? undefined
        : `updates['${name}'] has ${showNumber(updates[name]?.values.find(u => u !== 0) ?? 0)} for a gradient of zeros`
    }
    return { broken: firstBroken(play(subject, trial), wrong), interesting: numbers(trial.params).length > 0 }
  },
}

/** How long typical gradients go on before what a huge one left must be fading, in whatever it was handed on to. */
const settling = 100

/**
 * One huge gradient, of magnitude 1e12, leaves a finite state, and what it left fades: after a hundred steps no state
 * tensor is at its peak, unless it is of the size that typical gradients give.
 */
export const recovers: Law = {
  kind: 'law',
  name: 'recovers from a huge gradient',
  statement:
    '\\lvert g_1 \\rvert = 10^{12} \\implies s \\text{ finite}, \\ \\lVert s_{100} \\rVert_\\infty < \\max(\\max_t \\lVert s_t \\rVert_\\infty, 10^3)',
  trials: arbitraryTrial({ magnitudes: 'typical', minElements: 1, maxElements: 4, maxSteps: 2 }).map(trial => ({
    ...trial,
    gradients: trial.gradients.map((gradient, i) =>
      i === 0 ? mapValues(g => Math.sign(g) * 1e12)(gradient) : gradient,
    ),
  })),
  maxRuns: 3,
  check: (subject, { params, gradients }) => {
    const optimizer = optimizerOf(subject)
    const p = toTensors(params)
    let state: AnyState = optimizer.init(p)
    let peaks: readonly number[] = []
    const settled = mapValues(g => Math.sign(g))(gradients[0] ?? {})
    const sizes = (slots: readonly Slot[]) =>
      slots.map(({ value }) => (typeof value === 'number' ? 0 : largest(value.values)))
    const length = tensorsOf(state).length === 0 ? gradients.length : settling
    const broken = firstBroken(Array.from({ length }), (_, t) => {
      const [updates, next] = optimizer.update(toTensors(gradients[t] ?? settled), state, p, subject.context(t))
      tf.dispose([...tensorsOf(state)])
      state = next
      if (t >= gradients.length && t % 20 !== 19) return undefined
      const slots = slotsOf(next)
      const bad = notFinite('updates', fromTensors(updates)) ?? stateNotFinite(slots)
      if (bad !== undefined) return bad
      const now = sizes(slots)
      const stuck = t === settling - 1 ? now.findIndex((size, i) => size > 1e3 && size >= (peaks[i] ?? 0)) : -1
      peaks = now.map((size, i) => Math.max(size, peaks[i] ?? 0))
      return stuck < 0
        ? undefined
        : `${showSlot(slots[stuck]?.path ?? [])} is ${showNumber(now[stuck] ?? 0)}, and has not begun to fade`
    })
    return { broken, interesting: someNonZero(gradients.slice(0, 1)) }
  },
}
