/** A small tf.LayersModel to train, save and load, the same in every run. */
import * as tf from '@tensorflow/tfjs'

export const random = (shape: number[], seed: number) => tf.randomNormal(shape, 0, 1, 'float32', seed)

/** The same weights in every model. */
const seeded = (seed: number) => tf.initializers.glorotNormal({ seed })

export const modelOf = (optimizer: tf.Optimizer, metrics: string[] = []): tf.Sequential => {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units: 6, inputShape: [4], activation: 'tanh', kernelInitializer: seeded(1), name: 'body' }),
      tf.layers.dense({ units: 2, kernelInitializer: seeded(2), name: 'head' }),
    ],
  })
  model.compile({ optimizer, loss: 'meanSquaredError', metrics })
  return model
}

export const weightsOf = (model: tf.LayersModel) =>
  ['body', 'head'].flatMap(name => model.getLayer(name).getWeights()).map(w => Array.from(w.dataSync()))

export type Data = readonly [xs: tf.Tensor, ys: tf.Tensor]

/** Losses of steps on one batch. */
export const fit = async (model: tf.LayersModel, [xs, ys]: Data, epochs: number, args: tf.ModelFitArgs = {}) => {
  const { history } = await model.fit(xs, ys, { epochs, batchSize: 16, shuffle: false, verbose: 0, ...args })
  return history.loss as number[]
}

export const saved = async (model: tf.LayersModel): Promise<tf.io.ModelArtifacts> => {
  const artifacts: tf.io.ModelArtifacts[] = []
  const handler = tf.io.withSaveHandler(async given => {
    artifacts.push(given)
    return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } }
  })
  await model.save(handler, { includeOptimizer: true })
  // As a file would hold it.
  const { weightData, ...json } = artifacts[0] as tf.io.ModelArtifacts
  return { ...JSON.parse(JSON.stringify(json)), weightData }
}

export const loaded = (artifacts: tf.io.ModelArtifacts) => tf.loadLayersModel(tf.io.fromMemory(artifacts))

export const dataOf = (): Data => {
  const xs = random([32, 4], 3)
  return [xs, xs.slice([0, 0], [32, 2]).square()]
}

/** What a function throws. */
export const messageOf = async (f: () => unknown): Promise<string> => {
  try {
    await f()
    return 'nothing was thrown'
  } catch (error) {
    return (error as Error).message
  }
}
