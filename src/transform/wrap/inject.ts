/** Hyperparameters in the state: to read, to change while training, to follow schedules. */
import { deferred, type Scalar, scalar } from '../../expr/scalar.js'
import { map } from '../../expr/tree.js'
import { evaluatedBy } from '../evaluate.js'
import { rated, rateOf } from '../rate.js'
import type { Schedule } from '../schedules/index.js'
import type { GradientTransform } from '../types.js'

/** The state of {@link injectHyperparameters}. */
export interface InjectedState<K extends string, S> {
  /** Steps taken. */
  readonly count: Scalar
  /** By name: numbers as they are now, schedules as they were at the last step. */
  readonly hyperparameters: { readonly [k in K]: Scalar }
  readonly inner: S
}

/** The options that a factory takes, whether it can do without or not. */
type Options<O> = NonNullable<O>

/** Numbers and schedules by the names of options that may be symbolic, and of no others. */
export type Injected<O, K extends string> = { readonly [k in K]: number | Schedule } & {
  readonly [k in K as k extends keyof Options<O> ? (Scalar extends Options<O>[k] ? never : k) : k]: never
}

/** The options that are left; they may be absent if each of them may. */
export type Fixed<O, K extends string> =
  Partial<Omit<Options<O>, K>> extends Omit<Options<O>, K>
    ? [fixed?: Omit<Options<O>, K>]
    : [fixed: Omit<Options<O>, K>]

type Values<K extends string> = { readonly [k in K]: Scalar }

type Make<K extends string, S> = (hyperparameters: Values<K>) => GradientTransform<S>

/** The hyperparameters of a step: schedules at its count, numbers as the state has them. */
const valuesAt = <K extends string>(
  injected: Readonly<Record<string, number | Schedule>>,
  count: Scalar,
  { hyperparameters }: { readonly hyperparameters: Values<K> },
): Values<K> =>
  // One value for each name that is injected, which are K.
  map((value: number | Schedule, name) =>
    typeof value === 'function' ? deferred(value(count)) : hyperparameters[name as K],
  )(injected) as Values<K>

/** The transform as it is before the first step, and the one that makes it anew at each. */
const injectingInto = <K extends string, S>(
  make: Make<K, S>,
  injected: Readonly<Record<string, number | Schedule>>,
): readonly [first: GradientTransform<S>, injecting: GradientTransform<InjectedState<K, S>>] => {
  const numbers = map((value: number | Schedule) => scalar(typeof value === 'function' ? 0 : value))(injected)
  const initial = valuesAt<K>(injected, scalar(0), { hyperparameters: numbers as Values<K> })
  const first = make(initial) // a number out of its range is told at once
  const now = ({ hyperparameters }: InjectedState<K, S>) => make(hyperparameters)
  const whole = evaluatedBy('injectHyperparameters', [['its transform', first, ({ inner }) => inner, now]], {
    init: params => ({ count: scalar(0), hyperparameters: initial, inner: first.init(params) }),
    update: (updates, state, params, context) => {
      const hyperparameters = valuesAt(injected, state.count, state)
      const [out, inner] = make(hyperparameters).update(updates, state.inner, params, context)
      return [out, { count: state.count.add(1), hyperparameters, inner }]
    },
  })
  return [first, whole]
}

/**
 * Makes a transform whose hyperparameters are entries of its state, where they can be read and changed between steps; nothing
 * is traced anew. A schedule is evaluated at each step, and its value recorded.
 * $$ u_t = f_{\theta_t}(g_t), \qquad \theta_t = \mathit{state.hyperparameters} \text{ or } \theta(t) $$
 *
 * Numbers are checked now; what a schedule gives, or what is put into the state later, is the caller's to keep in range: a
 * learning rate of -1 climbs, one of NaN ruins the parameters. To change what a schedule gives has no effect.
 *
 * optax: `inject_hyperparams`.
 *
 * @param factory makes the transform from options, any function
 * @param injected a number or a schedule for some of the options
 * @param fixed the other options, as they are
 * @throws HyperparameterError, by the factory
 * @example
 * const optimizer = compile(injectHyperparameters(adam, { learningRate: 1e-3, b1: linear(0.85, 0.95, 1000) }))
 * const state = optimizer.init(params)
 * state.hyperparameters.learningRate // 0.001
 * const [updates, next] = optimizer.update(grads, setHyperparameters(state, { learningRate: 1e-4 }), params)
 * @example
 * injectHyperparameters(({ minAlpha }) => neuroPlastic({ plasticity: { minAlpha } }), { minAlpha: 0.2 })
 */
export const injectHyperparameters = <S, K extends string, O = { readonly [k in K]: Scalar }>(
  factory: (options: O) => GradientTransform<S>,
  injected: Injected<O, K>,
  ...rest: Fixed<O, K>
): GradientTransform<InjectedState<K, S>> => {
  const [fixed] = rest
  // What the types say name by name, TypeScript does not follow through a spread.
  const make: Make<K, S> = hyperparameters => factory({ ...fixed, ...hyperparameters } as O)
  const [first, injecting] = injectingInto<K, S>(make, injected)
  const rate = rateOf(first) && {
    at: (state: InjectedState<K, S>) =>
      rateOf(make(valuesAt(injected, state.count, state)))?.at(state.inner) ?? scalar(Number.NaN), // first has one
    with: (change: (own: Schedule) => Schedule) =>
      injectHyperparameters<S, K, O>(
        options => rateOf(factory(options))?.with(change) ?? factory(options),
        injected,
        ...rest,
      ),
  }
  return rated(injecting, rate)
}

/** A state, on tensors, with hyperparameters. */
interface WithHyperparameters {
  readonly hyperparameters: Readonly<Record<string, number>>
}

/**
 * A state of {@link injectHyperparameters} with other values for some of its hyperparameters. The rest of it, tensors
 * included, is the same.
 *
 * @param state as `compile` gives it; it is not changed
 * @param values by name, within the ranges of the options
 * @example
 * const optimizer = compile(injectHyperparameters(sgd, { learningRate: 0.1 }))
 * const slower = setHyperparameters(optimizer.init(params), { learningRate: 0.01 })
 */
export const setHyperparameters = <State extends WithHyperparameters>(
  state: State,
  values: Partial<State['hyperparameters']>,
): State => ({ ...state, hyperparameters: { ...state.hyperparameters, ...values } })
