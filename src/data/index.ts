/** Images to train with: Fashion-MNIST and whatever has its form, parts of it, and batches. */
export { batch, type ImageBatch, pixelsToUnit } from './batches.js'
export { type DataError, dataError, showDataError } from './error.js'
export { type DataSource, type LoadOptions, loadFashionMnist } from './fashionMnist.js'
export { decodeIdx, type Idx } from './idx.js'
export type { ImageSet, ImageSplits } from './imageSet.js'
export { findFullFashionMnist, usualPlaces } from './places.js'
export { shuffledIndices } from './shuffle.js'
export { balancedSubset } from './subset.js'
