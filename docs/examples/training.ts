import * as E from 'fp-ts/lib/Either.js'
import { neuroPlastic, piecewiseConstant } from 'plastax'
import { checkpointPolicy, loadDataSet, mlp, perEpoch, stepsPerEpoch, train } from 'plastax/study'
import { useWasm } from 'plastax/wasm'

await useWasm()
const loaded = await loadDataSet('fashion-mnist', { fraction: 0.02 })()
if (E.isLeft(loaded)) throw new Error(loaded.left.problem)
const { train: images, test } = loaded.right

// A tenth of the learning rate after the second epoch.
const learningRate = perEpoch(piecewiseConstant(0.1, { 2: 0.1 }), stepsPerEpoch(images.count, 32))
const transform = neuroPlastic({ learningRate })
const config = { model: mlp(), transform, train: images, test, seed: 0, epochs: 4, batchSize: 32, diagnostics: {} }

const best = checkpointPolicy({ bestOnly: true })
let kept: Uint8Array | undefined
export const run = await train({
  ...config,
  onEpoch: (_result, checkpoint, done) => {
    if (best(done)) kept = checkpoint()
  },
})
export const alphaMeans = run.epochs.map(({ diagnostics }) => diagnostics?.alphaMean)

// From the best epoch to the end once more: the same numbers, bit for bit.
export const again = await train({ ...config, resume: kept })
