/** Adding updates to parameters. */
import { map } from '../expr/tree.js'
import { checkGradients, checkParams } from './check.js'
import type { Tensors } from './types.js'

/**
 * Parameters plus updates: $p' = p + u$; a leaf without an update stays as it is.
 *
 * Pure: fresh tensors, the caller's own; nothing is written to or disposed.
 *
 * @throws TypeError for an update that no parameter has, or of another shape
 * @example
 * const optimizer = compile(adam())
 * const [updates, state] = optimizer.update(grads, optimizer.init(params), params)
 * const next = applyUpdates(params, updates)
 */
export const applyUpdates = <P extends Tensors>(params: P, updates: Tensors): P => {
  checkParams(params)
  checkGradients(updates, params)
  return map((p: Tensors[string], leaf) => {
    const update = Object.hasOwn(updates, leaf) ? updates[leaf] : undefined
    return update ? p.add(update) : p.clone()
  })(params) as P // the same leaves
}
