/** Nothing is hidden, nothing is touched. */
import { type Gradients, type Tensors, tree } from '../../src/index.js'
import { arbitraryTrial } from '../arbitraries/trial.js'
import { firstDifference, someNonZero, stateDifference } from '../compare.js'
import type { Law } from '../law.js'
import { firstBroken, optimizerOf, play } from '../play.js'
import { type AnyState, slotsOf } from '../state.js'
import { fromTensors, mapValues, toTensors, type Values } from '../values.js'

/**
 * `init` and `update` change none of their inputs, and give the same for the same, bit for bit:
 * $\mathrm{update}(g, s, p) = \mathrm{update}(g, s, p)$.
 */
export const pure: Law = {
  kind: 'law',
  name: 'pure',
  statement: 'g, s, p \\text{ unchanged}; \\mathrm{update}(g, s, p) = \\mathrm{update}(g, s, p)',
  trials: arbitraryTrial(),
  check: (subject, { params, gradients }) => {
    const optimizer = optimizerOf(subject)
    const p = toTensors(params)
    let state: AnyState = optimizer.init(p)
    const again = stateDifference(slotsOf(optimizer.init(p)), slotsOf(state))
    if (again !== undefined) return { broken: { message: `of init's second result, ${again}` } }
    const step = (gradient: Values, i: number): string | undefined => {
      const grads = toTensors(gradient)
      const before = slotsOf(state)
      const [updates, next] = optimizer.update(grads, state, p, subject.context(i))
      const first = { updates: fromTensors(updates), state: slotsOf(next) }
      const [updates2, next2] = optimizer.update(grads, state, p, subject.context(i))
      const found =
        firstDifference('grads', fromTensors(grads), gradient) ??
        firstDifference('params', fromTensors(p), params) ??
        stateDifference(slotsOf(state), before) ??
        firstDifference('the second updates', fromTensors(updates2), first.updates) ??
        stateDifference(slotsOf(next2), first.state) ??
        firstDifference('the first updates', fromTensors(updates), first.updates)
      state = next
      return found
    }
    return { broken: firstBroken(gradients, step), interesting: someNonZero(gradients) }
  },
}

/** Two trajectories, step by step in turn through one compiled program, are what each is alone, bit for bit. */
export const interleaved: Law = {
  kind: 'law',
  name: 'interleaved trajectories',
  statement: '(A_1, B_1, A_2, B_2, \\dots) = (A_1, A_2, \\dots), (B_1, B_2, \\dots)',
  trials: arbitraryTrial({ minSteps: 2, maxSteps: 4 }),
  check: (subject, { params, gradients }) => {
    const trials = [
      { params, gradients },
      { params: mapValues(x => 1 - x)(params), gradients: gradients.toReversed().map(mapValues(x => -x / 2)) },
    ]
    const alone = trials.map(trial => play(subject, trial))
    const optimizer = subject.compile(subject.transform)
    const lanes = trials.map(trial => {
      const p = toTensors(trial.params)
      return { trial, p, state: optimizer.init(p) }
    })
    const step = (_: Values, i: number): string | undefined => {
      for (const [k, lane] of lanes.entries()) {
        const grads = toTensors(lane.trial.gradients[i] as Values)
        const next = optimizer.step({ params: lane.p, state: lane.state }, grads, subject.context(i))
        Object.assign(lane, { p: next.params, state: next.state })
        const expected = alone[k]?.[i]
        const found =
          expected &&
          (firstDifference('params', fromTensors(next.params), expected.params) ??
            stateDifference(slotsOf(next.state), expected.state))
        if (found !== undefined) return `interleaved, ${found} alone`
      }
      return undefined
    }
    return { broken: firstBroken(gradients, step), interesting: someNonZero(gradients) }
  },
}

/** `update` and `applyUpdates` give the numbers that `step` gives, bit for bit. */
export const stepAgrees: Law = {
  kind: 'law',
  name: 'step is update and applyUpdates',
  statement: "\\mathrm{step}(p, s, g) = (p + u, s') \\text{ with } (u, s') = \\mathrm{update}(g, s, p)",
  trials: arbitraryTrial(),
  check: (subject, trial) => {
    const played = play(subject, trial)
    const optimizer = optimizerOf(subject)
    const start = toTensors(trial.params)
    let training = { params: start, state: optimizer.init(start) }
    const broken = firstBroken(played, (expected, i) => {
      training = optimizer.step(training, toTensors(trial.gradients[i] as Values), subject.context(i))
      return (
        firstDifference('params', fromTensors(training.params), expected.params) ??
        stateDifference(slotsOf(training.state), expected.state)
      )
    })
    return { broken, interesting: someNonZero(trial.gradients) }
  },
}

/** Updates have the leaves of the gradients, in layer order, with the shapes of the parameters; states are as from `init`. */
export const structure: Law = {
  kind: 'law',
  name: 'structure preserved',
  statement: '\\mathrm{leaves}(u) = \\mathrm{leaves}(p), \\quad \\mathrm{shape}(u_i) = \\mathrm{shape}(p_i)',
  trials: arbitraryTrial({ maxLeaves: 5, maxElements: 4, maxSteps: 2 }),
  coverage: 0.3,
  check: (subject, { params, gradients }) => {
    const optimizer = optimizerOf(subject)
    const p = toTensors(params)
    const state0 = optimizer.init(p)
    const places = (state: unknown): readonly string[] =>
      slotsOf(state).map(({ path, value }) => `${path} ${typeof value === 'number' ? 'number' : value.shape}`)
    let state: AnyState = state0
    const shapes = (tensors: Tensors): readonly string[] =>
      Object.entries(tensors).map(([name, x]) => `${name} [${x.shape}]`)
    const broken = firstBroken(gradients, (gradient, i) => {
      // In another order than the parameters: it is theirs that counts.
      const grads: Gradients = Object.fromEntries(Object.entries(toTensors(gradient)).toReversed())
      const [updates, next] = optimizer.update(grads, state, p, subject.context(i))
      const changed = places(next).join('; ') !== places(state0).join('; ')
      state = next
      if (shapes(updates).join() !== shapes(p).join())
        return `updates are ${shapes(updates).join(', ')}, where params are ${shapes(p).join(', ')}`
      return changed ? 'the state has another structure than at init' : undefined
    })
    return { broken, interesting: tree.names(params).length > 1 }
  },
}
