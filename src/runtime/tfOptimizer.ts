/** A transform as a `tf.Optimizer`, for code that wants one: `model.compile`, `fit`, `minimize`. */

import * as tf from '@tensorflow/tfjs'
import { map } from '../expr/tree.js'
import { admit, HyperparameterError } from '../schema/hyperparameter.js'
import { type Complete, callback, type OptionsOf, options, plain } from '../schema/index.js'
import { admitTransform, isTransform } from '../transform/admit.js'
import { rateOf } from '../transform/rate.js'
import type { GradientTransform, OptimizerConfig } from '../transform/types.js'
import { describe, type Reader, setReader, transformOf, undescribe } from './adapter/config.js'
import { grown, kept, valuesOf } from './adapter/growth.js'
import { learningRateOf, WRITTEN, writable } from './adapter/learningRate.js'
import { needsOf, type Offered, offering } from './adapter/needs.js'
import { swapped } from './adapter/swap.js'
import { isBound, type Leaf, meet } from './adapter/variables.js'
import { fromWeights, type NamedTensor, structureFor, toWeights } from './adapter/weights.js'
import { tellIfClimbing } from './climbing.js'
import { type CompileOptions, compile, compileOptions } from './compile.js'
import { evaluationParams } from './evaluationParams.js'
import type { Concrete, Gradients, Optimizer, StepContext, Tensors } from './types.js'

const tfOptimizerOptions = options({
  /** Steps in an epoch: with it, steps count the epochs, for transforms that read `epoch`. Else see `callback`. */
  stepsPerEpoch: plain('integer in [1, inf)'),
  /** Epochs in all, for transforms that read `totalEpochs`. */
  totalEpochs: plain('integer in [1, inf)'),
  /** How often `minimize` evaluates the loss, each time with a step after it; for transforms that go away and come back. Default 1. */
  evaluationsPerStep: plain('integer in [1, inf)', 1),
  /** What else a step knows, given the number of steps taken. A saved model does not hold it. */
  context: callback<(step: number) => StepContext>(),
  ...compileOptions.fields,
})

export interface TfOptimizerOptions extends CompileOptions, OptionsOf<typeof tfOptimizerOptions> {}

const scalarsOf = (scope: { readonly track: readonly tf.Tensor[] } | undefined): readonly tf.Tensor[] =>
  (scope?.track ?? []).filter(x => x.kept && x.rank === 0 && !(x instanceof tf.Variable))

const missing: Readonly<Record<Offered, string>> = {
  epoch: 'give fit { callbacks: optimizer.callback() }, or toTfOptimizer { stepsPerEpoch }',
  totalEpochs: 'give fit { callbacks: optimizer.callback() }, or toTfOptimizer { totalEpochs }',
  loss: 'call minimize, which knows it, or give toTfOptimizer { context }',
}

/** What {@link toTfOptimizer} makes. A class, for TensorFlow.js asks for one. */
export class TfOptimizer extends tf.Optimizer {
  /** What saved models call it. */
  static get className(): string {
    return 'Plastax'
  }

  readonly #transform: GradientTransform<unknown>
  readonly #given: TfOptimizerOptions
  readonly #options: Complete<typeof tfOptimizerOptions.fields>
  readonly #optimizer: Optimizer<unknown>
  /** A learning rate that was written. */
  #learningRate: number | undefined
  #leaves: readonly Leaf[] = []
  /** Which leaf each variable is that has come. */
  #bound: ReadonlyMap<tf.Variable, string> = new Map()
  #params: Tensors = {}
  #state: Concrete<unknown> | undefined
  /** What is loaded for leaves whose variables have not come. */
  #waiting: ReturnType<typeof valuesOf> = new Map()
  #needs: ReadonlySet<Offered> = new Set()
  #epochs: { readonly epoch: number; readonly totalEpochs: number } | undefined
  /** Whether it was looked at where its updates lead. */
  #looked = false
  /** Whether the variables hold the parameters to evaluate at. */
  #away = false
  /** Small tensors handed out that nobody else disposes. */
  #issued: readonly tf.Tensor[] = []

  constructor(transform: GradientTransform<unknown>, given: TfOptimizerOptions = {}) {
    super()
    this.#transform = transform
    this.#given = given
    this.#options = tfOptimizerOptions.read('toTfOptimizer', given)
    this.#optimizer = compile(writable(transform), compileOptions.from(this.#options))
  }

  /**
   * The learning rate of the next step, where the transform ends in one: to read, and to write between steps, in (0, inf). What is
   * written stands in place of a schedule from then on, traces nothing anew, and is saved with the configuration.
   *
   * @throws TypeError where the transform does not end in one learning rate; HyperparameterError for a value out of its range
   */
  get learningRate(): number {
    return this.#learningRate ?? learningRateOf(this.#transform, this.#state)
  }

  set learningRate(value: number) {
    learningRateOf(this.#transform, this.#state)
    if (typeof value !== 'number') throw new HyperparameterError('learningRate', value, 'a number in (0, inf)')
    this.#learningRate = admit('learningRate', value, '(0, inf)')
  }

  override applyGradients(gradients: tf.NamedTensorMap | NamedTensor[]): void {
    this.#step(this.#known(), gradients)
    this.incrementIterations()
  }

  override minimize(f: () => tf.Scalar, returnCost = false, varList?: tf.Variable[]): tf.Scalar | null {
    this.#discard()
    const known = this.#known()
    const evaluate = (again: boolean): tf.Scalar => {
      const { value, grads } = this.computeGradients(again ? () => this.#quietly(f) : f, varList)
      try {
        const given = varList?.map(({ name }) => ({ name, tensor: grads[name] as tf.Tensor }))
        this.#step(known, given ?? grads, value)
      } catch (error) {
        value.dispose()
        throw error
      } finally {
        tf.dispose(grads)
      }
      return value
    }
    const value = evaluate(false)
    for (let i = 1; i < this.#options.evaluationsPerStep; i++) evaluate(true).dispose()
    this.incrementIterations()
    if (returnCost) return value
    value.dispose()
    return null
  }

  /** A callback for `fit` and `fitDataset` that tells the optimizer the epoch, and how many there are. */
  callback(): tf.Callback {
    // Nothing but its type says that it is abstract.
    const callback = new (tf.Callback as unknown as new () => tf.Callback)()
    callback.onEpochBegin = async epoch => {
      this.#epochs = { epoch: epoch + 1, totalEpochs: Number(callback.params.epochs) }
    }
    callback.onTrainEnd = async () => {
      this.#epochs = undefined
    }
    return callback
  }

  /**
   * Runs `f` while the variables hold the parameters that the transform is to be evaluated at, and gives them their own back, bit
   * for bit, on failure too. What `f` promises is waited for; no step is taken meanwhile.
   *
   * @param f evaluates, predicts, saves
   * @returns what `f` gives
   */
  atEvaluationWeights<R>(f: () => R): R {
    if (this.#away || this.#transform.evaluate === undefined || this.#state === undefined) return f()
    return swapped(this.#params, evaluationParams(this.#transform, this.#params, this.#state), f, away => {
      this.#away = away
    })
  }

  /**
   * The whole state: `iter`, a description, the numbers, exactly, then the state's tensors themselves. They are live, as those
   * of tfjs's own optimizers: read them before the next step, and do not dispose them.
   */
  override async getWeights(): Promise<NamedTensor[]> {
    this.#discard()
    const own = tf.tidy(() => {
      const iter = tf.scalar(this.iterations, 'int32')
      return [{ name: 'iter', tensor: iter }, ...this.#stateWeights()].map(weight => ({
        ...weight,
        tensor: weight.tensor.kept ? weight.tensor : tf.keep(weight.tensor),
      }))
    })
    const state = new Set<unknown>([...valuesOf(this.#state).values(), ...this.#waiting.values()])
    this.#issued = own.flatMap(({ tensor }) => (state.has(tensor) ? [] : [tensor]))
    return own
  }

  /**
   * Takes up a state that {@link getWeights} gave. Variables get their part of it by name; where no name is known, by place.
   *
   * @throws TypeError for weights of anything else; then the optimizer is as it was
   */
  override async setWeights(weights: NamedTensor[]): Promise<void> {
    const { leaves, state } = await fromWeights(this.#transform, weights)
    const [iterations = 0] = (await weights[0]?.tensor.data()) ?? []
    this.dispose()
    this.#leaves = leaves
    this.#waiting = valuesOf(state)
    this.iterations_ = iterations
  }

  /** Disposes the state; variables stay. A step after it begins anew. */
  override dispose(): void {
    this.#discard()
    tf.dispose([...valuesOf(this.#state).values(), ...this.#waiting.values()] as tf.Tensor[])
    this.#leaves = []
    this.#bound = new Map()
    this.#params = {}
    this.#state = undefined
    this.#waiting = new Map()
    this.iterations_ = 0
  }

  /** @throws Error naming what a configuration cannot say of this optimizer */
  override getConfig(): tf.serialization.ConfigDict {
    const written = this.#learningRate === undefined ? {} : { learningRate: this.#learningRate }
    return { plastax: describe(this.#transform, { ...this.#given, ...written }) }
  }

  /** @nocollapse */
  static override fromConfig<T extends tf.serialization.Serializable>(
    cls: tf.serialization.SerializableConstructor<T>,
    config: tf.serialization.ConfigDict,
  ): T {
    const [transform, { learningRate, ...options }] = undescribe(config.plastax)
    const optimizer = new cls(transform, options)
    if (optimizer instanceof TfOptimizer && learningRate !== undefined) optimizer.learningRate = learningRate
    return optimizer
  }

  /** What is known before a step besides its loss. */
  #known(): StepContext {
    const { stepsPerEpoch, totalEpochs, context } = this.#options
    const all = totalEpochs === undefined ? {} : { totalEpochs }
    const counted =
      stepsPerEpoch === undefined
        ? {}
        : { epoch: Math.min(1 + Math.floor(this.iterations / stepsPerEpoch), totalEpochs ?? Number.POSITIVE_INFINITY) }
    return { ...all, ...counted, ...this.#epochs, ...context?.(this.iterations) }
  }

  #step(known: StepContext, gradients: tf.NamedTensorMap | NamedTensor[], loss?: tf.Scalar): void {
    if (this.#away) throw new Error('a step was asked for while the variables hold the parameters to evaluate at')
    const given = Array.isArray(gradients)
      ? gradients.map(({ name, tensor }) => [name, tensor] as const)
      : Object.entries(gradients)
    const variables = this.#meet(given, known)
    const grads: Gradients = Object.fromEntries(
      given.flatMap(([, tensor], i) => {
        const leaf = this.#bound.get(variables[i] as tf.Variable)
        return tensor && leaf !== undefined ? [[leaf, tensor]] : []
      }),
    )
    if (Object.keys(grads).length === 0) return
    const before = this.#state as Concrete<unknown> // there, where there are leaves
    const training = { params: this.#params, state: before }
    const next = this.#optimizer.step(training, grads, this.#contextOf(known, loss))
    this.#params = next.params
    this.#state = next.state === before ? before : kept(next.state)
  }

  /** The variables that gradients are of; sees which of them are new, and which others are gone. */
  #meet(given: readonly (readonly [string, tf.Tensor | null])[], known: StepContext) {
    const { registeredVariables } = tf.engine()
    const variables = given.map(([name, gradient]) => {
      const variable = Object.hasOwn(registeredVariables, name) ? registeredVariables[name] : undefined
      if (variable === undefined && gradient) throw new Error(`no tf.Variable is named '${name}'`)
      return variable
    })
    const fresh = variables.filter(variable => variable?.dtype === 'float32' && !this.#bound.has(variable))
    if (fresh.length > 0 || [...this.#bound.keys()].some(({ isDisposed }) => isDisposed))
      this.#regrow(fresh as tf.Variable[], known)
    return variables
  }

  #regrow(fresh: readonly tf.Variable[], known: StepContext): void {
    const leaves = meet(this.#leaves, fresh)
    const here = leaves.filter(isBound)
    const params: Tensors = Object.fromEntries(here.map(({ leaf, variable }) => [leaf, variable]))
    const shapes = map((x: tf.Tensor) => x.shape)(params)
    const needs = needsOf(this.#transform, shapes, known)
    if (!this.#looked) tellIfClimbing('toTfOptimizer', this.#transform, offering(shapes, known))
    this.#looked = true
    const earlier = new Map([...this.#waiting, ...valuesOf(this.#state)])
    const [state, taken] = grown(this.#optimizer, params, earlier)
    const rest = [...earlier].filter(([, value]) => !taken.has(value))
    const complete = here.length === leaves.length
    if (complete) tf.dispose(rest.map(([, value]) => value) as tf.Tensor[])
    this.#waiting = new Map(complete ? [] : rest)
    this.#leaves = leaves
    this.#bound = new Map(here.map(({ leaf, variable }) => [variable, leaf]))
    this.#params = params
    this.#needs = needs
    this.#state = state
  }

  /** What the transform reads. @throws ReferenceError where nobody gives it, saying who could */
  #contextOf(known: StepContext, loss: tf.Scalar | undefined): StepContext {
    const entries: Record<string, number | Tensors> = { ...known }
    if (rateOf(this.#transform) !== undefined) entries[WRITTEN] = this.#learningRate ?? 0
    for (const entry of ['epoch', 'totalEpochs', 'loss'] as const) {
      if (!this.#needs.has(entry)) delete entries[entry]
      else if (entry === 'loss' && entries.loss === undefined && loss !== undefined)
        entries.loss = loss.dataSync()[0] as number
      else if (entries[entry] === undefined)
        throw new ReferenceError(`this optimizer reads '${entry}', which nothing gives: ${missing[entry]}`)
    }
    return entries
  }

  #stateWeights(): readonly NamedTensor[] {
    const values = new Map([...this.#waiting, ...valuesOf(this.#state)])
    const weightsOf = (leaves: readonly Leaf[]) => {
      const structure = structureFor(this.#transform, leaves)
      const found = structure.state.map(({ path }) => values.get(JSON.stringify(path)))
      return leaves.length > 0 && found.every(value => value !== undefined)
        ? toWeights(structure, leaves, found)
        : undefined
    }
    // A state that depends on which leaves there are may have no place for those that have not come.
    return weightsOf(this.#leaves) ?? weightsOf(this.#leaves.filter(isBound)) ?? toWeights()
  }

  /** A loss evaluated once more: the metrics that `fit` keeps each time are disposed when nobody reads them any more. */
  #quietly(f: () => tf.Scalar): tf.Scalar {
    const { state } = tf.engine()
    const before = new Set(scalarsOf(state.activeScope))
    const value = f()
    this.#issued = [...this.#issued, ...scalarsOf(state.activeScope).filter(x => !before.has(x))]
    return value
  }

  #discard(): void {
    tf.dispose(this.#issued as tf.Tensor[])
    this.#issued = []
  }
}

// Loading a model finds the class by its name.
tf.serialization.registerClass(TfOptimizer)

/** @internal Lets saved optimizers be read. Here, so that a bundle with it has the class registered too. */
export const readWith = (reader: Reader): void => setReader(reader)

/**
 * A transform as a `tf.Optimizer`: for `model.compile({ optimizer })` and `fit`, `minimize`, `applyGradients`.
 *
 * Fused on the `wasm` backend, as `compile` is. The state belongs to variables: one without a gradient stands still, a frozen
 * layer goes on where it stood, a variable that comes later begins anew. `model.save` with `includeOptimizer` keeps the whole
 * state, and the optimizer with it where `fromConfig` could make it; to load it, import `plastax/config`, once.
 *
 * @param transform whose updates are steps downhill: a chain of one's own ends in `scaleByLearningRate`, and where all of them go up
 *   the gradient a warning says so at the first step. Or a configuration for `fromConfig`, which `plastax/config` has to be imported for
 * @param options where `epoch` and `totalEpochs` come from, for transforms that read them, and what else a step knows
 * @throws HyperparameterError, TypeError for a configuration with problems, naming each, Error where nothing reads configurations
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [4] })] })
 * model.compile({ optimizer: toTfOptimizer(adam({ learningRate: 1e-3 })), loss: 'meanSquaredError' })
 */
export const toTfOptimizer = (
  transform: GradientTransform<unknown> | OptimizerConfig,
  options: TfOptimizerOptions = {},
): TfOptimizer =>
  new TfOptimizer(
    isConfig(transform) ? transformOf(transform) : admitTransform('toTfOptimizer', 'the transform', transform),
    options,
  )

const isConfig = (x: GradientTransform<unknown> | OptimizerConfig): x is OptimizerConfig =>
  typeof x === 'object' && x !== null && 'optimizer' in x && !isTransform(x)
