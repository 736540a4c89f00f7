/** The same numbers on every backend. */
import * as tf from '@tensorflow/tfjs'
import type { Shape } from '../../src/index.js'
import { evaluate, type Value } from '../../src/interpret/tfjs/evaluate.js'
import { inputName, traceUpdate } from '../../src/interpret/trace.js'
import { arbitraryTrial } from '../arbitraries/trial.js'
import { firstDifference, largest, someNonZero, stateDifference } from '../compare.js'
import type { Law, Subject } from '../law.js'
import { firstBroken } from '../play.js'
import { type AnyState, mapState, type Slot, slotsOf } from '../state.js'
import { fromTensors, type Leaf, mapValues, scoped, toTensors, type Values } from '../values.js'

/** The largest finite value that a step computes on its way, by leaf; under `''` over all leaves. */
const largestIntermediates = (
  { transform, context }: Subject,
  { params, gradient, state, step }: { params: Values; gradient: Values; state: readonly Slot[]; step: number },
): ReadonlyMap<string, number> =>
  scoped(() => {
    const entries = Object.entries(context(step))
    const scalars = entries.flatMap(([name, value]) => (typeof value === 'number' ? [[name, value] as const] : []))
    const trees = entries.flatMap(([name, value]) => (typeof value === 'number' ? [] : [[name, value] as const]))
    const shapes = (values: Readonly<Record<string, { readonly shape: Shape }>>) =>
      Object.fromEntries(Object.entries(values).map(([name, { shape }]) => [name, shape]))
    const { graph } = traceUpdate(transform, {
      params: shapes(params),
      present: Object.keys(gradient),
      scalars: scalars.map(([name]) => name),
      trees: Object.fromEntries(trees.map(([name, tensors]) => [name, shapes(tensors)])),
    })
    const tensor = ({ shape, values }: Leaf) => tf.tensor([...values], [...shape], 'float32')
    const inputs = new Map<string, Value>([
      ...Object.entries(params).map(([name, leaf]) => [inputName.param(name), tensor(leaf)] as const),
      ...Object.entries(gradient).map(([name, leaf]) => [inputName.gradient(name), tensor(leaf)] as const),
      ...state.map(
        ({ path, value }) => [inputName.state(path), typeof value === 'number' ? value : tensor(value)] as const,
      ),
      ...scalars.map(([name, value]) => [inputName.scalar(name), value] as const),
      ...trees.flatMap(([entry, tensors]) =>
        Object.entries(tensors).map(([leaf, x]) => [inputName.tree(entry, leaf), x] as const),
      ),
    ])
    const sizes = new Map<string, number>()
    const targets = graph.tensors.map((_, id) => ({ sort: 'expr', id }) as const)
    for (const [i, value] of evaluate(graph, targets, name => inputs.get(name) as Value).entries()) {
      const size = largest(Array.from((value as tf.Tensor).dataSync()).filter(Number.isFinite))
      for (const leaf of new Set([graph.tensors[i]?.leaf ?? '', '']))
        sizes.set(leaf, Math.max(size, sizes.get(leaf) ?? 0))
    }
    return sizes
  })

/** One step from given values, on the current backend. */
const stepOf = (subject: Subject, params: Values, gradient: Values, state: readonly Slot[] | undefined, step: number) =>
  scoped(() => {
    const optimizer = subject.compile(subject.transform)
    const p = toTensors(params)
    let place = 0
    const fresh = optimizer.init(p)
    const initial: AnyState =
      state === undefined
        ? fresh
        : mapState(() => {
            const { value } = state[place++] as Slot
            return typeof value === 'number' ? value : tf.tensor([...value.values], [...value.shape], 'float32')
          }, fresh)
    const [updates, next] = optimizer.update(toTensors(gradient), initial, p, subject.context(step))
    return { updates: fromTensors(updates), before: slotsOf(initial), state: slotsOf(next) }
  })

/** Runs `f` on another backend. Both are started, so that selecting one takes effect at once. */
const onBackend = <T>(backend: string, f: () => T): T => {
  const current = tf.getBackend()
  void tf.setBackend(backend)
  try {
    return f()
  } finally {
    void tf.setBackend(current)
  }
}

/** Off by a rounding or two, up and down in turn. */
const nudge = (x: number, i: number): number => Math.fround(x * (1 + (i % 2 === 0 ? 1 : -1) * 2 ** -22))
const nudgeSlot = (slot: Slot): Slot =>
  typeof slot.value === 'number' ? slot : { ...slot, value: { ...slot.value, values: slot.value.values.map(nudge) } }

/** How far two results are apart at their farthest, in a leaf or a slot. */
const apart = (a: Leaf | number | undefined, b: Leaf | number | undefined): number =>
  typeof a === 'object' && typeof b === 'object' ? largest(a.values.map((x, i) => x - (b.values[i] as number))) : 0

/**
 * The current backend gives what `cpu` gives, step by step from equal states, within 1e-5 of the largest value that the
 * step computes for the leaf on its way. Near a discontinuity, or where the rule is steep, what counts instead is how far
 * inputs that are off by one rounding lead.
 */
export const agreesWithCpu: Law = {
  kind: 'law',
  name: 'agrees with the cpu backend',
  statement: '\\lvert u - u_{cpu} \\rvert \\le 10^{-5} \\max \\lvert \\text{intermediates} \\rvert',
  trials: arbitraryTrial({ maxSteps: 3 }),
  applies: () => tf.getBackend() !== 'cpu',
  check: (subject, { params, gradients }) => {
    let state: readonly Slot[] | undefined
    const broken = firstBroken(gradients, (gradient, step) => {
      const ours = stepOf(subject, params, gradient, state, step)
      const { reference, nudged, sizes } = onBackend('cpu', () => ({
        reference: stepOf(subject, params, gradient, ours.before, step),
        nudged: stepOf(subject, params, mapValues(nudge)(gradient), ours.before.map(nudgeSlot), step),
        sizes: largestIntermediates(subject, { params, gradient, state: ours.before, step }),
      }))
      state = ours.state
      const tolerance = (leaf: string, steep: number) => 1e-5 * (sizes.get(leaf) ?? sizes.get('') ?? 0) + 8 * steep
      return (
        firstDifference('updates', ours.updates, reference.updates, leaf =>
          tolerance(leaf, apart(reference.updates[leaf], nudged.updates[leaf])),
        ) ??
        stateDifference(ours.state, reference.state, (slot, i) =>
          tolerance(
            slot.path.findLast(key => Object.hasOwn(params, key)) ?? '',
            apart(slot.value, nudged.state[i]?.value),
          ),
        )
      )
    })
    return { broken, interesting: someNonZero(gradients) }
  },
}
