/** Every optimizer under its name: what stands here is exported, described, and read by `fromConfig`. */
export { adam, adamw, sgd } from './optimizers.js'
