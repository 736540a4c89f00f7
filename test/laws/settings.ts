/** How the suite draws: the same in every run, unless told another seed. */
import type { RunOptions } from '../../laws/index.js'
import { seed } from '../support/seed.js'

/** Runs of each law for a row of the table: few, for there are many rows. */
export const perRow: RunOptions = { seed, runs: Number(process.env.PLASTAX_RUNS ?? 6) }

/** Runs of a law by itself. */
export const thorough: RunOptions = { seed, runs: 100 }
