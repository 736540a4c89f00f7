/** Running a subject on a trial. */

import { applyUpdates, type Optimizer } from '../src/index.js'
import { flag, type OptionsOf, options } from '../src/schema/index.js'
import type { Subject, Trial, Verdict } from './law.js'
import { type Slot, slotsOf } from './state.js'
import { fromTensors, scoped, toTensors, type Values } from './values.js'

/** What a step gave. */
export interface Played {
  readonly updates: Values
  /** Parameters after the step. */
  readonly params: Values
  /** State after the step. */
  readonly state: readonly Slot[]
}

const ready = new WeakMap<Subject, Optimizer<unknown>>()

/** A subject compiled, once for all trials and laws: tracing is most of what they cost. */
export const optimizerOf = (subject: Subject): Optimizer<unknown> => {
  const made = ready.get(subject) ?? subject.compile(subject.transform)
  ready.set(subject, made)
  return made
}

const playOptions = options({
  /** Whether parameters move by the updates, or stay where they are. */
  move: flag(true),
})

export interface PlayOptions extends OptionsOf<typeof playOptions> {}

/**
 * Runs a trial through `update` and `applyUpdates`, and reads every result.
 *
 */
export const play = (subject: Subject, { params, gradients }: Trial, given: PlayOptions = {}): readonly Played[] => {
  const { move } = playOptions.read('play', given)
  return scoped(() => {
    const optimizer = optimizerOf(subject)
    const start = toTensors(params)
    let now = { params: start, state: optimizer.init(start) }
    return gradients.map((gradient, i) => {
      const [updates, state] = optimizer.update(toTensors(gradient), now.state, now.params, subject.context(i))
      now = { params: move ? applyUpdates(now.params, updates) : now.params, state }
      return { updates: fromTensors(updates), params: fromTensors(now.params), state: slotsOf(state) }
    })
  })
}

/** The updates alone, with parameters that stay: what most claims are about. */
export const updatesOf = (subject: Subject, trial: Trial): readonly Values[] =>
  play(subject, trial, { move: false }).map(({ updates }) => updates)

/** The first thing wrong with a list of steps, if there is one. */
export const firstBroken = <T>(
  steps: readonly T[],
  wrong: (step: T, index: number) => string | undefined,
): Verdict['broken'] => {
  for (const [step, played] of steps.entries()) {
    const message = wrong(played, step)
    if (message !== undefined) return { message, step }
  }
  return undefined
}
