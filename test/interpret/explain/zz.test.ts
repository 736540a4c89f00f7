import { test } from 'vitest'
import { explain } from '/work/main/src/interpret/explain/index.js'
import * as P from '/work/main/src/index.js'
test('x', () => {
  const show = (n: string, t: P.GradientTransform<unknown>) => console.log(`--- ${n}\n${explain(t).text}`)
  show('sgd', P.sgd()); show('momentum', P.sgd({ momentum: 0.9, nesterov: true, weightDecay: 1e-4, learningRate: P.warmUp(500, P.cosineDecay(0.1, 9500)) }))
  show('adam', P.adam()); show('adamw', P.adamw()); show('np', P.neuroPlastic())
  show('np2', P.neuroPlastic({ plasticity: { warmupEpochs: 2, plasticityScale: 2, boundAfterScaling: true, parameterwise: false }, homeostasis: { earlyTargetRmsScale: 2 } }))
  show('bounded', P.boundedNeuroPlastic()); show('orth', P.orthogonalNeuroPlastic({ orthogonalSchedule: 'cosine', orthogonalNormalization: 'matchGradNorm' }))
  show('hsgd', P.hybridSgdMomentum({ layerScope: 'convOnly', phaseScope: 'late', weightDecay: 1e-4 })); show('hadam', P.hybridAdamW({ modulationTarget: 'momentum', weightDecay: 0.01 }))
  show('ctrl', P.controlledNeuroPlastic('layerwise')); show('grafted', P.alphaGrafted()); show('shuf', P.alphaShuffled()); show('clip', P.chain(P.clipByGlobalNorm(1), P.applyIfFinite(P.adam())))
  show('tree', P.plasticityGate(P.chain(P.gradientMagnitude(), P.normalizeSignal({ over: 'tree' }))))
  show('unit', P.plasticityGate(P.chain(P.gradientMagnitude(), P.normalizeSignal({ over: 'unit' }))))
  console.log(explain(P.neuroPlastic()).latex, explain(P.adam()).latex)
})
