/** What an epoch's diagnostics say. */

/** The interval that a coefficient is clipped to. */
export type Bounds = readonly [low: number, high: number]

/** What every transform has: norms, each the root of the summed squares over all leaves and recorded steps. */
interface Norms {
  /** Steps that were recorded; a norm divided by its root is a root mean square over steps. */
  readonly steps: number
  readonly rawGradientNorm: number
  /** Of the parameters before each step; as published, after decoupled decay has been taken off them. */
  readonly parameterNorm: number
  /** Of what the steps added to the parameters, learning rate included. */
  readonly stepNorm: number
}

/** What alpha was, each element of a leaf and each recorded step counting once. */
interface AlphaDiagnostics {
  readonly alphaMean: number
  /** Standard deviation of the population. */
  readonly alphaStd: number
  /** Middle of the bin of `alphaHistogram` that holds the median. */
  readonly alphaMedian: number
  readonly alphaMin: number
  readonly alphaMax: number
  /** Fraction of alpha at most 5 % of the range (or what one set) above the lower bound; below it too. */
  readonly alphaFractionNearMin: number
  /** The same at the upper bound. */
  readonly alphaFractionNearMax: number
  /** Counts in 64 bins of equal width on the bounds; what is outside is in the first or the last. */
  readonly alphaHistogram: readonly number[]
  readonly alphaBounds: Bounds
  /**
   * Of what plasticity changed: $u - g$ for a residual, $u - b$ for a hybrid, and $(\alpha - \alpha_{go})\, g$ for a gate, as
   * published: against the gradient-only rule, not against the gradient. Where alpha is one number per leaf, so is $\alpha_{go}$.
   */
  readonly plasticityDeltaNorm: number
}

/** Updates before and after homeostasis. */
interface UpdateDiagnostics {
  /** Before homeostasis, coupled decay included. */
  readonly rawUpdateNorm: number
  /** After homeostasis, times the controller's multiplier, as published; without learning rate and decoupled decay. */
  readonly effectiveUpdateNorm: number
  /** Of $\lambda p$. A hybrid over SGD has its decay inside the momentum, where it does not count, as published. */
  readonly weightDecayTermNorm: number
  /** Effective update to gradient; 0 where the gradient is 0. */
  readonly effectiveToGradientNormRatio: number
  /** Effective to raw update; 0 where the raw one is 0. */
  readonly stabilizationNormRatio: number
}

/** The orthogonal residual, over the leaves that are not skipped. */
interface OrthogonalDiagnostics {
  /** Of $r = (\alpha - \alpha_{go})\, g$. */
  readonly orthogonalSignalNorm: number
  /** Of $r'$, after `matchGradNorm`, before $\lambda$ and the cap. */
  readonly orthogonalResidualNorm: number
  /** Cosine of $g$ and $r$, all leaves and steps as one vector; published for this rule alone. */
  readonly cosineSimilarityGradPlasticity: number
  /** Cosine of $g$ and $r'$: rounding aside, 0. */
  readonly cosineSimilarityGradOrthogonal: number
  /** Fraction of leaves with $\lVert g \rVert^2 \le \varepsilon$. */
  readonly orthogonalSkipFraction: number
}

/** Groups of leaves: kernels of rank 4, the last two leaves, and the two halves of the others, which may share a leaf. */
type ModulationGroup = 'Conv' | 'Classifier' | 'EarlyBlocks' | 'LateBlocks'

/** A hybrid's modulation $u - b$: its norm, and the fraction of elements in leaves where it is not zero. */
type ModulationDiagnostics = { readonly modulationActiveFraction: number } & {
  readonly [K in `modulation${'Magnitude' | 'ActiveFraction'}${ModulationGroup}`]: number
}

type Extent = 'Mean' | 'Min' | 'Max'
/** Each leaf is in one of these. No leaf is in `Stem`, which the published implementation names all the same. */
type ControllerGroup = 'Stem' | 'Classifier' | 'EarlyBlocks' | 'LateBlocks'

/**
 * The controller's signal (the mean log ratio of a leaf's group, 0 where it does not control) and multiplier, each leaf and step
 * counting once. A group without leaves has signal 0 and multiplier 1.
 */
type ControllerDiagnostics = {
  readonly [K in `controller${'Signal' | 'Multiplier'}${Extent | `Mean${ControllerGroup}`}`]: number
} & {
  /** Fraction of leaves whose multiplier is at its bound. */
  readonly [K in `controllerClampFraction${'Low' | 'High'}`]: number
}

/**
 * Diagnostics of an epoch: plain numbers, over all leaves and recorded steps. What a transform does not have (a coefficient,
 * a controller) is absent.
 */
export type Diagnostics = Norms &
  Partial<AlphaDiagnostics & UpdateDiagnostics & OrthogonalDiagnostics & ModulationDiagnostics & ControllerDiagnostics>
