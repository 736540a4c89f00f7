/** Data to train with: sets of images and made-up ones, parts of them, label noise, batches and augmentation. */
export {
  type Augmentation,
  type AugmentationMoment,
  augmentedWriter,
  type Crop,
  cifarAugmentation,
  cropOf,
  noAugmentation,
} from './augment.js'
export { labelsAt, pixelsToUnit, type WriteBatch, writeBatch } from './batches.js'
export { findCifar10, loadCifar10 } from './cifar10/load.js'
export { CIFAR_10_NORMALIZATION } from './cifar10/records.js'
export { type DataSet, type PrepareOptions, prepare } from './dataSet.js'
export { type DataError, dataError, showDataError } from './error.js'
export type { Examples, ImageSet, Normalization, Values } from './examples.js'
export { type DataSource, type LoadOptions, loadFashionMnist } from './fashionMnist.js'
export { decodeIdx, type Idx } from './idx.js'
export type { ImageSplits } from './imageSet.js'
export { withLabelNoise } from './labelNoise.js'
export { type DataSetName, type DataSetOptions, dataSetNames, formOf, isComputed, loadDataSet } from './load.js'
export { type FolderOptions, findMnist, loadMnist } from './mnist.js'
export { channelStatistics } from './normalize.js'
export { findFullFashionMnist, usualPlaces, type Where } from './places.js'
export { shuffledIndices } from './shuffle.js'
export { balancedSubset, type SubsetOptions, subset } from './subset.js'
export { type BlobsOptions, blobs } from './synthetic/blobs.js'
export { type NoisyQuadraticOptions, noisyQuadratic } from './synthetic/noisyQuadratic.js'
export type { Problem, ProblemMoment } from './synthetic/problem.js'
export { type TeacherLabelsOptions, teacherLabels } from './synthetic/teacher.js'
export { type TeacherStudentOptions, teacherStudent } from './synthetic/teacherStudent.js'
export { type ValidationSplit, validationSplit } from './validation.js'
