/** What a study is: variants, data, seeds; and what it becomes: runs and their records. All but a variant's transform is plain data. */
import type { DataSetName } from '../data/index.js'
import type { Bounds, EpochResult, Outcome } from '../train/index.js'
import type { GradientTransform } from '../transform/index.js'

/**
 * What a variant is for. An `ablation` has a part of plasticity taken away; a `control` keeps something of its step size and
 * has no modulation: a gap to either has one cause, but only what beats the controls is more than a step size.
 */
export type Role = 'plasticity' | 'ablation' | 'control' | 'baseline'

/** What a variant's transform is made from: plain JSON, such as the options of an optimizer. */
export interface Settings {
  /** Above 0. */
  readonly learningRate: number
}

/** One optimizer of a study. */
export interface Variant<S extends Settings = Settings> {
  readonly role: Role
  /** One line for tables and help. */
  readonly description?: string
  /** As published, or by default. */
  readonly settings: S
  /** What selection chooses from; each is laid over `settings`. Default: `learningRate` times 0.1, 0.32, 1, 3.2 and 10. */
  readonly candidates?: readonly Partial<S>[]
  /** Where the transform observes an `'alpha'`: the bounds it is clipped to, before any scaling. */
  alphaBounds?(settings: S): Bounds
  /** A method, so that variants with different settings go into one record. */
  transform(settings: S): GradientTransform<unknown>
}

/** A data set, and where it is: see `loadDataSet`. */
export interface DataChoice {
  readonly name: DataSetName
  /** `'shipped'`, `'full'` or a folder. */
  readonly source?: string
}

/** A model by its name, with its options. */
export interface ModelChoice {
  readonly name: 'mlp' | 'small-cnn' | 'lenet5' | 'resnet18'
  /** Of the first layer of a `'resnet18'`: an integer >= 1. Default 64. */
  readonly width?: number
}

/** Where settings come from. */
export type Selection =
  /** Each variant's `settings`, as they are. */
  | 'fixed'
  /** The candidate that is best on examples put aside, by runs of their own; the final runs see all others. */
  | 'validation'
  /** The candidate that is best on the test set: as published, and optimistic. */
  | 'test'
  /** None: every candidate is run and reported. */
  | 'all'

/** How settings are selected on validation examples. */
export interface Tuning {
  /** Part of the training examples put aside, in (0, 1). Default 0.1. */
  readonly validation?: number
  /** Seeds for each candidate, others than those of the final runs. Default 2. */
  readonly seeds?: number
  /** Passes over the training examples. Default: the study's. */
  readonly epochs?: number
  /** Tune on this fraction, once for all fractions. Default: at each of the study's. */
  readonly fraction?: number
  /** Tune with this rate of wrong labels, once for all rates. Default: at each of the study's. */
  readonly labelNoise?: number
}

/** What may be set for the whole study, and be changed by its `quick` and `asPublished` versions. */
export interface StudySettings {
  /** Names are what tables and files call them. */
  readonly variants: Readonly<Record<string, Variant>>
  /** Names of variants that every variant with plasticity is compared with, beside its own controls. Default: all others. */
  readonly against: readonly string[]
  /**
   * Whether every variant with plasticity has the controls of its rule beside it: alpha = 1, averaged, shuffled, grafted. Without
   * them it is not asked whether the modulation beats its own step size. Default true.
   */
  readonly controls: boolean
  readonly data: readonly DataChoice[]
  /** Of the training examples, each in (0, 1]. Default [1]. */
  readonly fractions: readonly number[]
  /** Rates of wrong labels in training, each in [0, 1]. Default [0]. */
  readonly labelNoise: readonly number[]
  readonly models: readonly ModelChoice[]
  /** How many seeds: 0, 1 and so on. Default 8. */
  readonly seeds: number
  /** Default 10. */
  readonly epochs: number
  /** Default 128. */
  readonly batchSize: number
  /** Whether images are cropped and flipped, as usual for CIFAR-10. Default false. */
  readonly augment: boolean
  /** Default `'validation'`. */
  readonly selection: Selection
  readonly tuning: Tuning
  /** By what a run is better, after its last epoch. Default `'accuracy'`. */
  readonly metric: 'accuracy' | 'loss'
  /** Read diagnostics at every n-th step; 0 for never. Default 10. */
  readonly diagnosticsEvery: number
}

/** A study, ready to be run. */
export interface Study extends StudySettings {
  readonly name: string
  readonly description: string
}

/** One run, completely: what it is given decides every number of it. */
export interface RunSpec {
  /** `'tune'` runs choose settings, `'final'` runs are reported. */
  readonly stage: 'tune' | 'final'
  readonly variant: string
  readonly settings: Settings
  readonly data: DataChoice
  readonly model: ModelChoice
  readonly fraction: number
  readonly labelNoise: number
  /** Put aside of the training examples, in [0, 1). Evaluated on these where it is not 0, else on the test set. */
  readonly validation: number
  readonly seed: number
  readonly epochs: number
  readonly batchSize: number
  readonly augment: boolean
  readonly diagnosticsEvery: number
}

/** A run, and the name of its folder: readable, and different where anything that decides its numbers is. */
export interface PlannedRun {
  readonly id: string
  readonly spec: RunSpec
}

/** What a finished run left: `summary.json` in its folder. Diverged runs have the epochs before. */
export interface RunRecord extends PlannedRun {
  readonly outcome: Outcome
  /** `testAccuracy` and `testLoss` are those of the set it was evaluated on. */
  readonly epochs: readonly EpochResult[]
  /** Values of the model, all together. */
  readonly parameters: number
  /** Of the optimizer's state, beside the parameters. */
  readonly stateBytes: number
  readonly versions: Readonly<Record<string, string>>
}

/** Settings chosen for a variant in one cell of the grid, and what they were chosen by. */
export interface Choice {
  readonly variant: string
  /** The cell: see `cellOf`. */
  readonly cell: string
  readonly settings: Settings
  /** Mean over the seeds of the metric, for each candidate; a diverged run makes it absent. */
  readonly scores: readonly { readonly settings: Settings; readonly score?: number }[]
}

/** All that a report is made from: plain data. */
export interface StudyResult {
  readonly name: string
  readonly description: string
  readonly against: readonly string[]
  readonly variants: Readonly<Record<string, { readonly role: Role; readonly description: string }>>
  /**
   * For each variant with plasticity the controls made from its rule: none where it observes no alpha. `false` where the study
   * asked for none; absent in a study of before there were any.
   */
  readonly controls?: Readonly<Record<string, readonly string[]>> | false | undefined
  readonly selection: Selection
  readonly metric: 'accuracy' | 'loss'
  /** How the study was asked for: `--quick`, `--as-published`, other overrides. */
  readonly options: readonly string[]
  readonly choices: readonly Choice[]
  /** Records of the final runs; under `'all'` and `'test'`, of every candidate. */
  readonly runs: readonly RunRecord[]
  /** Final runs that are not finished, or failed, with the reason. */
  readonly missing: readonly { readonly id: string; readonly reason: string }[]
}
