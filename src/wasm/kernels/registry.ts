/** Registers the training kernels and gradients with TensorFlow.js, and puts the stock ones back; warns of neither after `quiet`. */
import * as tf from '@tensorflow/tfjs'
import { gradients } from './gradients.js'
import { asWasmKernel, type TrainingKernel } from './kernel.js'
import { trainingKernels } from './table.js'

const BACKEND = 'wasm'

/** What is registered under a name; TensorFlow.js does not say in its types that it may be nothing. */
const registered = (kernelName: string): tf.KernelConfig | undefined => tf.getKernel(kernelName, BACKEND)

// Which of the registered kernels are ours, and what each replaced (if anything): state is kept where it cannot disagree
// with the registry.
const stockOf = new WeakMap<tf.KernelConfig, tf.KernelConfig | undefined>()

const stockGradientOf = new WeakMap<tf.GradConfig, tf.GradConfig>()

const configOf = (kernel: TrainingKernel, stock: tf.KernelConfig | undefined): tf.KernelConfig => {
  if ('improve' in kernel && stock === undefined)
    throw new Error(`the WASM backend has no kernel ${kernel.kernelName} to improve`)
  const ours = 'improve' in kernel ? kernel.improve(asWasmKernel(stock!)) : kernel.supply
  const { kernelName } = kernel
  return { kernelName, backendName: BACKEND, ...stock, kernelFunc: ours as unknown as tf.KernelFunc }
}

/** Registers each training kernel, over the stock one where there is one. Those that are there already stay. */
export const installTrainingKernels = (): void => {
  for (const kernel of trainingKernels) {
    const stock = registered(kernel.kernelName)
    if (stock !== undefined && stockOf.has(stock)) continue
    const ours = configOf(kernel, stock)
    stockOf.set(ours, stock)
    tf.registerKernel(ours)
  }
  for (const ours of gradients) {
    const stock = tf.getGradient(ours.kernelName)
    if (stock === ours) continue
    stockGradientOf.set(ours, stock)
    tf.registerGradient(ours)
  }
}

/** Puts back each stock kernel that a training kernel replaced, and removes those that stock lacks. Others' kernels stay. */
export const restoreStockKernels = (): void => {
  for (const { kernelName } of trainingKernels) {
    const ours = registered(kernelName)
    if (ours === undefined || !stockOf.has(ours)) continue
    const stock = stockOf.get(ours)
    if (stock === undefined) tf.unregisterKernel(kernelName, BACKEND)
    else tf.registerKernel(stock)
  }
  for (const ours of gradients) {
    const stock = stockGradientOf.get(ours)
    if (stock !== undefined && tf.getGradient(ours.kernelName) === ours) tf.registerGradient(stock)
  }
}
