/** Made-up runs and records. */

import type { PlannedRun, RunRecord, RunSpec } from '../../src/study/types.js'
import type { EpochResult } from '../../src/train/index.js'
import { spec } from './fixtures.js'

export const plannedRun = (variant: string, seed: number, more: Partial<RunSpec> = {}): PlannedRun => ({
  id: `${variant}-${seed}`,
  spec: spec(variant, seed, more),
})

export const epochResult = (epoch: number, testAccuracy: number): EpochResult => ({
  epoch,
  trainLoss: 0.5,
  testLoss: 1 - testAccuracy,
  testAccuracy,
  seconds: 2,
  evaluationSeconds: 1,
})

/** A completed run with these accuracies, epoch by epoch. */
export const record = (
  variant: string,
  seed: number,
  accuracies: readonly number[],
  more: Partial<RunSpec> = {},
): RunRecord => ({
  ...plannedRun(variant, seed, more),
  outcome: { status: 'completed' },
  epochs: accuracies.map((accuracy, i) => epochResult(i + 1, accuracy)),
  parameters: 1000,
  stateBytes: 8000,
  versions: {},
})
