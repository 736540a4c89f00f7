/** `compile`: from a transform to functions on tensors. */

import type * as tf from '@tensorflow/tfjs'
import { showPath } from '../expr/nest.js'
import { names, values } from '../expr/tree.js'
import { evaluate, type Value } from '../interpret/tfjs/evaluate.js'
import { inputName, traceInit } from '../interpret/trace.js'
import { anyOf, needed, type OptionsOf, options, value } from '../schema/index.js'
import { admitTransform } from '../transform/admit.js'
import type { GradientTransform } from '../transform/types.js'
import { checkAssigned, checkContext, checkGradients, checkParams, matches, refuseState } from './check.js'
import { readingsOf } from './observations.js'
import { consume, fresh, isConsumed, renewed, replacing, soleAmong } from './ownership.js'
import { type Program, programOf, restoring, shapesOf, signatureOf } from './program.js'
import type { Interpreter } from './runner.js'
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

export const compileOptions = options({
  /** Which interpreter runs the transform; default `'fused'` on the `wasm` backend that `useWasm` set up, `'tfjs'` on any other. */
  interpreter: anyOf('tfjs', 'fused'),
})

export interface CompileOptions extends OptionsOf<typeof compileOptions> {}

const observed = options({
  /** Labels, as `observe` gave them, to read at each step. What is not asked for is not computed. */
  observe: needed(value<readonly string[]>()),
})

const allOptions = options({ ...compileOptions.fields, observe: value<readonly string[]>() })

export interface ObserveOptions extends CompileOptions, OptionsOf<typeof observed> {}

/**
 * Makes a transform ready to run on tensors, on whatever tfjs backend is current.
 *
 * It is traced at first use, once for each combination of leaf names, shapes and context entries: a changing epoch, loss or
 * learning rate traces nothing anew. The 32 combinations used last are kept ready.
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
  given: CompileOptions & Partial<ObserveOptions> = {},
): Optimizer<S> | ObservedOptimizer<S> {
  admitTransform('compile', 'the transform', transform)
  const { interpreter, observe } = allOptions.read('compile', given)
  if (observe !== undefined && !(Array.isArray(observe) && observe.every(label => typeof label === 'string')))
    throw new TypeError(
      `compile: observe is ${JSON.stringify(observe)}; a list of labels was expected, such as ['alpha']`,
    )
  const { init, plan, update, step } = programs(transform, observe ?? [], interpreter)
  if (observe !== undefined) return { init, plan, update, step }
  return {
    init,
    plan,
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

/** How many signatures an optimizer keeps ready: one has a few, such as sets of leaves with a gradient; more come one after another. */
const mostPrograms = 32

const programs = <S>(
  transform: GradientTransform<S>,
  labels: readonly string[],
  interpreter: Interpreter | undefined,
): ObservedOptimizer<S> => {
  // The one used last comes first: mostly it is the one that is looked for, and is found at once.
  let known: readonly Program[] = []

  const programFor = (grads: Gradients, params: Tensors, context: StepContext): Program => {
    const found = known.find(program => matches(program, grads, params, context))
    if (found !== undefined) {
      if (found !== known[0]) known = [found, ...known.filter(program => program !== found)]
      return found
    }
    checkParams(params)
    checkGradients(grads, params)
    checkContext(context)
    const program = programOf(transform, signatureOf(grads, params, context), labels, interpreter)
    known = [program, ...known].slice(0, mostPrograms)
    return program
  }

  const prepare = (grads: Gradients, state: Concrete<S>, params: Tensors, context: StepContext) => {
    const program = programFor(grads, params, context)
    const { signature, absent, slots } = program
    if (isConsumed(state, params, slots.length === 0))
      throw new Error('this training was consumed by an earlier step; go on with what that step returned')
    // What a step replaces, then what it only reads: in the order of inputNamesOf.
    const inputs: Value[] = []
    for (const leaf of signature.present) inputs.push(params[leaf] as tf.Tensor)
    if (!program.readState(state, inputs)) refuseState(state, slots)
    const replaced = inputs.length
    for (const leaf of signature.present) inputs.push(grads[leaf] as tf.Tensor)
    for (const leaf of absent) inputs.push(params[leaf] as tf.Tensor)
    for (const entry of signature.scalars) inputs.push(context[entry] as number)
    for (const entry of names(signature.trees)) inputs.push(...values(context[entry] as Tensors))
    return { program, inputs, replaced }
  }

  // Results come as one list: a value per leaf with a gradient, then the state, then the readings.
  const unpack = (
    results: readonly Value[],
    { signature, restore, next, observations }: Program,
    old?: Concrete<S>,
  ) => {
    const state = restore(results, old) as Concrete<S>
    const rest = signature.present.length + next.length
    return { state, readings: readingsOf(observations, results.slice(rest) as tf.Tensor[]) }
  }
  const leavesOf = (results: readonly Value[], { signature: { present } }: Program): Tensors =>
    Object.fromEntries(present.map((leaf, i) => [leaf, results[i] as tf.Tensor]))

  return {
    init: params => {
      checkParams(params)
      const { graph, structure } = traceInit(transform, shapesOf(params))
      const inputs = new Map<string, Value>(
        names(params).map(leaf => [inputName.param(leaf), params[leaf] as tf.Tensor]),
      )
      const results = evaluate(graph, graph.roots, name => inputs.get(name) as Value)
      return restoring(structure, 0)(fresh(results, inputs.values())) as Concrete<S>
    },

    plan: (params, context = {}) => {
      const numbers = new Map(Object.entries(context).map(([entry, value]) => [inputName.scalar(entry), value]))
      // Gradients are like the parameters; the counters of a state start at 0.
      return programFor(params, params, context).step.plan(name => Number(numbers.get(name) ?? 0))
    },

    update: (grads, state, params, context = {}): readonly [Tensors, Concrete<S>, Readings] => {
      const { program, inputs } = prepare(grads, state, params, context)
      const results = program.update.run(inputs, [])
      const own = fresh(results, inputs)
      const { state: next, readings } = unpack(own, program)
      return [leavesOf(own, program), next, readings]
    },

    step: <P extends Tensors>({ params, state }: Training<S, P>, grads: Gradients, context: StepContext = {}) => {
      const { program, inputs, replaced } = prepare(grads, state, params, context)
      const { signature, absent, slots } = program
      checkAssigned([...inputs.slice(0, replaced), ...absent.map(leaf => params[leaf])], i => {
        const leaf = signature.present[i] ?? absent[i - replaced]
        return leaf === undefined
          ? `state${showPath(slots[i - signature.present.length]?.path ?? [])}`
          : `params['${leaf}']`
      })
      const donated = soleAmong(inputs, replaced)
      const results = program.step.run(inputs, donated)
      // All overwritten, or as it was: the usual case, and there is nothing to hand over.
      if (results.every((value, i) => typeof value === 'number' || value === donated[i])) {
        const { state: next, readings } = unpack(results, program, state)
        const nesting = next === state ? renewed(state) : next
        if (nesting !== state) consume(state, params)
        return { params: program.slots.length === 0 ? renewed(params) : params, state: nesting, readings }
      }
      const own = replacing(results, inputs.slice(0, replaced), inputs, new Set(Object.values(grads)))
      consume(state, params)
      return { params: { ...params, ...leavesOf(own, program) }, ...unpack(own, program) }
    },
  }
}
