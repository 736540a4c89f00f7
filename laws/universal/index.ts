/** The laws of every transform. */
import type { Law } from '../law.js'
import { agreesWithCpu } from './backends.js'
import { resumes } from './codec.js'
import { evaluates } from './evaluation.js'
import { nothingConsumed } from './failure.js'
import { finite, recovers, zeroInZeroOut } from './finite.js'
import { leakFree, sharedBuffers, sharedGradients } from './memory.js'
import { observingChangesNothing } from './observing.js'
import { ownGradient, ownGradientAt } from './ownGradient.js'
import { interleaved, pure, stepAgrees, structure } from './pure.js'
import { counters, missingGradient } from './stillness.js'

export {
  agreesWithCpu,
  counters,
  evaluates,
  finite,
  interleaved,
  leakFree,
  missingGradient,
  nothingConsumed,
  observingChangesNothing,
  ownGradient,
  ownGradientAt,
  pure,
  recovers,
  resumes,
  sharedBuffers,
  sharedGradients,
  stepAgrees,
  structure,
  zeroInZeroOut,
}

/** The laws of every transform, which `checkLaws` checks always. */
export const universalLaws: readonly Law[] = [
  structure,
  finite,
  zeroInZeroOut,
  ownGradient,
  recovers,
  pure,
  interleaved,
  stepAgrees,
  missingGradient,
  sharedBuffers,
  sharedGradients,
  counters,
  resumes,
  evaluates,
  nothingConsumed,
  observingChangesNothing,
  agreesWithCpu,
  leakFree,
]
