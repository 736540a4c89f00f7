/** What a training run takes, tells and gives. */

import type { Augmentation, Examples } from '../data/index.js'
import type { Model } from '../models/index.js'
import { callback, needed, type OptionsOf, options, plain, value } from '../schema/index.js'
import type { GradientTransform } from '../transform/types.js'
import type { AlphaStatistics } from './alpha.js'
import type { DiagnosticsOptions } from './diagnostics/recorder.js'
import type { Bounds, Diagnostics } from './diagnostics/types.js'

const settings = options({
  /** What is trained. */
  model: needed(value<Model>()),
  /** Images to train with. */
  train: needed(value<Examples>()),
  /** Images to test with, after each epoch. */
  test: needed(value<Examples>()),
  /** Decides initial weights, order and dropout: an integer >= 0. The same for two variants makes a pair of them. */
  seed: needed(plain('integer in [0, inf)')),
  /** Passes over the training set: an integer >= 1. Default 10. */
  epochs: plain('integer in [1, inf)', 10),
  /** Examples per step: an integer >= 1. Default 128. The last batch of an epoch may be smaller; none is dropped. */
  batchSize: plain('integer in [1, inf)', 128),
  /**
   * Where the transform has an observed `'alpha'`: the bounds it is clipped to, before any scaling. Then alpha is read at the
   * last step of each epoch; without bounds it is not. Where `diagnostics` are wanted, they have it instead.
   */
  alphaBounds: value<Bounds>(),
  /** What of the optimizer's inner workings is recorded; no figure of the run depends on it. Default nothing, at no cost. */
  diagnostics: value<DiagnosticsConfig>(),
  /**
   * Parts that a batch is met in, one after another, for one step with the mean of their gradients: an integer >= 1. Default 1.
   * It bounds memory; the result is that of the whole batch up to rounding, but for dropout, whose masks are drawn for each
   * part, and batch normalization, which sees each part by itself.
   */
  accumulate: plain('integer in [1, inf)', 1),
  /** What happens to training images, anew in each epoch: seed, epoch and image decide. Default nothing. */
  augmentation: value<Augmentation>(),
  /**
   * A mean training loss over an epoch, > 0, above which the run has diverged, such as 10 log(classes): it saves the epochs of a
   * run that has exploded but stays finite. Default off, for losses of such a height may come down again.
   */
  divergeAbove: plain('(0, inf)'),
  /**
   * Batches of the training set from which the model's statistics (of batch normalization) are estimated anew before each
   * evaluation, at the parameters that are evaluated, where these are not the trained ones: an integer >= 0. Default 0, which
   * takes the statistics of training. What went before counts for $(1 - \rho)^n$ after $n$ batches of weight $\rho$, 3e-5 after
   * 100 of the default weight 0.1. A rule without such parameters has no use for it, and it is not done.
   */
  statisticsBatches: plain('integer in [0, inf)', 0),
  /**
   * A checkpoint of this run to go on from. The epochs that it has are not run again, and those that follow are just what they
   * would have been, bit for bit on the same backend. One of another seed, model, transform, batch size or set is refused; what
   * shows in no name and no shape (a learning rate, a rate of dropout) is not compared. More `epochs` may be wanted than when it
   * was made, of which a transform that reads `totalEpochs` learns only from there on.
   */
  resume: value<Uint8Array>(),
  /**
   * Called after each epoch and waited for, with its result, a function that encodes a checkpoint, and all results so far, this
   * one among them. It is not called for an epoch that diverged.
   */
  onEpoch: callback<OnEpoch>(),
  /** Called after each step, synchronously. */
  onProgress: callback<(progress: Progress) => void>(),
  /** Once aborted, the run is rejected with its reason before the next step. */
  signal: value<AbortSignal>(),
})

/** All that a run is given, for whoever checks it. */
export const trainingOptions = options({
  ...settings.fields,
  transform: needed(value<GradientTransform<unknown>>()),
})

/** A training run, as data. */
export interface TrainingConfig<S> extends OptionsOf<typeof settings, undefined> {
  /** What trains it. */
  readonly transform: GradientTransform<S>
}

/** What is recorded, and at which steps. `alphaBounds` is by default that of the run. */
export interface DiagnosticsConfig extends Omit<DiagnosticsOptions, 'interpreter'> {
  /** Every n-th step is recorded, counted back from the last one of an epoch: an integer >= 1. Default 1. */
  readonly every?: number | undefined
}

/**
 * What `onEpoch` is.
 *
 * @param checkpoint the run as it stands after this epoch, as bytes; not to be called after `onEpoch` has settled
 * @param done results of all epochs so far
 */
export type OnEpoch = (
  result: EpochResult,
  checkpoint: () => Uint8Array,
  done: readonly EpochResult[],
) => void | Promise<void>

/** How far a run has come: `step` of `steps` in `epoch` of `epochs`, all counted from 1, and the loss of that step's batch. */
export interface Progress {
  readonly epoch: number
  readonly epochs: number
  readonly step: number
  readonly steps: number
  readonly loss: number
}

/** What an epoch came to. */
export interface EpochResult {
  /** From 1. */
  readonly epoch: number
  /** Mean cross-entropy over the epoch's training batches, with dropout, each at the parameters it met. */
  readonly trainLoss: number
  /** Mean cross-entropy on the test set after the epoch, at the parameters that the transform is to be evaluated at. */
  readonly testLoss: number
  /** Fraction of the test set classified correctly after the epoch. */
  readonly testAccuracy: number
  /** Wall-clock seconds of training, evaluation apart. */
  readonly seconds: number
  /** Wall-clock seconds of evaluation. */
  readonly evaluationSeconds: number
  /** Alpha at the last step of the epoch, where it was asked for. */
  readonly alpha?: AlphaStatistics
  /** Over the recorded steps of the epoch, where they were asked for. */
  readonly diagnostics?: Diagnostics
}

/** How a run ended: with all its epochs, or early, where the loss was no longer finite, or above what was admitted. */
export type Outcome =
  | { readonly status: 'completed' }
  | { readonly status: 'diverged'; readonly epoch: number; readonly step: number; readonly reason: string }

/** A finished run: plain data, without tensors. A diverged run has the epochs before the one that diverged. */
export interface TrainingRun {
  readonly seed: number
  readonly epochs: readonly EpochResult[]
  readonly outcome: Outcome
  /** Values of the model's parameters, all together. */
  readonly parameters: number
  /** Bytes of the optimizer's state on the device, beside the parameters; its numbers are on the host. */
  readonly stateBytes: number
  /** Optimizer steps in an epoch. */
  readonly steps: number
}
