import {
  chain,
  clamp,
  emaActivity,
  gradientMagnitude,
  homeostasis,
  lerp,
  normalizeSignal,
  plasticityGate,
  scalarFrom,
  scaleByAdam,
  scaleByLearningRate,
  weightedSum,
} from 'plastax'

const gradient = chain(gradientMagnitude(), normalizeSignal())
const activity = chain(emaActivity(0.95), normalizeSignal())
const memory = chain(scaleByAdam({ b2: 0.99, biasCorrection: false }), gradientMagnitude(), normalizeSignal())

const gradientOnly = chain(gradient, clamp(0.2, 2))
const full = chain(weightedSum([0.4, activity], [0.4, gradient], [0.2, memory]), clamp(0.2, 2))
const alpha = lerp(gradientOnly, full, c => scalarFrom(c, 'epoch', 'warm-up').sub(1).div(2).clipByValue(0, 1))

/** NeuroPlastic in full: learning rate 0.1, two epochs of warm-up. */
export const neuroPlasticByHand = chain(plasticityGate(alpha), homeostasis(), scaleByLearningRate(0.1))
