import * as tf from '@tensorflow/tfjs'
import { test } from 'vitest'
import {
  adam,
  compile,
  controlledNeuroPlastic,
  hybridAdamW,
  neuroPlastic,
  orthogonalNeuroPlastic,
} from '../../src/index.js'
import { mlp } from '../../src/models/index.js'
import { diagnosticsOf } from '../../src/train/diagnostics/recorder.js'
import { useBackend } from '../support/backend.js'

test('measure', async () => {
  await useBackend('wasm')
  for (const [name, t] of Object.entries({
    neuroPlastic: neuroPlastic(),
    adam: adam(),
    orthogonal: orthogonalNeuroPlastic(),
    hybridAdamW: hybridAdamW(),
    layerwise: controlledNeuroPlastic('layerwise'),
  })) {
    const o = compile(t as any) as any,
      r = diagnosticsOf(t as any) as any
    const { params } = mlp().init(0)
    const grads = Object.fromEntries(
      Object.entries(params).map(([k, p]) => [k, tf.randomNormal((p as any).shape, 0, 0.01, 'float32', 1)]),
    )
    let training: any = { params, state: o.init(params) }
    const time = async (f: () => any, n: number) => {
      for (let i = 0; i < 5; i++) training = await f()
      const ts = []
      for (let i = 0; i < n; i++) {
        const a = performance.now()
        training = await f()
        ts.push(performance.now() - a)
      }
      ts.sort((a, b) => a - b)
      return 'min ' + ts[0]!.toFixed(2) + ' median ' + ts[n >> 1]!.toFixed(2)
    }
    const model = mlp(); const c = { epoch: 1, totalEpochs: 10, loss: 1 }
    console.log(
      name,
      'plain',
      await time(() => o.step(training, grads, c), 40),
      'recorded',
      await time(() => r.step(training, grads, c), 40),
      'ms',
    )
  }
}, 60000)
