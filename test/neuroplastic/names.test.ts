/** A name that is not there is refused by the constructor, with those that are. */
import { expect, test } from 'vitest'
import {
  controlledNeuroPlastic,
  hybridAdamW,
  identity,
  normalizeSignal,
  orthogonalNeuroPlastic,
  orthogonalResidual,
} from '../../src/index.js'

test.each([
  ['over', () => normalizeSignal({ over: 'x' as never }), "over must be one of 'leaf', 'unit', 'tree'; got 'x'"],
  [
    'normalization',
    () => orthogonalResidual(identity, { normalization: 'x' as never }),
    "one of 'raw', 'matchGradNorm'; got 'x'",
  ],
  [
    'orthogonalSchedule',
    () => orthogonalNeuroPlastic({ orthogonalSchedule: 'x' as never }),
    "one of 'constant', 'late', 'cosine'",
  ],
  [
    'modulationTarget',
    () => hybridAdamW({ modulationTarget: 'x' as never }),
    "one of 'gain', 'momentum', 'trustRatio'",
  ],
  ['layerScope', () => hybridAdamW({ layerScope: 'x' as never }), "one of 'all', 'convOnly'"],
  ['phaseScope', () => hybridAdamW({ phaseScope: 'x' as never }), "one of 'full', 'early', 'middle', 'late'"],
  ['mode', () => controlledNeuroPlastic('x' as never), "one of 'global', 'layerwise', 'classifierOnly'"],
])('%s', (_, make, message) => {
  expect(make).toThrow(message)
})
