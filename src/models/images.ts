/** What the networks for images have in common: the images that they take. */
import type { Shape } from '../expr/shape.js'
import { HyperparameterError, within } from '../schema/hyperparameter.js'

/**
 * Height, width and channels, if the network takes them.
 *
 * @param fits whether it takes images of such a height and width
 * @param admissible what it takes, for the error
 * @throws HyperparameterError that names `inputShape`, its value and what is admissible
 */
export const admitImage = (
  shape: Shape,
  fits: (height: number, width: number) => boolean,
  admissible: string,
): readonly [height: number, width: number, channels: number] => {
  const [height = 0, width = 0, channels = 0] = shape
  const whole = shape.every(n => within(n, 'integer in [1, inf)'))
  if (shape.length !== 3 || !whole || !fits(height, width))
    throw new HyperparameterError('inputShape', `[${shape}]`, `[height, width, channels] with ${admissible}`)
  return [height, width, channels]
}
