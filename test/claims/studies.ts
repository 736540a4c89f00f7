/** Studies of rules on the task, run here and judged as a report judges. */
import * as tf from '@tensorflow/tfjs'
import type * as P from '../../src/index.js'
import type { RunRecord, RunSpec, StudyResult } from '../../src/study/types.js'
import { problem, task } from './task.js'

type Rule = P.GradientTransform<unknown>

/** The part of a library, of today or an old one, that makes studies and judges them. */
export interface Judge {
  readonly compile: typeof P.compile
  /** The variants beside the rule that answer for its step size, and what the result says of them. */
  readonly beside: (rule: Rule) => { readonly rules: Readonly<Record<string, Rule>> } & Pick<StudyResult, 'controls'>
  /** The first sentence of the report. */
  readonly answer: (result: StudyResult) => string
}

const STEPS = 20
const SEEDS = 8

const spec = (variant: string, seed: number): RunSpec => ({
  stage: 'final',
  variant,
  settings: { learningRate: 0.05 },
  data: { name: 'blobs' },
  model: { name: 'mlp' },
  fraction: 1,
  labelNoise: 0,
  validation: 0,
  seed,
  epochs: 1,
  batchSize: 1,
  augment: false,
  diagnosticsEvery: 0,
})

const numbers = (tensors: P.Tensors): Readonly<Record<string, readonly number[]>> =>
  Object.fromEntries(Object.entries(tensors).map(([leaf, x]) => [leaf, Array.from(x.dataSync())]))
const tensorsOf = (values: Readonly<Record<string, readonly number[]>>): P.Tensors =>
  Object.fromEntries(
    Object.entries(values).map(([leaf, xs]) => [leaf, tf.tensor([...xs], [...(task.shapes[leaf] ?? [])])]),
  )

const lossOf = (optimizer: P.Optimizer<unknown>, seed: number): number => {
  const { start, gradient, loss } = problem(seed)
  let found = Number.NaN
  tf.tidy(() => {
    const params = tensorsOf(start)
    let training: P.Training<unknown> = { params, state: optimizer.init(params) }
    for (let step = 0; step < STEPS; step++)
      training = optimizer.step(training, tensorsOf(gradient(numbers(training.params))), { epoch: 1, totalEpochs: 1 })
    found = loss(numbers(training.params))
  })
  return found
}

/** A rule as the one variant with plasticity of some studies, each on seeds of its own: the answer of each. */
export const answers = (
  { compile, beside, answer }: Judge,
  rule: Rule,
  studies: number,
  first: number,
): readonly string[] => {
  const { rules, controls } = beside(rule)
  const compiled = Object.entries({ rule, ...rules }).map(([name, each]) => [name, compile(each)] as const)
  const variants = Object.fromEntries(
    compiled.map(([name]) => [name, { role: name === 'rule' ? 'plasticity' : 'control', description: '' } as const]),
  )
  return Array.from({ length: studies }, (_, study) => {
    const runs = Array.from({ length: SEEDS }, (_, seed) => seed).flatMap(seed =>
      compiled.map(([variant, optimizer]): RunRecord => {
        const testLoss = lossOf(optimizer, first + 1000 * study + seed)
        const epoch = { epoch: 1, trainLoss: testLoss, testLoss, testAccuracy: 0, seconds: 0, evaluationSeconds: 0 }
        return {
          id: `${variant}-${seed}`,
          spec: spec(variant, seed),
          outcome: { status: 'completed' },
          epochs: [epoch],
          parameters: 28,
          stateBytes: 0,
          versions: {},
        }
      }),
    )
    return answer({
      name: 'claims',
      description: '',
      against: Object.keys(rules),
      variants,
      ...(controls !== undefined && { controls }),
      selection: 'fixed',
      metric: 'loss',
      options: [],
      choices: [],
      runs,
      missing: [],
    })
  })
}

/** How many of the answers announce evidence. */
export const announced = (all: readonly string[]): number =>
  all.filter(text => /(?<!No )\bevidence that\b/.test(text)).length
