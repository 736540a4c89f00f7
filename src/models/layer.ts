/** `Layer`: the pieces that models are composed of, and how they compose. */
import * as tf from '@tensorflow/tfjs'
import { type Shape, sizeOf } from '../expr/shape.js'
import { fromEntries, type Tree } from '../expr/tree.js'
import type { Fill } from './fill.js'
import type { Model, TrainingMoment, Variables } from './model.js'
import { purpose, stream } from './random.js'

/** A tensor to be: its name, its shape and how its values begin. */
export interface Leaf {
  readonly name: string
  readonly shape: Shape
  readonly fill: Fill
}

/** What a layer makes of a batch: a tensor, and the statistics that it has updated, which are none in evaluation. */
export interface Output {
  readonly y: tf.Tensor
  readonly stats: Tree<tf.Tensor>
}

/**
 * A function of a batch, with the leaves that it reads. Layers under `sequence` are a monoid, with `identity` as its unit.
 */
export interface Layer {
  /** Parameters, those of one affine map or normalization together: a leaf's random stream is its place in here. */
  readonly params: readonly (readonly Leaf[])[]
  readonly stats: readonly Leaf[]
  /** As `apply` of a `Model`; fresh tensors, to be tidied up by the caller. */
  readonly apply: (variables: Variables, x: tf.Tensor, at?: TrainingMoment) => Output
}

/** A layer without leaves. */
export const pointwise = (f: (x: tf.Tensor, at?: TrainingMoment) => tf.Tensor): Layer => ({
  params: [],
  stats: [],
  apply: (_, x, at) => ({ y: f(x, at), stats: {} }),
})

/** $x \mapsto x$. */
export const identity: Layer = pointwise(x => x)

/** One layer after another: $f_n \circ \dots \circ f_1$. */
export const sequence = (layers: readonly Layer[]): Layer => ({
  params: layers.flatMap(({ params }) => params),
  stats: layers.flatMap(({ stats }) => stats),
  apply: (variables, x, at) =>
    layers.reduce<Output>(
      ({ y, stats }, layer) => {
        const next = layer.apply(variables, y, at)
        return { y: next.y, stats: { ...stats, ...next.stats } }
      },
      { y: x, stats: {} },
    ),
})

/** Two layers of the same batch, added: $x \mapsto f(x) + g(x)$. @see He et al., arXiv 1512.03385, equation 2 */
export const sum = (f: Layer, g: Layer): Layer => ({
  params: [...f.params, ...g.params],
  stats: [...f.stats, ...g.stats],
  apply: (variables, x, at) => {
    const [a, b] = [f.apply(variables, x, at), g.apply(variables, x, at)]
    return { y: tf.add(a.y, b.y), stats: { ...a.stats, ...b.stats } }
  },
})

const tensorOf = ({ name, shape, fill }: Leaf, keys: readonly number[]): readonly [string, tf.Tensor] => [
  name,
  tf.tensor(fill(stream(...keys), sizeOf(shape)), [...shape], 'float32'),
]

// A tree would keep the last of two leaves, and both layers would read it.
const checkNames = (leaves: readonly Leaf[]): void => {
  const twice = leaves.find(({ name }, i) => leaves.findIndex(other => other.name === name) < i)
  if (twice !== undefined) throw new RangeError(`two leaves '${twice.name}' in one model; each needs a name of its own`)
}

const networkOf = (network: Layer): Pick<Model, 'shapes' | 'init' | 'apply'> => ({
  shapes: fromEntries(network.params.flat().map(({ name, shape }) => [name, shape])),
  init: seed => ({
    params: fromEntries(
      network.params.flatMap((leaves, i) => leaves.map((leaf, j) => tensorOf(leaf, [purpose.init, seed, i, j]))),
    ),
    stats: fromEntries(network.stats.map((leaf, i) => tensorOf(leaf, [purpose.init, seed, i]))),
  }),
  apply: (variables, x, at) => {
    const { y, stats } = network.apply(variables, x, at)
    // Networks end in a dense layer, whose result has two axes; `Layer` does not say so.
    return { logits: y as tf.Tensor2D, stats: at === undefined ? variables.stats : stats }
  },
})

/**
 * A model from a network that maps `[batch, ...inputShape]` to logits.
 *
 * @throws RangeError where two leaves have one name
 * @example
 * modelOf({ name: 'linear', inputShape: [784], classes: 10 }, dense('dense1', 784, 10))
 */
export const modelOf = (about: Pick<Model, 'name' | 'inputShape' | 'classes'>, network: Layer): Model => {
  checkNames([...network.params.flat(), ...network.stats])
  return { ...about, ...networkOf(network) }
}
