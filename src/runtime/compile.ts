/** `compile`: from a transform to functions on tensors. */
import type * as tf from '@tensorflow/tfjs'
import type { Observation } from '../expr/graph.js'
import type { Shape } from '../expr/shape.js'
import { mapSymbols } from '../expr/structure.js'
import { map, names, type Tree } from '../expr/tree.js'
import { evaluate, type Value } from '../interpret/tfjs/evaluate.js'
import { HyperparameterError } from '../transform/hyperparameter.js'
import type { GradientTransform } from '../transform/types.js'
import { checkContext, checkGradients, checkParams, checkState, valueAt } from './check.js'
import { readingsOf, requested } from './observations.js'
import { fresh, replacing } from './ownership.js'
import { type Interpreter, type Runner, runnerOf } from './runner.js'
import { inputName, type Signature, sameSignature, traceInit, traceUpdate, type UpdateTrace } from './trace.js'
import type {
  Concrete,
  Gradients,
  ObservedOptimizer,
  Optimizer,
  Readings,
  StepContext,
  Tensors,
  Training,
} from './types.js'

export interface CompileOptions {
  /** Which interpreter runs the transform; default `'fused'` on the `wasm` backend, `'tfjs'` on any other. */
  readonly interpreter?: Interpreter
}

export interface ObserveOptions extends CompileOptions {
  /** Labels, as `observe` gave them, to read at each step. What is not asked for is not computed. */
  readonly observe: readonly string[]
}

/**
 * Makes a transform ready to run on tensors, on whatever tfjs backend is current.
 *
 * It is traced at first use, once for each combination of leaf names, shapes and context entries: a changing epoch, loss or
 * learning rate traces nothing anew.
 *
 * @param transform any gradient transform
 * @param options which interpreter, and what to observe: results then carry readings by label
 * @throws HyperparameterError for an unknown interpreter, and at first use for a label that nothing or more than one thing has
 * @example
 * const optimizer = compile(neuroPlastic({ learningRate: 0.1 }))
 * const training = { params, state: optimizer.init(params) }
 * const next = optimizer.step(training, grads, { epoch: 1, totalEpochs: 10 })
 */
export function compile<S>(transform: GradientTransform<S>, options?: CompileOptions): Optimizer<S>
export function compile<S>(transform: GradientTransform<S>, options: ObserveOptions): ObservedOptimizer<S>
export function compile<S>(
  transform: GradientTransform<S>,
  { interpreter, observe }: CompileOptions & Partial<ObserveOptions> = {},
): Optimizer<S> | ObservedOptimizer<S> {
  if (interpreter !== undefined && interpreter !== 'tfjs' && interpreter !== 'fused')
    throw new HyperparameterError('interpreter', interpreter, "'tfjs' or 'fused'")
  const { init, update, step } = programs(transform, observe ?? [], interpreter)
  if (observe !== undefined) return { init, update, step }
  return {
    init,
    update: (...inputs) => {
      const [updates, state] = update(...inputs)
      return [updates, state]
    },
    step: (training, grads, context) => {
      const { params, state } = step(training, grads, context)
      return { params, state }
    },
  }
}

interface Program extends UpdateTrace {
  readonly observations: readonly Observation[]
  /** How updates and the next state are computed, and how the next parameters and state. */
  readonly update: Runner
  readonly step: Runner
}

const programs = <S>(
  transform: GradientTransform<S>,
  labels: readonly string[],
  interpreter: Interpreter | undefined,
): ObservedOptimizer<S> => {
  const known: { readonly signature: Signature; readonly program: Program }[] = []

  const programFor = (signature: Signature): Program => {
    const found = known.find(entry => sameSignature(entry.signature, signature))
    if (found !== undefined) return found.program
    const trace = traceUpdate(transform, signature)
    const observations = requested(trace.graph.observations, labels)
    const rest = [...trace.next, ...observations.map(({ tensor }) => ({ sort: 'expr', id: tensor }) as const)]
    const replaces = [
      ...signature.present.map(inputName.param),
      ...trace.slots.map(({ path }) => inputName.state(path)),
      ...observations.map(() => undefined),
    ]
    const program = {
      ...trace,
      observations,
      update: runnerOf(interpreter, trace.graph, [...trace.updates, ...rest], []),
      step: runnerOf(interpreter, trace.graph, [...trace.params, ...rest], replaces),
    }
    known.push({ signature, program })
    return program
  }

  const prepare = (grads: Gradients, state: Concrete<S>, params: Tensors, context: StepContext) => {
    checkParams(params)
    checkGradients(grads, params)
    checkContext(context)
    const signature = signatureOf(grads, params, context)
    const program = programFor(signature)
    checkState(state, program.slots)
    const stateValues = program.slots.map(({ path }) => valueAt(state, path) as Value)
    const inputs = new Map<string, Value>([
      ...leafInputs(params, inputName.param),
      ...signature.present.map(leaf => [inputName.gradient(leaf), grads[leaf] as tf.Tensor] as const),
      ...program.slots.map(({ path }, i) => [inputName.state(path), stateValues[i] as Value] as const),
      ...contextInputs(context),
    ])
    return { program, inputs, stateValues, present: signature.present }
  }

  // Results come as one list: a value per leaf with a gradient, then the state, then the readings.
  const unpack = (values: readonly Value[], present: readonly string[], { structure, next, observations }: Program) => {
    const n = present.length
    const leaves: Tensors = Object.fromEntries(present.map((leaf, i) => [leaf, values[i] as tf.Tensor]))
    const state = restore<S>(structure, values.slice(n, n + next.length))
    return { leaves, state, readings: readingsOf(observations, values.slice(n + next.length) as tf.Tensor[]) }
  }

  return {
    init: params => {
      checkParams(params)
      const { graph, structure } = traceInit(transform, shapesOf(params))
      const inputs = new Map<string, Value>(leafInputs(params, inputName.param))
      return restore<S>(structure, fresh(evaluate(graph, graph.roots, inputs), inputs.values()))
    },

    update: (grads, state, params, context = {}): readonly [Tensors, Concrete<S>, Readings] => {
      const { program, inputs, present } = prepare(grads, state, params, context)
      const values = program.update(inputs, [])
      const { leaves, state: next, readings } = unpack(fresh(values, inputs.values()), present, program)
      return [leaves, next, readings]
    },

    step: <P extends Tensors>({ params, state }: Training<S, P>, grads: Gradients, context: StepContext = {}) => {
      const { program, inputs, stateValues, present } = prepare(grads, state, params, context)
      const before = [...present.map(leaf => params[leaf]), ...stateValues]
      const values = program.step(inputs, before)
      const results = replacing(values, before, inputs.values(), new Set(Object.values(grads)))
      const { leaves, state: next, readings } = unpack(results, present, program)
      return { params: { ...params, ...leaves }, state: next, readings }
    },
  }
}

const shapesOf: (tensors: Tensors) => Tree<Shape> = map(x => x.shape)

const signatureOf = (grads: Gradients, params: Tensors, context: StepContext): Signature => {
  const entries = Object.entries(context)
  return {
    params: shapesOf(params),
    // Its own: a leaf may be named as a method that every object has.
    present: names(params).filter(
      leaf => Object.hasOwn(grads, leaf) && grads[leaf] !== undefined && grads[leaf] !== null,
    ),
    scalars: entries.flatMap(([entry, value]) => (typeof value === 'number' ? [entry] : [])),
    trees: Object.fromEntries(
      entries.flatMap(([entry, value]) => (typeof value === 'number' ? [] : [[entry, shapesOf(value)]])),
    ),
  }
}

const leafInputs = (tensors: Tensors, name: (leaf: string) => string): readonly (readonly [string, Value])[] =>
  names(tensors).map(leaf => [name(leaf), tensors[leaf] as tf.Tensor])

const contextInputs = (context: StepContext): readonly (readonly [string, Value])[] =>
  Object.entries(context).flatMap(([entry, value]) =>
    typeof value === 'number'
      ? [[inputName.scalar(entry), value] as const]
      : leafInputs(value, leaf => inputName.tree(entry, leaf)),
  )

/** Puts values back into the nesting that they were flattened from. */
const restore = <S>(structure: unknown, values: readonly Value[]): Concrete<S> => {
  let place = 0
  // The nesting is that of S, with a value where each symbol stood: just what Concrete<S> says.
  return mapSymbols(() => values[place++], structure) as Concrete<S>
}
