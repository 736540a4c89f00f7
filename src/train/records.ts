/** Decoding what runs have come to. */
import { type Decoder, dictionary, list, optional } from '../config/decode.js'
import { among, either, type Fields, positive, real, struct, text, where } from '../config/records.js'
import type { AlphaStatistics } from './alpha.js'
import type { Diagnostics } from './diagnostics/types.js'
import type { EpochResult, Outcome, Progress } from './types.js'

const alpha: Decoder<AlphaStatistics> = struct({
  mean: real,
  sd: real,
  min: real,
  max: real,
  nearLow: real,
  nearHigh: real,
} satisfies Fields<AlphaStatistics>)

const NORMS = ['steps', 'rawGradientNorm', 'parameterNorm', 'stepNorm']

/** Numbers by name, and two lists of them. */
const diagnostics = where(dictionary(either(list(real), real)), found => {
  const { alphaBounds = [0, 1], alphaHistogram = [] } = found
  const wrong = Object.keys(found).find(
    name => Array.isArray(found[name]) !== ['alphaBounds', 'alphaHistogram'].includes(name),
  )
  const missing = NORMS.find(name => !Object.hasOwn(found, name))
  if (wrong !== undefined) return `diagnostics.${wrong} is of another kind than it has to be`
  if (missing !== undefined) return `diagnostics.${missing} is missing`
  return Array.isArray(alphaBounds) && alphaBounds.length === 2 && Array.isArray(alphaHistogram)
    ? undefined
    : 'diagnostics.alphaBounds must be two numbers'
}) as Decoder<unknown> as Decoder<Diagnostics> // Which of the others there are depends on the transform; all are numbers.

/** An `EpochResult`. */
export const epochResult: Decoder<EpochResult> = struct({
  epoch: positive,
  trainLoss: real,
  testLoss: real,
  testAccuracy: real,
  seconds: real,
  evaluationSeconds: real,
  alpha: optional(alpha),
  diagnostics: optional(diagnostics),
} satisfies Fields<EpochResult>)

const completed = struct({ status: among('completed') })
const diverged = struct({ status: among('diverged'), epoch: positive, step: positive, reason: text })

/** An `Outcome`. */
export const outcome: Decoder<Outcome> = either(completed, diverged)

/** A `Progress`. */
export const progress: Decoder<Progress> = struct({
  epoch: positive,
  epochs: positive,
  step: positive,
  steps: positive,
  loss: real,
} satisfies Fields<Progress>)
