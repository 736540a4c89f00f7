/** Adaptive transforms: steps in proportion to what gradients have been. */
export { type NadamOptions, type NadamState, type RadamOptions, scaleByNadam, scaleByRadam } from './earlySteps.js'
export {
  type AdanOptions,
  type AdanState,
  type AdemamixOptions,
  type AdemamixState,
  scaleByAdan,
  scaleByAdemamix,
} from './mixtures.js'
export { type AdoptOptions, type NormState, type NovogradOptions, scaleByAdopt, scaleByNovograd } from './normalized.js'
export {
  type AdadeltaOptions,
  type AdadeltaState,
  type RmsOptions,
  type RssOptions,
  type StddevState,
  scaleByAdadelta,
  scaleByRms,
  scaleByRss,
  scaleByStddev,
} from './roots.js'
export {
  type AdamaxOptions,
  type AmsgradOptions,
  type AmsgradState,
  type BeliefOptions,
  scaleByAdamax,
  scaleByAmsgrad,
  scaleByBelief,
  scaleByYogi,
  type YogiOptions,
} from './secondMoments.js'
export {
  type LionOptions,
  type RpropOptions,
  type RpropState,
  scaleByLion,
  scaleByRprop,
  scaleBySign,
} from './signs.js'
