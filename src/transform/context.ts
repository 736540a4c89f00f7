/** Reading the context of a step, and putting trees into it. */

import type { Expr, Observed } from '../expr/expr.js'
import { type Scalar, scalar } from '../expr/scalar.js'
import { map, type Tree, zipWith } from '../expr/tree.js'
import { type Hyperparameter, HyperparameterError } from '../schema/hyperparameter.js'
import { type OptionsOf, options, value } from '../schema/index.js'
import { evaluatedBy } from './evaluate.js'
import { ratedLike } from './rate.js'
import { type Context, type GradientTransform, type Stateless, stateless } from './types.js'
import { wrapping } from './wrapping.js'

const missing = (needer: string, entry: string, given: readonly string[], remedy: string) =>
  new ReferenceError(
    `${needer} needs '${entry}' from the context, which has ${given.length > 0 ? `only '${given.join("', '")}'` : 'nothing'}; ${remedy}`,
  )

/** A number of the context. @throws ReferenceError naming who needs it and what it is, if nobody gave it */
export const scalarFrom = (context: Context, entry: string, needer: string): Scalar => {
  const found = Object.hasOwn(context.scalars, entry) ? context.scalars[entry] : undefined
  if (found === undefined)
    throw missing(needer, entry, Object.keys(context.scalars), `pass { ${entry}: ... } to update or step`)
  return found
}

/** A tree of the context. @throws ReferenceError naming who needs it and what it is, if nobody gave it */
export const treeFrom = (context: Context, entry: string, needer: string): Tree<Expr> => {
  const found = Object.hasOwn(context.trees, entry) ? context.trees[entry] : undefined
  if (found === undefined)
    throw missing(
      needer,
      entry,
      Object.keys(context.trees),
      `enclose it in provide('${entry}', ...) or pass the tree to update`,
    )
  return found
}

/** A number, or one computed from what the step knows: a phase, a warm-up. */
export type Coefficient = Hyperparameter | ((context: Context) => Scalar)

/** The value of a coefficient at this step. */
export const coefficientAt = (coefficient: Coefficient, context: Context): Scalar =>
  typeof coefficient === 'function' ? coefficient(context) : scalar(coefficient)

/** The state of {@link provide}: that of what is provided under its name, and that of the body. */
export type Provided<N extends string, Sf, Sb> = { readonly [K in N]: Sf } & { readonly body: Sb }

const bodyOf = <S>({ body }: { readonly body: S }): S => body

/**
 * Runs `f` once on the input and lets `body`, which gets the same input, read the output by name.
 * $$ u = \mathrm{body}(g;\ \mathit{name} = f(g)) $$
 *
 * Controllers and hybrids need the plasticity coefficient beside the base optimizer's moments.
 *
 * @param name under which {@link recall} finds the output, and the state of `f` stands; not `body`. An inner one shadows an outer one
 * @throws HyperparameterError
 * @example
 * provide('alpha', plasticity(), chain(trace(0.9), plasticityGate(recall('alpha'))))
 */
export const provide = <N extends string, Sf, Sb>(
  name: N,
  f: GradientTransform<Sf>,
  body: GradientTransform<Sb>,
): GradientTransform<Provided<N, Sf, Sb>> => {
  if (name === 'body') throw new HyperparameterError('name', name, "another than that of the body's own state")
  // TypeScript does not follow a computed key.
  const both = (sf: Sf, sb: Sb) => ({ [name]: sf, body: sb }) as Provided<N, Sf, Sb>
  const update: GradientTransform<Provided<N, Sf, Sb>>['update'] = (updates, state, params, context) => {
    const [provided, sf] = f.update(updates, state[name], params, context)
    const trees = { ...context.trees, [name]: provided }
    const [out, sb] = body.update(updates, state.body, params, { ...context, trees })
    // What is provided can be observed even where the body does not read it.
    return [zipWith([out, provided], (u, x) => u.observe('.body', x)), both(sf, sb)]
  }
  const parts = [
    [`'${name}'`, f, (state: Provided<N, Sf, Sb>) => state[name]] as const,
    ["'body'", body, bodyOf] as const,
  ]
  return ratedLike(
    body,
    bodyOf,
    other => provide(name, f, other),
    evaluatedBy('provide', parts, { init: params => both(f.init(params), body.init(params)), update }),
  )
}

/**
 * Forgets its input and gives what an enclosing {@link provide} (or the caller) put under `name`.
 *
 * @throws ReferenceError when traced, if nothing is there
 * @example
 * provide('momentum', trace(0.9), chain(scaleByAdam(), graft(recall('momentum'), identity)))
 */
export const recall = (name: string): GradientTransform<Stateless> =>
  stateless((updates, _, context) =>
    zipWith([updates, treeFrom(context, name, `recall('${name}')`)], (g, x) => x.broadcastTo(g)),
  )

const observeOptions = options({
  /**
   * The label of a value that this one accompanies: an intervention there is one here, alike, so that what is computed from
   * both sees the same done to both.
   */
  companionOf: value<Observed['companionOf']>(),
})

export interface CompanionOptions extends OptionsOf<typeof observeOptions> {}

/**
 * Names what `f` gives, so that `compile(t, { observe: [label] })` can read it, and {@link intervene} change it: a label, a tree.
 *
 * @example
 * const rule = plasticityGate(observe('alpha', plasticity()))
 * compile(rule, { observe: ['alpha'] })
 */
export const observe = <S>(
  label: string,
  f: GradientTransform<S>,
  given: CompanionOptions = {},
): GradientTransform<S> => {
  const { companionOf } = observeOptions.read('observe', given)
  return wrapping(
    'observe',
    f,
    state => state,
    g => observe(label, g, { companionOf }),
    {
      init: params => f.init(params),
      update: (updates, state, params, context) => {
        const [out, state1] = f.update(updates, state, params, context)
        return [map((u: Expr) => u.observe({ label, companionOf }))(out), state1]
      },
    },
  )
}
