/** What a step has no say in stands still, and what counts goes on counting. */

import * as tf from '@tensorflow/tfjs'
import * as fc from 'fast-check'
import { applyUpdates } from '../../src/index.js'
import { arbitraryTrial } from '../arbitraries/trial.js'
import { firstDifference, stateDifference } from '../compare.js'
import type { Law, Trial } from '../law.js'
import { firstBroken, optimizerOf } from '../play.js'
import { type AnyState, mapState, showSlot, slotsOf } from '../state.js'
import { filled, fromTensors, toTensors, type Values } from '../values.js'

type MissingTrial = Trial & { readonly missing: number }

/** A leaf without a gradient, absent or `null`, gets no update, and what the state holds under its name stays. */
export const missingGradient: Law<MissingTrial> = {
  kind: 'law',
  name: 'a missing gradient leaves its leaf alone',
  statement: "g_i \\text{ missing} \\implies p_i' = p_i, \\ s_i' = s_i",
  trials: fc
    .tuple(arbitraryTrial({ minSteps: 2, maxSteps: 3 }), fc.nat({ max: 2 }))
    .map(([trial, missing]) => ({ ...trial, missing })),
  check: (subject, { params, gradients, missing }) => {
    const names = Object.keys(params)
    const name = names[missing % names.length] as string
    const optimizer = optimizerOf(subject)
    const p = toTensors(params)
    let state: AnyState = optimizer.init(p)
    const broken = firstBroken(gradients, (gradient, i) => {
      const grads = toTensors(gradient)
      // The first step gives the state something to keep.
      if (i === 0) {
        state = optimizer.update(grads, state, p, subject.context(i))[1]
        return undefined
      }
      const { [name]: _, ...others } = grads
      const [updates, next] = optimizer.update(
        i === 1 ? others : { ...grads, [name]: null },
        state,
        p,
        subject.context(i),
      )
      const own = (slots: ReturnType<typeof slotsOf>) => slots.filter(({ path }) => path.includes(name))
      const moved = fromTensors(applyUpdates(p, updates))
      const found = Object.hasOwn(updates, name)
        ? `there is an update for '${name}', which has no gradient`
        : (firstDifference('params', { x: moved[name] as Values[string] }, { x: params[name] as Values[string] }) ??
          stateDifference(own(slotsOf(next)), own(slotsOf(state))))
      const training = optimizer.step(
        { params: p, state: mapState(x => (typeof x === 'number' ? x : x.clone()), state) },
        others,
        subject.context(i),
      )
      const stepped = firstDifference('params', fromTensors({ x: training.params[name] as tf.Tensor }), {
        x: params[name] as Values[string],
      })
      Object.assign(p, toTensors(params))
      state = next
      return found ?? stepped
    })
    return { broken }
  },
}

const start = 2 ** 24

/**
 * Counters are exact beyond $2^{24}$, where float32 ones stand still: whatever goes 1, 2, 3 in the state from `init`
 * goes on from there.
 */
export const counters: Law = {
  kind: 'law',
  name: 'counters work past 2^24',
  statement: 'c_0 = 2^{24} + k \\implies c_t = 2^{24} + k + t',
  trials: arbitraryTrial({ maxElements: 2, minSteps: 3, maxSteps: 3, minLeaves: 1, maxLeaves: 1 }).map(
    ({ params, gradients }) => ({ params, gradients: gradients.map(filled(0)) }),
  ),
  // Many transforms count nothing.
  coverage: 0,
  maxRuns: 2,
  check: (subject, { params, gradients }) => {
    const optimizer = optimizerOf(subject)
    const p = toTensors(params)
    const counts = (state: AnyState) =>
      slotsOf(state).map(({ value }) =>
        typeof value === 'number' ? value : value.values.length === 1 ? value.values[0] : NaN,
      )
    const run = (state: AnyState): readonly AnyState[] => {
      const states = [state]
      for (const [i, gradient] of gradients.entries())
        states.push(optimizer.update(toTensors(gradient), states[i] as AnyState, p, subject.context(i))[1])
      return states
    }
    const initial = optimizer.init(p)
    const fromZero = run(initial).map(counts)
    const isCounter = (slot: number) => fromZero.every((values, t) => values[slot] === t)
    let place = 0
    const far = mapState(value => {
      const counter = isCounter(place++)
      return !counter ? value : typeof value === 'number' ? start : tf.fill(value.shape, start)
    }, initial)
    const broken = firstBroken(run(far), (state, t) => {
      const stuck = counts(state).findIndex((value, slot) => isCounter(slot) && value !== start + t)
      return stuck < 0
        ? undefined
        : `${showSlot(slotsOf(state)[stuck]?.path ?? [])} is ${counts(state)[stuck]}, ${t} steps after ${start}`
    })
    return { broken, interesting: (fromZero[0] ?? []).some((_, slot) => isCounter(slot)) }
  },
}
