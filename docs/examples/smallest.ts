import * as tf from '@tensorflow/tfjs'
import { adam, compile } from 'plastax'
import { useWasm } from 'plastax/wasm'

await useWasm()
const optimizer = compile(adam({ learningRate: 0.1 }))
const start = () => ({ w: tf.tensor1d([1, 2]) })
let training = { params: start(), state: optimizer.init(start()) }
// 2 w is the gradient of the sum of squares.
for (let i = 0; i < 100; i++) training = optimizer.step(training, { w: training.params.w.mul(2) })
training.params.w.print()
