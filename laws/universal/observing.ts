/** Looking on changes nothing. */
import * as fc from 'fast-check'
import type { Tensors } from '../../src/index.js'
import { inputName, traceUpdate } from '../../src/interpret/trace.js'
import { arbitraryTrial } from '../arbitraries/trial.js'
import { firstDifference, someNonZero, stateDifference } from '../compare.js'
import type { Law, Subject, Trial } from '../law.js'
import { firstBroken, play } from '../play.js'
import { slotsOf } from '../state.js'
import { fromTensors, scoped, toTensors, type Values } from '../values.js'

type ObservingTrial = Trial & { readonly observed: number }

/** The labels that a transform gives at its first step, but for those that two values of one leaf have. */
const labelsOf = ({ transform, context }: Subject, params: Values): readonly string[] => {
  const known = Object.entries(context(0))
  const shapes = (values: Values | Tensors) =>
    Object.fromEntries(Object.entries(values).map(([name, { shape }]) => [name, shape]))
  const { graph } = traceUpdate(transform, {
    params: shapes(params),
    present: Object.keys(params),
    scalars: known.flatMap(([name, value]) => (typeof value === 'number' ? [name] : [])),
    trees: Object.fromEntries(known.flatMap(([name, x]) => (typeof x === 'number' ? [] : [[name, shapes(x)]]))),
  })
  const places = graph.observations.map(({ label, leaf }) => inputName.tree(label, leaf))
  const twice = graph.observations.filter((_, i) => places.indexOf(places[i] as string) !== i)
  return [...new Set(graph.observations.map(({ label }) => label))].filter(
    label => !twice.some(other => other.label === label),
  )
}

/** With any of its labels observed, a transform gives the updates and states that it gives without, bit for bit. */
export const observingChangesNothing: Law<ObservingTrial> = {
  kind: 'law',
  name: 'observing changes nothing',
  statement: "(u, s') \\text{ with any labels observed} = (u, s')",
  trials: fc
    .tuple(arbitraryTrial({ maxSteps: 3 }), fc.nat({ max: 2 ** 20 - 1 }))
    .map(([trial, observed]) => ({ ...trial, observed })),
  check: (subject, { params, gradients, observed }) => {
    const labels = labelsOf(subject, params)
    const chosen = labels.filter((_, i) => (observed >> (i % 20)) & 1)
    const expected = play(subject, { params, gradients })
    const broken = scoped(() => {
      const optimizer = subject.compile(subject.transform, chosen)
      const start = toTensors(params)
      let training = { params: start, state: optimizer.init(start) }
      return firstBroken(gradients, (gradient, i) => {
        const grads = toTensors(gradient)
        const [updates] = optimizer.update(grads, training.state, training.params, subject.context(i))
        training = optimizer.step(training, grads, subject.context(i))
        const found =
          firstDifference('updates', fromTensors(updates), expected[i]?.updates ?? {}) ??
          firstDifference('params', fromTensors(training.params), expected[i]?.params ?? {}) ??
          stateDifference(slotsOf(training.state), expected[i]?.state ?? [])
        return found === undefined ? undefined : `with '${chosen.join("', '")}' observed, ${found}`
      })
    })
    return { broken, interesting: (labels.length === 0 || chosen.length > 0) && someNonZero(gradients) }
  },
}
