/** Well-known optimizers. */
import * as claims from '../../../laws/index.js'
import * as P from '../../../src/index.js'
import { linear, plain, type Row, row } from './row.js'

const { boundedIterates, decays, decoupledDecay, rotationEquivariance, stabilityLimit } = claims

export const optimizers: readonly Row[] = [
  row('sgd', '()', () => P.sgd(), ...linear, rotationEquivariance, stabilityLimit(2, { learningRate: 0.01 })),
  row(
    'sgd',
    '({ momentum: 0.9 })',
    () => P.sgd({ momentum: 0.9 }),
    ...linear,
    rotationEquivariance,
    stabilityLimit(2 * 1.9, { learningRate: 0.01 }),
  ),
  row(
    'sgd',
    '({ momentum: 0.8, nesterov: true })',
    () => P.sgd({ momentum: 0.8, nesterov: true }),
    ...linear,
    stabilityLimit(3.6 / 2.6, { learningRate: 0.01 }),
  ),
  row('sgd', '({ weightDecay: 0.1 })', () => P.sgd({ weightDecay: 0.1 }), decays, ...plain, decoupledDecay(0.001)),
  row('adam', '()', () => P.adam(), ...plain, boundedIterates({ learningRate: 1e-3 })),
  row(
    'adam',
    '({ learningRate: 1 })',
    () => P.adam({ learningRate: 1 }),
    ...plain,
    boundedIterates({ learningRate: 1 }),
  ),
  row('adam', '({ weightDecay: 0.1 })', () => P.adam({ weightDecay: 0.1 }), decays, ...plain),
  row('adamw', '()', () => P.adamw(), decays, ...plain, decoupledDecay(1e-7)),
  row(
    'adamw',
    '({ learningRate: 0.01, weightDecay: 0.1 })',
    () => P.adamw({ learningRate: 0.01, weightDecay: 0.1 }),
    decays,
    ...plain,
    decoupledDecay(0.001),
    boundedIterates({ learningRate: 0.01 }),
  ),
]
