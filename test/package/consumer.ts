/** A program of somebody who installed the package. `consumer.mjs` compiles and runs it against the packed tarball. */
import * as tf from '@tensorflow/tfjs'
import { applyUpdates, chain, compile, fromConfig, scaleByAdam, scaleByLearningRate } from 'plastax'
import { fromConfig as read } from 'plastax/config'
import { assertLaws } from 'plastax/laws'
import { useWasm } from 'plastax/wasm'

const transform = chain(scaleByAdam(), scaleByLearningRate(0.1))

const firstStep = (): string => {
  const optimizer = compile(transform)
  const params = { w: tf.zeros([2]) }
  const [updates, state] = optimizer.update({ w: tf.ones([2]) }, optimizer.init(params), params)
  const count: number = state[0].count
  const mu: tf.Tensor | undefined = state[0].mu.w
  if (count !== 1 || mu === undefined || fromConfig !== read || fromConfig({ optimizer: 'sgd' })._tag !== 'Right')
    throw new Error('wrong state')
  return applyUpdates(params, updates).w?.dataSync()[0]?.toFixed(4) ?? ''
}

await tf.setBackend('cpu')
const onCpu = firstStep()
await useWasm()
const onWasm = firstStep()
assertLaws(transform, [], { runs: 3 })
console.log(`cpu ${onCpu} wasm ${onWasm} laws hold`)
