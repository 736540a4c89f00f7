/** How large the numbers of a study may be: what a machine can do is far below, and a slip of the keyboard far above. */
import type { Interval } from '../schema/hyperparameter.js'

/** Final runs have the seeds below: settings are not chosen by the very runs that then speak for them. */
export const FIRST_TUNING_SEED = 1000

/** For definitions, and for options of the command line. */
export const LIMITS = {
  seeds: `integer in [1, ${FIRST_TUNING_SEED}]`,
  epochs: 'integer in [1, 100000]',
  batchSize: 'integer in [1, 1000000]',
  /** Each has a WASM backend of its own. */
  threads: 'integer in [1, 1024]',
  /** Where the next integer is another number. */
  seed: 'integer in [0, 9007199254740991]',
  /** Timers hold less than 25 days. */
  lockSeconds: '(0, 86400]',
} as const satisfies Readonly<Record<string, Interval>>
