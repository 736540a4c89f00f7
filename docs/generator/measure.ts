/** What a transform is found to do on a small network: the names of its state, and how it runs. */
import * as tf from '@tensorflow/tfjs'
import { compile, type GradientTransform, type StepContext } from '../../src/index.js'

/** A dense layer, large enough for rules that tell large leaves from small ones. */
export const shapes = { kernel: [201, 151], bias: [151] } as const

const zeros = () => Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, tf.zeros([...shape])]))

/** What any of the library's rules may read of a step; trees for those that need an estimate from the caller. */
export const scalars = ['epoch', 'totalEpochs', 'loss'] as const
export const trees = ['hessian'] as const

const context = (): StepContext => ({ epoch: 1, totalEpochs: 8, loss: 1, hessian: zeros() })

const scoped = <T>(f: () => T): T => {
  tf.engine().startScope()
  try {
    return f()
  } finally {
    tf.engine().endScope()
  }
}

/** Paths in a state, with `[leaf]` where it holds a value for each leaf. */
const pathsOf = (value: unknown, path: string): readonly string[] => {
  if (typeof value === 'number') return [`${path}: number`]
  if (value instanceof tf.Tensor) return [`${path}: tensor${value.rank === 0 ? ' of one element' : ''}`]
  if (typeof value !== 'object' || value === null) return []
  const entries = Object.entries(value)
  const byLeaf = entries.length > 0 && entries.every(([name]) => Object.hasOwn(shapes, name))
  if (byLeaf) return [...new Set(entries.flatMap(([, inner]) => pathsOf(inner, `${path}[leaf]`)))]
  return entries.flatMap(([name, inner]) =>
    pathsOf(inner, Array.isArray(value) ? `${path}[${name}]` : `${path}.${name}`),
  )
}

/** The numbers and tensors of its state, by path. */
export const statePaths = (transform: GradientTransform<unknown>): readonly string[] =>
  scoped(() => pathsOf(compile(transform).init(zeros()), 'state'))

/** How it runs on the wasm backend, and what of it lies outside the algebra. */
export const planOf = (
  transform: GradientTransform<unknown>,
): { readonly loops: number; readonly viaTfjs: readonly string[]; readonly opaque: boolean } =>
  scoped(() => {
    const plan = compile(transform).plan(zeros(), context())
    if (plan.interpreter !== 'fused') throw new Error(`pages are made on the wasm backend: ${plan.reason}`)
    return { ...plan, opaque: plan.viaTfjs.some(reason => reason.endsWith('outside the algebra')) }
  })
