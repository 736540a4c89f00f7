/** What a compiled transform offers, and the types of its values. */
import type * as tf from '@tensorflow/tfjs'
import type { Expr } from '../expr/expr.js'
import type { Scalar } from '../expr/scalar.js'
import type { Tree } from '../expr/tree.js'
import type { ExecutionPlan } from './runner.js'

/** A state on tensors: `tf.Tensor` for each `Expr`, `number` for each `Scalar`, in the same nesting. */
export type Concrete<S> = S extends Expr
  ? tf.Tensor
  : S extends Scalar
    ? number
    : // What tfjs declares of what `tf.tidy` returns holds no readonly tuple, which is what the states of a chain are.
      S extends readonly [unknown, ...unknown[]]
      ? { -readonly [K in keyof S]: Concrete<S[K]> }
      : { readonly [K in keyof S]: Concrete<S[K]> }

/** Parameters, gradients or updates by leaf name. */
export type Tensors = Tree<tf.Tensor>

/** What a step knows: numbers (`epoch` from 1, `totalEpochs`, `loss`) and trees for the rules that read them. */
export type StepContext = Readonly<Record<string, number | Tensors>>

/** Gradients by leaf name; a leaf without one is absent, `null` or `undefined`. */
export type Gradients = Readonly<Record<string, tf.Tensor | null | undefined>>

/** Observed values: label -> leaf -> value, under `'*'` where a value belongs to no single leaf. The caller's own. */
export type Readings = Readonly<Record<string, Tensors>>

/** Parameters and the optimizer's state, which `step` takes and gives. No interface, which `tf.tidy` would not return. */
export type Training<S, P extends Tensors = Tensors> = {
  readonly params: P
  readonly state: Concrete<S>
}

interface Init<S> {
  /**
   * The state before the first step. Fresh tensors, the caller's own.
   *
   * @param params float32 tensors by leaf name, in layer order; not written to, not disposed
   */
  init(params: Tensors): Concrete<S>
  /**
   * What a first step with these parameters and this context does on the current backend: which interpreter runs it, in how
   * many loops, and what runs through tfjs between them and why.
   */
  plan(params: Tensors, context?: StepContext): ExecutionPlan
}

/** A transform ready to run on tensors. */
export interface Optimizer<S> extends Init<S> {
  /**
   * Updates and the next state. Pure: writes to no input and disposes none; each output is a fresh tensor, the caller's own.
   * A leaf without a gradient is not among the updates, and its state is what it was.
   */
  update(grads: Gradients, state: Concrete<S>, params: Tensors, context?: StepContext): readonly [Tensors, Concrete<S>]
  /**
   * Parameters and state after a step. **Consumes** `params` and `state`, as JAX's donated buffers: they must not be used
   * again (a `tf.Variable` is assigned and returned; under two names it is refused). `grads` stay the caller's. On an error nothing is consumed, whatever
   * threw.
   *
   * @throws Error where the state was consumed by an earlier step
   */
  step<P extends Tensors>(training: Training<S, P>, grads: Gradients, context?: StepContext): Training<S, P>
}

/** An {@link Optimizer} that also reads what was asked for in `observe`. */
export interface ObservedOptimizer<S> extends Init<S> {
  update(
    grads: Gradients,
    state: Concrete<S>,
    params: Tensors,
    context?: StepContext,
  ): readonly [Tensors, Concrete<S>, Readings]
  step<P extends Tensors>(
    training: Training<S, P>,
    grads: Gradients,
    context?: StepContext,
  ): Training<S, P> & { readonly readings: Readings }
}
