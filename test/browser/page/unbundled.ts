/** A page that imports `plastax/browser` as it is, by an import map: that of docs/hosts.md, beside which this runs. */
import * as tf from '@tensorflow/tfjs'
import { adam, compile, fromConfig, toTfOptimizer } from 'plastax'
import { offer, unlike } from './checks.js'

offer(() => [
  {
    name: 'the page of the documentation has stepped, on wasm',
    run: async () => {
      for (let i = 0; i < 100 && document.title === ''; i++) await new Promise(resolve => setTimeout(resolve, 50))
      return unlike('the title', document.title, 'w is 0.8999999761581421,1.899999976158142')
    },
  },
  {
    name: 'its TensorFlow.js is ours',
    run: () => {
      const params = { w: tf.tensor1d([1, 2]) }
      const plan = compile(adam()).plan(params)
      return unlike('the interpreter', plan.interpreter, 'fused')
    },
  },
  {
    name: 'configurations are read',
    run: () => {
      const read = fromConfig({ optimizer: 'sgd' })._tag
      return unlike('what is read', `${read} ${toTfOptimizer({ optimizer: 'sgd' }).getClassName()}`, 'Right Plastax')
    },
  },
])
