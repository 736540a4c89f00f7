/** State that survives: training as bytes in the safetensors format. */
export { decodeState, encodeState } from './codec.js'
