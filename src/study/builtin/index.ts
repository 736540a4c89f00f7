/** The studies that come with Plastax. To add one: add it here. */
import type { DefinedStudy } from '../define.js'
import { ablationStudy } from './ablation.js'
import { cifar10Study, fashionStudy, labelNoiseStudy, lowDataStudy, mnistStudy } from './comparisons.js'
import { designSpaceStudy, stabilityStudy } from './designSpace.js'
import { tuningStudy } from './tuning.js'

const all = [
  tuningStudy,
  fashionStudy,
  mnistStudy,
  lowDataStudy,
  cifar10Study,
  designSpaceStudy,
  stabilityStudy,
  ablationStudy,
  labelNoiseStudy,
]

/** All of them by name, in the order of the help. */
export const builtinStudies: Readonly<Record<string, DefinedStudy>> = Object.fromEntries(
  all.map(defined => [defined.study.name, defined]),
)
