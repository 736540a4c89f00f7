/** Stopping leaves no trace. */
import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { decodeState, encodeState } from '../../src/index.js'
import { arbitraryTrial } from '../arbitraries/trial.js'
import { firstDifference, someNonZero, stateDifference } from '../compare.js'
import type { Law, Trial } from '../law.js'
import { firstBroken, play } from '../play.js'
import { slotsOf } from '../state.js'
import { fromTensors, toTensors, type Values } from '../values.js'

type StoppingTrial = Trial & { readonly stop: number }

/**
 * Stopping, encoding, decoding and going on, with an optimizer compiled anew, equals not stopping, bit for bit; and what was
 * decoded encodes to the same bytes.
 */
export const resumes: Law<StoppingTrial> = {
  kind: 'law',
  name: 'resumes from a checkpoint',
  statement: '\\mathrm{decode}(\\mathrm{encode}(p, s)) = (p, s)',
  trials: fc
    .tuple(arbitraryTrial({ minSteps: 2, maxSteps: 4 }), fc.nat({ max: 2 }))
    .map(([trial, stop]) => ({ ...trial, stop: Math.min(stop, trial.gradients.length - 2) })),
  check: (subject, { params, gradients, stop }) => {
    const straight = play(subject, { params, gradients })
    let optimizer = subject.compile(subject.transform)
    const start = toTensors(params)
    let training = { params: start, state: optimizer.init(start) }
    const broken = firstBroken(gradients, (gradient, i) => {
      training = optimizer.step(training, toTensors(gradient as Values), subject.context(i))
      const expected = straight[i]
      const found =
        expected &&
        (firstDifference('params', fromTensors(training.params), expected.params) ??
          stateDifference(slotsOf(training.state), expected.state))
      if (found !== undefined) return i > stop ? `stopped after step ${stop + 1}, ${found}` : found
      if (i !== stop) return undefined
      const bytes = encodeState(subject.transform, training)
      const decoded = decodeState(subject.transform, bytes)
      if (E.isLeft(decoded)) return `the checkpoint is refused: ${decoded.left.join('; ')}`
      training = decoded.right as typeof training
      optimizer = subject.compile(subject.transform)
      const again = encodeState(subject.transform, training)
      return bytes.length === again.length && bytes.every((byte, at) => byte === again[at])
        ? undefined
        : 'what was decoded encodes to other bytes'
    })
    return { broken, interesting: someNonZero(gradients) }
  },
}
