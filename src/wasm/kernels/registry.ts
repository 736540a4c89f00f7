/** Registers the training kernels with TensorFlow.js, and puts the stock ones back; warns of neither after `quiet`. */
import * as tf from '@tensorflow/tfjs'
import { asWasmKernel } from './kernel.js'
import { trainingKernels } from './table.js'

// Which of the registered kernels are ours, and what each replaced: state is kept where it cannot disagree with the registry.
const stockOf = new WeakMap<tf.KernelConfig, tf.KernelConfig>()

/** Registers each training kernel over the stock one. Those that are there already stay. */
export const installTrainingKernels = (): void => {
  for (const { kernelName, improve } of trainingKernels) {
    const stock = tf.getKernel(kernelName, 'wasm')
    if (stockOf.has(stock)) continue
    const ours = { ...stock, kernelFunc: improve(asWasmKernel(stock)) as unknown as tf.KernelFunc }
    stockOf.set(ours, stock)
    tf.registerKernel(ours)
  }
}

/** Puts back each stock kernel that a training kernel replaced. What others registered since stays. */
export const restoreStockKernels = (): void => {
  for (const { kernelName } of trainingKernels) {
    const stock = stockOf.get(tf.getKernel(kernelName, 'wasm'))
    if (stock !== undefined) tf.registerKernel(stock)
  }
}
