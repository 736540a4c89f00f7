/** Recording diagnostics: a compiled transform that also reads what it does. */
import * as tf from '@tensorflow/tfjs'
import { fromEntries, get, type Tree, values } from '../../expr/tree.js'
import {
  type CompileOptions,
  compile,
  type Gradients,
  type ObservedOptimizer,
  type Readings,
  type StepContext,
  type Training,
} from '../../runtime/index.js'
import { signatureOf } from '../../runtime/program.js'
import { type GradientTransform, observe } from '../../transform/index.js'
import { readerOf } from '../../wasm/direct.js'
import { collector, type Settings, type Values } from './collector.js'
import { type Layout, layoutOf, STEP } from './layout.js'
import type { Bounds, Diagnostics } from './types.js'

/** Constants of a transform that no value of it shows. By default those of its `config`, or else the published ones. */
export interface DiagnosticsOptions extends CompileOptions {
  /** What alpha is clipped to, `lo <= hi`: the ends of the histogram. Default [0.2, 2]. */
  readonly alphaBounds?: Bounds | undefined
  /** The part of that range, in [0, 0.5], that counts as near a bound; default 0.05. */
  readonly saturationThresholdFraction?: number | undefined
  /** What the controller's multiplier is clipped to; default [0.8, 1.2]. */
  readonly controllerBounds?: Bounds | undefined
  /** The squared gradient norm up to which the orthogonal residual skips a leaf; default 1e-8. */
  readonly orthogonalEps?: number | undefined
}

const settingsOf = ({ config }: GradientTransform<unknown>, options: DiagnosticsOptions): Settings => {
  const given = (config?.plasticity ?? {}) as Readonly<Record<string, unknown>>
  // A hyperparameter may be a symbolic number, which has no value here.
  const number = (key: string, otherwise: number): number =>
    typeof given[key] === 'number' ? (given[key] as number) : otherwise
  return {
    alphaBounds: options.alphaBounds ?? [number('minAlpha', 0.2), number('maxAlpha', 2)],
    saturationThresholdFraction: options.saturationThresholdFraction ?? number('saturationThresholdFraction', 0.05),
    controllerBounds: options.controllerBounds ?? [number('controllerLow', 0.8), number('controllerHigh', 1.2)],
    orthogonalEps: options.orthogonalEps ?? number('orthogonalEps', number('eps', 1e-8)),
  }
}

/** A transform on tensors, as `compile` gives it, that records what it does. */
export interface DiagnosticsRecorder<S> {
  /**
   * A step: parameters and state bit for bit those of `compile(transform).step`, which it consumes as that does. No tensor is
   * left behind; if reading fails, those of the result are disposed.
   */
  step(training: Training<S>, grads: Gradients, context?: StepContext): Promise<Training<S>>
  /** Diagnostics of the steps since the last call; the next step starts anew. */
  epoch(): Diagnostics
}

/**
 * Records diagnostics of a transform, for any variant of NeuroPlastic, control or hybrid; of any other transform, norms.
 *
 * All are sums over leaves and steps, taken on the host in double precision.
 *
 * @param transform any gradient transform
 * @param options constants that the diagnostics are set against, and the interpreter
 * @example
 * const recorder = diagnosticsOf(neuroPlastic({ learningRate: 0.1 }))
 * training = await recorder.step(training, grads, { epoch: 1, totalEpochs: 10 })
 * recorder.epoch().alphaMean
 */
export const diagnosticsOf = <S>(
  transform: GradientTransform<S>,
  { interpreter, ...options }: DiagnosticsOptions = {},
): DiagnosticsRecorder<S> => {
  const settings = settingsOf(transform, options)
  const labelled = observe(STEP, transform)
  // What a transform names depends on its leaves: a mask may meet none.
  const known = new Map<string, { readonly layout: Layout; readonly optimizer: ObservedOptimizer<S> }>()
  const observing = (params: Tree<tf.Tensor>, grads: Gradients, context: StepContext) => {
    const signature = signatureOf(grads, params, context)
    const key = JSON.stringify(signature)
    const found = known.get(key)
    if (found !== undefined) return found
    const layout = layoutOf(labelled, signature)
    const optimizer = compile(labelled, { observe: layout.labels, ...(interpreter && { interpreter }) })
    known.set(key, { layout, optimizer })
    return { layout, optimizer }
  }

  let collected = collector(settings)

  const record = async (
    layout: Layout,
    readings: Readings,
    before: Tree<tf.Tensor>,
    grads: Gradients,
  ): Promise<void> => {
    const valuesOf = await readerOf([
      ...Object.values(readings).flatMap(values),
      ...values(before),
      ...layout.leaves.map(({ name }) => grads[name] as tf.Tensor),
    ])
    const read = new Map<number, Values>()
    layout.leaves.forEach(leaf => {
      const gradient = valuesOf(grads[leaf.name] as tf.Tensor)
      if (leaf.gradient !== undefined) read.set(leaf.gradient, gradient)
      for (const [label, node] of leaf.nodes)
        if (!read.has(node)) read.set(node, valuesOf(get(leaf.name)(get(label)(readings))))
      // A signal belongs to its group's leaves together, or to its only leaf.
      const [signal] = leaf.signal === undefined ? [] : Object.values(readings[leaf.signal] ?? {})
      collected.addLeaf(layout, {
        layout: leaf,
        gradient,
        parameter: valuesOf(get(leaf.name)(before)),
        value: label => read.get(leaf.nodes.get(label) ?? Number.NaN),
        signal: signal === undefined ? 0 : (valuesOf(signal)[0] as number),
      })
    })
    collected.addStep()
  }

  return {
    step: async (training, grads, context = {}) => {
      const { layout, optimizer } = observing(training.params, grads, context)
      // Copies, since the step consumes them. One that is missing is the step's to refuse.
      const before = fromEntries(
        layout.leaves.flatMap(({ name }) => {
          const parameter = training.params[name]
          return parameter === undefined ? [] : [[name, parameter.clone()] as const]
        }),
      )
      try {
        const { readings, ...next } = optimizer.step(training, grads, context)
        try {
          await record(layout, readings, before, grads)
          return next
        } catch (error) {
          tf.dispose([next.params, next.state as tf.TensorContainer])
          throw error
        } finally {
          tf.dispose(readings)
        }
      } finally {
        tf.dispose(before)
      }
    },
    epoch: () => {
      const diagnostics = collected.diagnostics()
      collected = collector(settings)
      return diagnostics
    },
  }
}
