/** Runs are evaluated at the parameters that their rule keeps for that. */
import * as tf from '@tensorflow/tfjs'
import { beforeAll, expect, test } from 'vitest'
import { emaParams, lookahead, namedChain, sam, scheduleFreeSgd, sgd } from '../../src/index.js'
import { batchNorm, dense, modelOf, sequence, tanh } from '../../src/models/index.js'
import { trainingBatch } from '../../src/train/batch.js'
import { evaluate, train } from '../../src/train/index.js'
import { useWasm } from '../../src/wasm/index.js'
import { config, figures, network, recorded, small } from './runs.js'

beforeAll(() => useWasm())

const scoreOf = ({ epochs }: Awaited<ReturnType<typeof train>>) =>
  epochs.map(({ testAccuracy, testLoss }) => ({ accuracy: testAccuracy, loss: testLoss }))

test('slow parameters that have not met the fast ones are the first ones, in every epoch', async () => {
  const variables = network.init(3)
  const first = await evaluate(network, variables, small(20, 2))
  tf.dispose([variables.params, variables.stats])
  const fast = sgd({ learningRate: 0.1 })
  for (const transform of [
    lookahead(fast, { syncPeriod: 1000 }),
    namedChain({ fast, average: emaParams(1 - 2 ** -53) }),
  ])
    expect(scoreOf(await train(config({ transform, epochs: 2 })))).toEqual([first, first])
})

test('sam, whose epoch ends on a climb, is evaluated below', async () => {
  // Four steps an epoch, of which the last is the first of a climb of three to the fifth: so many steps down as after three.
  const transform = (adversary: number) =>
    sam(sgd({ learningRate: 0.1 }), sgd({ learningRate: adversary }), { syncPeriod: 3 })
  const [still, far] = await Promise.all(
    [1e-12, 3].map(rate => train(config({ transform: transform(rate), epochs: 1 }))),
  )
  expect(scoreOf(far as never)[0]?.loss).toBeLessThan(2 * (scoreOf(still as never)[0]?.loss as number))
})

test('a rule that keeps weights resumes, bit for bit, and leaves no tensor behind', async () => {
  const change = { transform: scheduleFreeSgd({ learningRate: 0.1 }), statisticsBatches: 2, epochs: 3 }
  const { run, checkpoints } = await recorded(change)
  const before = tf.memory().numTensors
  expect(figures((await recorded({ ...change, resume: checkpoints[0] })).run)).toEqual(figures(run))
  expect(tf.memory().numTensors).toBe(before)
})

// The statistics are those of the last batch alone.
const forgetful = modelOf(
  { name: 'normalized', inputShape: [64], classes: 3 },
  sequence([dense('body', 64, 5), batchNorm('norm', 5, { momentum: 1 }), tanh, dense('head', 5, 3)]),
)

test('statistics are estimated anew at the parameters that are evaluated, where that is asked', async () => {
  const transform = lookahead(sgd({ learningRate: 1 }), { syncPeriod: 1000 })
  const whole = config({ model: forgetful, transform, batchSize: 50, epochs: 2 })
  const { params, stats } = forgetful.init(3)
  const at = { seed: 3, epoch: 1, step: 1 }
  const all = Uint32Array.from({ length: 50 }, (_, i) => i)
  const fitting = tf.tidy(
    () => forgetful.apply({ params, stats }, trainingBatch(forgetful, small(50), all, at).x, at).stats,
  )
  const expected = await evaluate(forgetful, { params, stats: fitting }, small(20, 2))
  for (const { loss, accuracy } of scoreOf(await train({ ...whole, statisticsBatches: 7 }))) {
    expect(loss).toBeCloseTo(expected.loss, 5)
    expect(accuracy).toBe(expected.accuracy)
  }
  expect(scoreOf(await train(whole))[1]?.loss).not.toBeCloseTo(expected.loss, 3)
  tf.dispose([params, stats, fitting])
})

test('how many batches is refused out of its range', async () => {
  await expect(train(config({ statisticsBatches: -1 }))).rejects.toThrow(
    'statisticsBatches must be an integer in [0, inf)',
  )
})
