/** Saying that a transform climbs. */
import { onlyClimbs } from '../interpret/ascent.js'
import type { Signature } from '../interpret/trace.js'
import type { GradientTransform } from '../transform/types.js'

/**
 * Warns where all updates of a transform go up the gradient, and none goes down: it lacks its learning rate.
 *
 * @param who says it
 */
export const tellIfClimbing = (who: string, transform: GradientTransform<unknown>, signature: Signature): void => {
  const climbs = (): boolean => {
    try {
      return onlyClimbs(transform, signature)
    } catch {
      return false // what is wrong with it is said by whoever runs it
    }
  }
  if (climbs())
    console.warn(
      `${who}: every update of this transform goes up the gradient, so that the loss rises; end the chain in scaleByLearningRate(...), which turns it downhill`,
    )
}
