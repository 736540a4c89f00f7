/** Made-up runs and rows for the pure parts of the command line. */
import type { ComparedRun } from '../../src/cli/summary.js'
import type { Role } from '../../src/study/types.js'
import type { NamedVariant } from '../../src/study/variants.js'
import type { EpochResult } from '../../src/train/index.js'
import { identity } from '../../src/transform/combine.js'

export const row = (name: string, role: Role, controls?: readonly string[]): NamedVariant => ({
  name,
  role,
  description: `about ${name}`,
  settings: { learningRate: 0.1 },
  transform: () => identity,
  ...(controls && { controls }),
})

export const rows: readonly NamedVariant[] = [
  row('neuroplastic', 'plasticity', ['alpha-one']),
  row('grad-only', 'plasticity', ['alpha-one']),
  row('alpha-one', 'control'),
  row('adam', 'baseline'),
]

const epochResult = (testAccuracy: number, epoch: number): EpochResult => ({
  epoch,
  trainLoss: 0.5,
  testLoss: 0.6,
  testAccuracy,
  seconds: 2,
  evaluationSeconds: 1,
})

/** A completed run with these accuracies, epoch by epoch. */
export const run = (variant: string, seed: number, accuracies: readonly number[]): ComparedRun => ({
  variant,
  seed,
  epochs: accuracies.map((accuracy, i) => epochResult(accuracy, i + 1)),
  outcome: { status: 'completed' },
})

/** A run that diverged in its second epoch. */
export const divergedRun = (variant: string, seed: number): ComparedRun => ({
  variant,
  seed,
  epochs: [epochResult(0.1, 1)],
  outcome: { status: 'diverged', epoch: 2, step: 7, reason: 'the training loss is NaN' },
})
