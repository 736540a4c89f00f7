/** What every property of the suite draws from: the same in every run, unless PLASTAX_SEED says another seed. */
import * as fc from 'fast-check'

export const seed = Number(process.env.PLASTAX_SEED ?? 20260427)

fc.configureGlobal({ seed })
