/** Which of a trace's named values to read, and how they are handed over. */
import type * as tf from '@tensorflow/tfjs'
import type { Observation } from '../expr/graph.js'
import { HyperparameterError } from '../schema/hyperparameter.js'
import type { Readings } from './types.js'

/**
 * The observations with the given labels.
 *
 * @throws HyperparameterError for a label that nothing has, or that two values of one leaf have
 */
export const requested = (observations: readonly Observation[], labels: readonly string[]): readonly Observation[] => {
  const known = [...new Set(observations.map(({ label }) => label))]
  return labels.flatMap((label, i) => {
    const found = observations.filter(observation => observation.label === label)
    const leaves = found.map(({ leaf }) => leaf)
    if (found.length === 0)
      throw new HyperparameterError(
        'observe',
        label,
        known.length > 0 ? `one of '${known.join("', '")}'` : 'empty: this transform names nothing',
      )
    if (new Set(leaves).size < leaves.length || labels.indexOf(label) !== i)
      throw new HyperparameterError('observe', label, 'the name of one value per leaf; two have it')
    return found
  })
}

/** The values of observations as label -> leaf -> value. */
export const readingsOf = (observations: readonly Observation[], values: readonly tf.Tensor[]): Readings => {
  const labels = [...new Set(observations.map(({ label }) => label))]
  const tree = (label: string) =>
    Object.fromEntries(observations.flatMap((o, i) => (o.label === label ? [[o.leaf, values[i] as tf.Tensor]] : [])))
  return Object.fromEntries(labels.map(label => [label, tree(label)]))
}
