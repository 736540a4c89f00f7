/** `plastax/wasm`: the WASM SIMD backend of TensorFlow.js, set up in one call and fit for training. */
export { WasmBackendError } from './error.js'
export type { TrainingKernel } from './kernels/kernel.js'
export { trainingKernels } from './kernels/table.js'
export type { WasmPaths } from './locate.js'
export { quiet } from './quiet.js'
export { useWasm, type WasmOptions } from './useWasm.js'
