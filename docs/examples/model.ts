import * as tf from '@tensorflow/tfjs'
import { neuroPlastic, toTfOptimizer } from 'plastax'
import 'plastax/config' // for loading below
import { useWasm } from 'plastax/wasm'

await useWasm()
const xs = tf.randomNormal([64, 4], 0, 1, 'float32', 1)
const ys = xs.square().sum(1, true)

const model = tf.sequential({
  layers: [
    tf.layers.dense({ units: 8, inputShape: [4], activation: 'tanh', name: 'body' }),
    tf.layers.dense({ units: 1, name: 'head' }),
  ],
})
const optimizer = toTfOptimizer(neuroPlastic({ learningRate: 0.5, plasticity: { warmupEpochs: 2 } }))
model.compile({ optimizer, loss: 'meanSquaredError' })

const { history } = await model.fit(xs, ys, { epochs: 20, verbose: 0, callbacks: optimizer.callback() })
export const losses = history.loss as number[]

/** Where a model is kept: in memory here; 'indexeddb://model', 'file://model' and the like elsewhere. */
const kept: tf.io.ModelArtifacts[] = []
const keep = tf.io.withSaveHandler(async artifacts => {
  kept.push(artifacts)
  return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } }
})

await model.save(keep, { includeOptimizer: true })
export const again = await tf.loadLayersModel(tf.io.fromMemory(kept[0] as tf.io.ModelArtifacts))
export const { iterations } = again.optimizer
