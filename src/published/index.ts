/** The NeuroPlastic authors' configuration files, read and run. */
export { loadPublishedData, missingRoot, modelOf, syntheticMnist } from './data.js'
export {
  type DecodedRun,
  decodePublishedConfig,
  type PublishedDataSet,
  type PublishedRun,
} from './decode.js'
export { parseYaml } from './parse.js'
export { progressAlwaysOne, transformOf } from './transform.js'
