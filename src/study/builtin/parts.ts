/** What the built-in studies share: the sets, the settings of the paper. */
import { GRADIENT_ONLY, plastic, variants } from '../variants.js'

/** Fashion-MNIST: all of it, and the tenth that Plastax ships. */
export const fashion = [{ name: 'fashion-mnist', source: 'full' }] as const
export const shipped = [{ name: 'fashion-mnist', source: 'shipped' }] as const

const { neuroplastic, [GRADIENT_ONLY]: gradientOnly, sgd, adam } = variants

/** Gradient-only plasticity, in the narrower bounds of the authors' file. */
export const publishedGradientOnly = plastic(
  'plasticity',
  "plasticity by the gradient's magnitude alone, alpha in [0.5, 1.5]",
  { ...gradientOnly.settings, plasticity: { minAlpha: 0.5, maxAlpha: 1.5 } },
  gradientOnly.transform,
)

/** The paper's comparison: full against gradient-only plasticity, with two baselines. */
export const comparison = {
  neuroplastic,
  // Here it is what full plasticity is to beat: it lacks activity and memory.
  [GRADIENT_ONLY]: { ...gradientOnly, role: 'ablation' },
  sgd,
  adam,
} as const

/** The same with the settings of the paper. */
export const publishedComparison = {
  ...comparison,
  [GRADIENT_ONLY]: { ...publishedGradientOnly, role: 'ablation' },
} as const

/**
 * What full plasticity is compared with in it, beside its controls. With eight seeds no p is below 2/256, so that six comparisons
 * are the most of which one can outlast Holm's correction.
 */
export const opponents = [GRADIENT_ONLY, 'sgd', 'adam']
