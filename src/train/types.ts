/** What a training run takes, tells and gives. */
import type { Examples } from '../data/index.js'
import type { Model } from '../models/index.js'
import type { GradientTransform } from '../transform/types.js'
import type { AlphaStatistics, Bounds } from './alpha.js'

/** A training run, as data. */
export interface TrainingConfig<S> {
  readonly model: Model
  readonly transform: GradientTransform<S>
  readonly train: Examples
  readonly test: Examples
  /** Decides initial weights, order and dropout: an integer >= 0. The same for two variants makes a pair of them. */
  readonly seed: number
  /** Passes over the training set: an integer >= 1. Default 10. */
  readonly epochs?: number | undefined
  /** Examples per step: an integer >= 1. Default 128. The last batch of an epoch may be smaller; none is dropped. */
  readonly batchSize?: number | undefined
  /**
   * Where the transform has an observed `'alpha'`: the bounds it is clipped to, before any scaling. Then alpha is read at the
   * last step of each epoch; without bounds it is not.
   */
  readonly alphaBounds?: Bounds | undefined
  /** Called after each step, synchronously. */
  readonly onProgress?: ((progress: Progress) => void) | undefined
}

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
  /** Mean cross-entropy on the test set after the epoch. */
  readonly testLoss: number
  /** Fraction of the test set classified correctly after the epoch. */
  readonly testAccuracy: number
  /** Wall-clock seconds of training, evaluation apart. */
  readonly seconds: number
  /** Wall-clock seconds of evaluation. */
  readonly evaluationSeconds: number
  /** Alpha at the last step of the epoch, where it was asked for. */
  readonly alpha?: AlphaStatistics
}

/** How a run ended: with all its epochs, or early, where the loss was no longer finite. */
export type Outcome =
  | { readonly status: 'completed' }
  | { readonly status: 'diverged'; readonly epoch: number; readonly step: number; readonly reason: string }

/** A finished run: plain data, without tensors. A diverged run has the epochs before the one that diverged. */
export interface TrainingRun {
  readonly seed: number
  readonly epochs: readonly EpochResult[]
  readonly outcome: Outcome
}
