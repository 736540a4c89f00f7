/** NeuroPlastic once more, from its published equations, in double precision on plain numbers: what a configuration does to parameters. */
import { dot, mean, type Numbers, norm, plus, times } from '../optimizers/oracles/numbers.js'

/** A configuration, complete. */
export interface Config {
  readonly learningRate: number
  readonly weightDecay: number
  readonly decoupledWeightDecay: boolean
  readonly plasticity: Readonly<{
    mode: 'ruleBased' | 'gradOnly'
    activityWeight: number
    gradientWeight: number
    memoryWeight: number
    plasticityScale: number
    warmupEpochs: number
    minAlpha: number
    maxAlpha: number
    boundAfterScaling: boolean
    parameterwise: boolean
    boundedResidual: boolean
    residualMaxRatio: number
    orthogonalResidual: boolean
    orthogonalLambda: number
    orthogonalMaxRatio: number
    orthogonalNormalization: 'raw' | 'matchGradNorm'
    orthogonalSchedule: 'constant' | 'late' | 'cosine'
    orthogonalLateStartFraction: number
    hybridBase: 'classic' | 'sgdMomentum' | 'adamw'
    modulationTarget: 'gain' | 'momentum' | 'trustRatio'
    modulationStrength: number
    modulationMaxRatio: number
    layerScope: 'all' | 'convOnly' | 'classifierOnly' | 'earlyBlocks' | 'lateBlocks'
    phaseScope: 'full' | 'early' | 'middle' | 'late'
    baseMomentum: number
    baseBeta2: number
    lrControllerMode: 'off' | 'global' | 'layerwise' | 'classifierOnly'
    controllerAlpha: number
    controllerLow: number
    controllerHigh: number
  }>
  readonly homeostasis: Readonly<{
    maxUpdateNorm: number
    targetRms: number
    adaptationRate: number
    earlyTargetRmsScale: number
    middleTargetRmsScale: number
    lateTargetRmsScale: number
  }>
}

/** What a leaf remembers. */
interface Memory {
  readonly activity: Numbers
  readonly m: Numbers
  readonly v: Numbers
  /** Of the base: momentum, or AdamW's moments. */
  readonly base: readonly [Numbers, Numbers]
}

/** The place of a leaf, and the moment. */
export interface Place {
  readonly index: number
  readonly count: number
  readonly rank: number
  readonly step: number
  readonly epoch: number
  readonly totalEpochs: number
}

const eps = 1e-8
const clip = (x: number, lo: number, hi: number): number => Math.min(Math.max(x, lo), hi)
const normalized = (xs: Numbers): Numbers => xs.map(x => x / (mean(xs) + eps))
const cap = (xs: Numbers, c: number, small: number): Numbers => (norm(xs) > c ? times(c / (norm(xs) + small), xs) : xs)
const gated = (alpha: Numbers, xs: Numbers): Numbers => xs.map((x, i) => x * (alpha[i] as number))

/** The coefficient, that of the gradient alone, and what is remembered for the next. */
const coefficients = ({ plasticity: p }: Config, g: Numbers, was: Memory, epoch: number) => {
  const activity = g.map((x, i) => 0.95 * (was.activity[i] ?? 0) + 0.05 * Math.abs(x))
  const m = g.map((x, i) => 0.9 * (was.m[i] ?? 0) + 0.1 * x)
  const v = g.map((x, i) => 0.99 * (was.v[i] ?? 0) + 0.01 * x * x)
  const signals = {
    a: normalized(activity),
    g: normalized(g.map(Math.abs)),
    m: normalized(m.map((x, i) => Math.abs(x) / (Math.sqrt(v[i] as number) + eps))),
  }
  const bounded = (xs: Numbers): Numbers =>
    (p.parameterwise ? xs : xs.map(() => mean(xs))).map(x => clip(x, p.minAlpha, p.maxAlpha))
  const only = bounded(signals.g)
  const weights = [p.activityWeight, p.gradientWeight, p.memoryWeight] as const
  const full = bounded(
    g.map((_, i) =>
      [signals.a, signals.g, signals.m].reduce((sum, xs, k) => sum + (weights[k] as number) * (xs[i] as number), 0),
    ),
  )
  const w = p.warmupEpochs === 0 ? 1 : clip((epoch - 1) / p.warmupEpochs, 0, 1)
  const mixed = only.map((x, i) => x + w * p.plasticityScale * ((full[i] as number) - x))
  const alpha =
    p.mode === 'gradOnly' ? only : p.boundAfterScaling ? mixed.map(x => clip(x, p.minAlpha, p.maxAlpha)) : mixed
  return { alpha, only, activity, m, v }
}

const residual = ({ plasticity: p }: Config, g: Numbers, alpha: Numbers, only: Numbers, progress: number): Numbers => {
  const n = norm(g)
  if (p.orthogonalResidual) {
    if (n * n <= eps) return g
    const r = gated(alpha, g).map((x, i) => x - (only[i] as number) * (g[i] as number))
    const off = plus(r, times(-dot(r, g) / (n * n + eps), g))
    const own = norm(off)
    const long = p.orthogonalNormalization === 'matchGradNorm' && own > eps ? times(n / (own + eps), off) : off
    const start = p.orthogonalLateStartFraction
    const q = {
      constant: 1,
      late: clip((progress - start) / (1 - start), 0, 1),
      cosine: (1 - Math.cos(Math.PI * progress)) / 2,
    }
    return plus(g, cap(times(p.orthogonalLambda * q[p.orthogonalSchedule], long), p.orthogonalMaxRatio * n, eps))
  }
  if (p.boundedResidual)
    return plus(
      g,
      cap(
        g.map((x, i) => ((alpha[i] as number) - 1) * x),
        p.residualMaxRatio * n,
        1e-12,
      ),
    )
  return gated(alpha, g)
}

const inScope = ({ plasticity: { layerScope } }: Config, { index, count, rank }: Place): boolean => {
  const body = Math.max(0, count - 2)
  switch (layerScope) {
    case 'all':
      return true
    case 'convOnly':
      return rank === 4
    case 'classifierOnly':
      return index >= body
    case 'earlyBlocks':
      return index < Math.ceil(body / 2)
    case 'lateBlocks':
      return index >= Math.floor(body / 2) && index < body
  }
}

const inPhase = ({ plasticity: { phaseScope } }: Config, progress: number): boolean =>
  ({ full: true, early: progress <= 0.3, middle: progress > 0.3 && progress < 0.7, late: progress >= 0.7 })[phaseScope]

/** The base's direction, modulated, and what the base remembers. */
const hybrid = (config: Config, g: Numbers, params: Numbers, alpha: Numbers, was: Memory, place: Place) => {
  const { plasticity: p } = config
  const mu = p.baseMomentum
  const adam = p.hybridBase === 'adamw'
  const m = g.map((x, i) =>
    adam
      ? mu * (was.base[0][i] ?? 0) + (1 - mu) * x
      : mu * (was.base[0][i] ?? 0) + x + config.weightDecay * (params[i] as number),
  )
  const v = g.map((x, i) => p.baseBeta2 * (was.base[1][i] ?? 0) + (1 - p.baseBeta2) * x * x)
  const corrected = m.map(x => x / (1 - mu ** place.step))
  const b = adam
    ? corrected.map((x, i) => x / (Math.sqrt((v[i] as number) / (1 - p.baseBeta2 ** place.step)) + 1e-8))
    : m
  const progress = place.epoch / place.totalEpochs
  if (!inScope(config, place) || !inPhase(config, progress)) return { u: b, base: [m, v] as const }
  const ratio = clip(norm(params) / (norm(b) + 1e-12), 0.5, 1.5) - 1
  const of = { gain: b, momentum: adam ? corrected : b, trustRatio: times(ratio, b) }[p.modulationTarget]
  const delta = of.map((x, i) => p.modulationStrength * ((alpha[i] as number) - 1) * x)
  return { u: plus(b, cap(delta, p.modulationMaxRatio * norm(b), 1e-12)), base: [m, v] as const }
}

const settled = ({ homeostasis: h }: Config, u: Numbers, { index, count }: Place): Numbers => {
  const n = norm(u)
  const inside = n > h.maxUpdateNorm ? times(h.maxUpdateNorm / (n + eps), u) : u
  const third = index < Math.ceil(count / 3) ? 'early' : index < Math.ceil((2 * count) / 3) ? 'middle' : 'late'
  const scale = { early: h.earlyTargetRmsScale, middle: h.middleTargetRmsScale, late: h.lateTargetRmsScale }[third]
  const r = Math.sqrt(mean(inside.map(x => x * x)) + eps)
  return times(clip(1 + h.adaptationRate * (h.targetRms * scale - r), 0.5, 1.5), inside)
}

/** The multiplier of each leaf's learning rate. */
const multipliers = ({ plasticity: p }: Config, signals: Numbers): Numbers => {
  const body = Math.max(0, signals.length - 2)
  const groupOf = (i: number) => (i >= body ? 'classifier' : i < Math.ceil(body / 2) ? 'early' : 'late')
  return signals.map((_, i) => {
    const all = p.lrControllerMode === 'global'
    if (p.lrControllerMode === 'off' || (p.lrControllerMode === 'classifierOnly' && groupOf(i) !== 'classifier'))
      return 1
    const c = mean(signals.filter((_, j) => all || groupOf(j) === groupOf(i)))
    return clip(1 + p.controllerAlpha * c, p.controllerLow, p.controllerHigh)
  })
}

/** A run of a configuration: each call gives the parameters after one more step. */
export const neuroPlasticOracle = (config: Config, ranks: readonly number[]) => {
  let memories: readonly Memory[] = ranks.map(() => ({ activity: [], m: [], v: [], base: [[], []] }))
  let step = 0
  return (gradients: readonly Numbers[], params: readonly Numbers[], epoch: number, totalEpochs: number) => {
    step += 1
    const results = gradients.map((g, index) => {
      const was = memories[index] as Memory
      const p = params[index] as Numbers
      const place = { index, count: ranks.length, rank: ranks[index] as number, step, epoch, totalEpochs }
      const { alpha, only, ...signals } = coefficients(config, g, was, epoch)
      const { u, base } =
        config.plasticity.hybridBase === 'classic'
          ? { u: residual(config, g, alpha, only, epoch / totalEpochs), base: was.base }
          : hybrid(config, g, p, alpha, was, place)
      const inMomentum = config.plasticity.hybridBase === 'sgdMomentum'
      const outside = !inMomentum && (config.decoupledWeightDecay || config.plasticity.hybridBase === 'adamw')
      const decayed = inMomentum || outside ? u : plus(u, times(config.weightDecay, p))
      const c = mean(alpha.map((x, i) => Math.log(Math.max(x, eps) / Math.max(only[i] as number, eps))))
      return {
        u: settled(config, decayed, place),
        decay: outside ? config.weightDecay : 0,
        c,
        memory: { ...signals, base },
      }
    })
    memories = results.map(({ memory }) => memory)
    const factors = multipliers(
      config,
      results.map(({ c }) => c),
    )
    return results.map(({ u, decay }, i) => {
      const rate = config.learningRate * (factors[i] as number)
      return (params[i] as Numbers).map((x, j) => x - rate * decay * x - rate * (u[j] as number))
    })
  }
}
