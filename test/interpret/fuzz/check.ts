/** Holding what the interpreters give against what a program means, step by step, and seeing that nothing else changes. */
import * as tf from '@tensorflow/tfjs'
import { compile, type Gradients, type Readings, type Tensors } from '../../../src/index.js'
import { numbersFrom, type Step, type Trial } from './arbitrary.js'
import { admits, type Element, showElement } from './element.js'
import { grow } from './heap.js'
import { type Decoded, decode, type Shape, show, sizeOf } from './program.js'
import { evaluate, initial, type Leaf, type Value } from './reference.js'
import { leafName, Planned, transformOf } from './transform.js'

export interface Machine {
  readonly backend: 'cpu' | 'wasm'
  readonly interpreter: 'tfjs' | 'fused'
}

export const machines: readonly Machine[] = [
  { backend: 'wasm', interpreter: 'fused' },
  { backend: 'wasm', interpreter: 'tfjs' },
  { backend: 'cpu', interpreter: 'tfjs' },
]

interface Now {
  params: Tensors
  state: { readonly tensors: readonly tf.Tensor[]; readonly count: number }
}

class Wrong extends Error {}

const read = (x: tf.Tensor): Leaf => ({ shape: x.shape, values: Array.from(x.dataSync()) })
const made = ({ shape, values }: Leaf): tf.Tensor => tf.tensor([...values], [...shape], 'float32')
const bits = (leaves: readonly Leaf[]): string =>
  leaves.map(({ values }) => new Int32Array(Float32Array.from(values).buffer).join()).join('|')

const compare = (what: string, actual: tf.Tensor, expected: Value): void => {
  if (actual.dtype !== 'float32') throw new Wrong(`${what} has dtype ${actual.dtype}`)
  if (actual.shape.join() !== expected.shape.join())
    throw new Wrong(`${what} has shape [${actual.shape}], where [${expected.shape}] is right`)
  const { values } = read(actual)
  const i = values.findIndex((x, at) => !admits(expected.elements[at] as Element, x))
  if (i >= 0)
    throw new Wrong(`${what} is ${values[i]} at ${i}, where ${showElement(expected.elements[i] as Element)} is right`)
}

const drawn = (shape: Shape, seed: number, values: Step['values']): Leaf => {
  const next = numbersFrom(seed)
  return { shape, values: Array.from({ length: sizeOf(shape) }, () => next(values)) }
}

/** Gradients for a step: some missing, some the very tensor of a parameter or of another gradient. */
const gradientsFor = (step: Step, shapes: readonly Shape[], params: Tensors): Gradients => {
  const given: Record<string, tf.Tensor> = {}
  shapes.forEach((shape, i) => {
    if (!isPresent(step, i, shapes.length)) return
    const alias = Math.floor(step.aliases / 3 ** i) % 3
    const first = given[leafName(0)]
    const own = () => made(drawn(shape, step.seed + 31 * i, step.values))
    given[leafName(i)] =
      alias === 1
        ? (params[leafName(i)] as tf.Tensor)
        : alias === 2 && first !== undefined && first.shape.join() === shape.join()
          ? first
          : own()
  })
  return given
}

const inputsOf = ({ params, state }: Now, grads: Gradients, names: readonly string[], t: number) => ({
  params: names.map(name => read(params[name] as tf.Tensor)),
  gradients: names.map(name => (grads[name] ? read(grads[name]) : undefined)),
  state: state.tensors.map(read),
  numbers: { t, count: state.count },
})

const played = (trial: Trial, decoded: Decoded, { interpreter }: Machine): void => {
  const { program, steps, observe, sharing } = { ...trial, ...decoded }
  const disturbance = { failing: false, grow }
  const names = program.shapes.map((_, i) => leafName(i))
  const labels = decoded.instructions.flatMap(({ gene }, i) => (gene.observed && (observe >> i) & 1 ? [`v${i}`] : []))
  const transform = transformOf(decoded, disturbance)
  const optimizer = compile(transform, { interpreter, observe: used(decoded, steps, labels) })

  const start = program.shapes.map((shape, i) => made(drawn(shape, (steps[0]?.seed ?? 0) + 7 * i + 1, 'typical')))
  const params: Tensors = Object.fromEntries(
    start.map((p, i) => {
      const twin = start.findIndex(other => other.shape.join() === p.shape.join())
      return [names[i] as string, sharing && twin < i ? (start[twin] as tf.Tensor).clone() : p]
    }),
  )
  let now: Now = { params, state: optimizer.init(params) }
  initial(
    decoded,
    names.map(name => read(params[name] as tf.Tensor)),
  ).forEach((value, i) => {
    compare(`init's state ${i}`, now.state.tensors[i] as tf.Tensor, value)
  })

  for (const [i, step] of steps.entries()) {
    const grads = gradientsFor(step, program.shapes, now.params)
    // A gradient that is a parameter stays the caller's: a clone does as well where the parameter is consumed.
    const inputs = inputsOf(now, grads, names, step.t)
    const expected = evaluate(decoded, inputs)
    const before = bits([...inputs.params, ...inputs.state, ...inputs.gradients.flatMap(g => g ?? [])])
    const unchanged = (when: string): void => {
      const { params: p, state, gradients } = inputsOf(now, grads, names, step.t)
      if (bits([...p, ...state, ...gradients.flatMap(g => g ?? [])]) !== before)
        throw new Wrong(`${when} changed its inputs`)
    }
    const checkReadings = (readings: Readings): void => {
      for (const [label, byLeaf] of Object.entries(readings))
        for (const x of Object.values(byLeaf)) {
          compare(`step ${i}, observed ${label}`, x, expected.observed.get(label) as Value)
          x.dispose()
        }
    }
    const checkState = (what: string, { tensors }: Now['state']): void =>
      tensors.forEach((x, j) => {
        compare(`step ${i}, ${what} ${j}`, x, expected.state[j] as Value)
      })

    if (step.fails) {
      disturbance.failing = true
      const [tensors, bytes] = [tf.memory().numTensors, tf.memory().numBytes]
      let thrown: unknown
      try {
        const { readings, ...next } = optimizer.step(now, grads, { t: step.t })
        // No node that fails is looked at: a step like others.
        for (const byLeaf of Object.values(readings)) tf.dispose(Object.values(byLeaf))
        now = next
      } catch (error) {
        thrown = error
      }
      disturbance.failing = false
      if (thrown === undefined) {
        checkState('state of a step that cannot fail', now.state)
        return
      }
      if (!(thrown instanceof Planned)) throw thrown
      unchanged('a step that throws')
      const left = tf.memory().numTensors - tensors
      if (left !== 0 || tf.memory().numBytes !== bytes) throw new Wrong(`a step that throws left ${left} tensors`)
    }

    const count = tf.memory().numTensors
    const results = Object.keys(grads).length + now.state.tensors.length
    if (step.call === 'update') {
      const [updates, state, readings] = optimizer.update(grads, now.state, now.params, { t: step.t })
      unchanged('update')
      names.forEach((name, j) => {
        const u = updates[name]
        if (u !== undefined) compare(`step ${i}, update ${j}`, u, expected.updates[j] as Value)
      })
      checkState('state', state)
      checkReadings(readings)
      if (tf.memory().numTensors - count !== results)
        throw new Wrong(`update made ${tf.memory().numTensors - count} tensors, where ${results} are handed over`)
      tf.dispose([updates, [...state.tensors]])
    } else {
      // Gradients stay the caller's, also where they are what is consumed; what is read of them is read before.
      const held = Object.entries(grads).flatMap(([, g]) => (g ? [read(g)] : []))
      const aliased = Object.values(grads).filter(g => g && Object.values(now.params).includes(g))
      const { readings, ...next } = optimizer.step(now, grads, { t: step.t })
      names.forEach((name, j) => {
        compare(`step ${i}, param ${j}`, next.params[name] as tf.Tensor, expected.params[j] as Value)
      })
      checkState('state', next.state)
      if (bits(Object.values(grads).flatMap(g => (g ? [read(g)] : []))) !== bits(held))
        throw new Wrong(`step ${i} changed a gradient`)
      checkReadings(readings)
      const extra = tf.memory().numTensors - count - new Set(aliased).size
      if (extra !== 0) throw new Wrong(`step ${i} left ${extra} tensors`)
      now = next
    }
  }
}

/** Whether a leaf has a gradient at a step; one of them has. */
const isPresent = ({ present }: Step, leaf: number, leaves: number): boolean =>
  ((present >> leaf) & 1) === 1 || present % (1 << leaves) === 0

/** Of the labels those that each step's trace has: of values on which a result of every step depends. */
const used = (decoded: Decoded, steps: readonly Step[], labels: readonly string[]): readonly string[] => {
  const leaves = decoded.program.shapes.length
  const first = 2 * leaves + decoded.stateShapes.length
  const found = new Set<number>()
  const open = [...decoded.updates.filter((_, i) => steps.every(step => isPresent(step, i, leaves))), ...decoded.next]
  while (open.length > 0) {
    const place = open.pop() as number
    if (found.has(place)) continue
    found.add(place)
    const { gene, args = [] } = decoded.instructions[place - first] ?? {}
    // What is the same on both sides is no choice.
    open.push(...(gene?.kind === 'branchOn' && args[0] === args[1] ? args.slice(0, 1) : args))
  }
  return labels.filter(label => found.has(first + Number(label.slice(1))))
}

/** Runs `f` on a backend. Both are started, so that selecting one takes effect at once. */
const on = (backend: string, f: () => void): void => {
  const current = tf.getBackend()
  if (backend === current) return void tf.tidy(f)
  void tf.setBackend(backend)
  try {
    tf.tidy(f)
  } finally {
    void tf.setBackend(current)
  }
}

/** What is wrong with one interpreter's run of a trial, if anything is. */
export const wrongOn = (trial: Trial, machine: Machine): string | undefined => {
  const decoded = decode(trial.program)
  try {
    on(machine.backend, () => played(trial, decoded, machine))
    return undefined
  } catch (error) {
    const why =
      error instanceof Wrong ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)
    return `${machine.interpreter} on ${machine.backend}: ${why}\n${show(decoded)}`
  }
}

/** What is wrong on the wasm backend, or on the cpu's: a third of the trials go there, for selecting a backend is dear. */
export const wrong = (trial: Trial): string | undefined => {
  const there = (trial.steps[0]?.seed ?? 0) % 3 === 0
  for (const machine of machines.filter(({ backend }) => backend !== 'cpu' || there)) {
    const found = wrongOn(trial, machine)
    if (found !== undefined) return found
  }
  return undefined
}
