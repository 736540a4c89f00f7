/** A transform as text: two of them with the same text compute the same, number by number. */
import { exprInput } from '../../src/expr/expr.js'
import { mapNest } from '../../src/expr/nest.js'
import { isScalar, scalarInput } from '../../src/expr/scalar.js'
import type { SymbolicValue } from '../../src/expr/symbols.js'
import type { GradientTransform } from '../../src/index.js'

/** Where state starts, and what updates and state become from any gradients and state; every literal is in it. @param entries numbers of the context */
export const graphOf = (transform: GradientTransform<unknown>, entries: readonly string[] = []): string => {
  const params = { w: exprInput('p', [2, 3], 'w') }
  const start = transform.init(params)
  const state = mapNest(
    (symbol: SymbolicValue, path) =>
      isScalar(symbol) ? scalarInput(path.join('.')) : exprInput(path.join('.'), symbol.shape),
    start,
  )
  const scalars = Object.fromEntries(entries.map(entry => [entry, scalarInput(entry)]))
  const step = transform.update({ w: exprInput('g', [2, 3], 'w') }, state, params, { scalars, trees: {} })
  return JSON.stringify([start, step])
}
