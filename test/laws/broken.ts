/** Transforms and interpreters that are broken, each in one way: laws must reject them. */
import * as tf from '@tensorflow/tfjs'
import type { Subject } from '../../laws/index.js'
import {
  addNoise,
  applyUpdates,
  compile,
  type Expr,
  fill,
  type GradientTransform,
  leafwise,
  opaque,
  type Shape,
  stateless,
  type Tensors,
  tree,
} from '../../src/index.js'

type T = GradientTransform<unknown>

/** Runs a function on the tensor of each gradient. */
const onTensors = (run: (x: tf.Tensor) => tf.Tensor): T =>
  leafwise(g => opaque({ name: 'broken', version: 1, run: ([x]) => run(x as tf.Tensor) }, g.shape, [g]))

/** Writes into a tensor's buffer on the WASM heap, which nothing may do. */
const overwrite = (x: tf.Tensor, value: (old: number) => number): void => {
  const { wasm, dataIdMap } = tf.backend() as unknown as {
    readonly wasm: { readonly HEAPU8: Uint8Array }
    readonly dataIdMap: { get(id: object): { readonly memoryOffset: number } }
  }
  const values = new Float32Array(wasm.HEAPU8.buffer, dataIdMap.get(x.dataId).memoryOffset, x.size)
  values.set(values.map(value))
}

export const writesToItsGradient = onTensors(x => {
  overwrite(x, old => old + 1)
  return x.clone()
})

export const hidesScratch = (): T => {
  const scratch = new Map<string, number>()
  return onTensors(x => {
    const key = String(x.shape)
    const before = scratch.get(key) ?? 0
    scratch.set(key, Number(x.flatten().max().dataSync()[0] ?? 0))
    return x.add(before)
  })
}

export const keepsAnIntermediate = onTensors(x => {
  tf.keep(x.abs())
  return x.clone()
})

export const sortsTheLeaves: T = stateless(updates =>
  tree.fromEntries(Object.entries(updates).toSorted(([a], [b]) => (a < b ? -1 : 1))),
)

export const dividesByZero = leafwise(g => g.div(g.norm()))

export const squaresUnguarded: T = {
  init: params => tree.map((p: Expr) => fill(p, 0))(params),
  update: (updates, state) => {
    const next = tree.zipWith([updates, state as tree.Tree<Expr>], (g, v) => g.square().square().lerp(v, 0.9))
    return [updates, next]
  },
}

/** An update a step late, as optax's rprop has it: the step is taken before the gradient is looked at. */
export const aStepLate: T = {
  init: params => tree.map((p: Expr) => fill(p, 0))(params),
  update: (updates, state) => [
    tree.zipWith([updates, state as tree.Tree<Expr>], (_, before) => before.mul(1)),
    updates,
  ],
}

/** Loses one tensor, at its first step only: later steps balance. */
export const keepsOneTensorOnce = (): T => {
  let kept = false
  return onTensors(x => {
    if (!kept) tf.keep(x.abs())
    kept = true
    return x.clone()
  })
}

export const wrongSignOnWasm = onTensors(x => (tf.getBackend() === 'wasm' ? x.neg() : x.clone()))

export const countsInFloat32: T = {
  init: params => ({ count: fill(fill(tree.values(params)[0] as Expr, 0).sum(), 0) }),
  update: (updates, state) => [updates, { count: (state as { readonly count: Expr }).count.add(1) }],
}

type Compile = Subject['compile']

export const alwaysInPlace: Compile = transform => {
  const optimizer = compile(transform)
  return {
    ...optimizer,
    step: (training, grads, context) => {
      const [updates, state] = optimizer.update(grads, training.state, training.params, context)
      for (const [name, u] of Object.entries(updates)) {
        const values = u.dataSync()
        let i = 0
        overwrite(training.params[name] as tf.Tensor, old => old + (values[i++] as number))
      }
      return { params: training.params, state }
    },
  }
}

export const missingIsZero: Compile = transform => {
  const optimizer = compile(transform)
  return {
    ...optimizer,
    update: (grads, state, params, context) => {
      const zeros: Tensors = tree.map((p: tf.Tensor) => tf.zerosLike(p))(params)
      const given = Object.fromEntries(Object.entries(grads).filter(([, g]) => g !== null && g !== undefined))
      return optimizer.update({ ...zeros, ...given }, state, params, context)
    },
  }
}

export const stepsTwice: Compile = transform => {
  const optimizer = compile(transform)
  return {
    ...optimizer,
    step: (training, grads, context) => optimizer.step(optimizer.step(training, grads, context), grads, context),
  }
}

/** Writes where a step that throws must not have written. */
export const writesBeforeItFails: Compile = transform => {
  const optimizer = compile(transform)
  return {
    ...optimizer,
    step: (training, grads, context) => {
      try {
        return optimizer.step(training, grads, context)
      } catch (error) {
        for (const p of Object.values(training.params)) overwrite(p, old => 2 * old + 1)
        throw error
      }
    },
  }
}

/** Takes another value than the one that is observed for it. */
export const disturbedByLooking: Compile = (transform, observe) => {
  const optimizer = compile(transform)
  return {
    ...optimizer,
    update: (grads, state, params, context) => {
      const [updates, next] = optimizer.update(grads, state, params, context)
      return [observe === undefined ? updates : tree.map((u: tf.Tensor) => u.add(1))(updates), next]
    },
  }
}

/** Counts its steps where no checkpoint looks, and grows with them. */
export const forgetsACounter: Compile = transform => {
  const optimizer = compile(transform)
  let steps = 0
  const update: typeof optimizer.update = (grads, state, params, context) => {
    const [updates, next] = optimizer.update(grads, state, params, context)
    steps += 1
    return [tree.map((u: tf.Tensor) => u.add(steps))(updates), next]
  }
  return {
    ...optimizer,
    update,
    step: ({ params, state }, grads, context) => {
      const [updates, next] = update(grads, state, params, context)
      return { params: applyUpdates(params, updates), state: next }
    },
  }
}

export const evaluatesInPlace: T = {
  init: () => [],
  update: (updates, state) => [updates, state],
  evaluate: tree.map((p: Expr) =>
    opaque(
      {
        name: 'broken',
        version: 1,
        run: ([x]) => {
          overwrite(x as tf.Tensor, old => old + 1)
          return (x as tf.Tensor).clone()
        },
      },
      p.shape,
      [p],
    ),
  ),
}

/** Keeps weights, and is evaluated at those it trains. */
export const atTheTrainingIterate = (transform: T): T => ({ ...transform, evaluate: params => params })

export const alwaysNormalizes = leafwise(g => g.norm().greater(0).where(g.div(g.norm()), 0))

export const dependsOnTheIndex = onTensors(x => x.mul(tf.range(1, x.size + 1).reshape(x.shape)))

/** Gates by what is not a magnitude. */
export const losesTheAbs = leafwise(g => g.mul(g.clipByValue(0.2, 2)))

export const addsEpsInsideTheRoot = (eps = 1e-3) => leafwise(g => g.div(g.square().add(eps).sqrt()))

export const dividesByTheMedian = leafwise(g =>
  g.div(
    opaque(
      {
        name: 'median',
        version: 1,
        run: ([x]) => {
          const sorted = Array.from((x as tf.Tensor).dataSync()).toSorted((a, b) => a - b)
          return tf.scalar(sorted[Math.floor(sorted.length / 2)] ?? 0)
        },
      },
      [] as Shape,
      [g],
    ).add(1e-8),
  ),
)

/** Projects by the gradient's norm, not by its square. */
export const dividesByTheNorm = leafwise(g => {
  const r = g.abs()
  return g.add(r.sub(g.mul(r.mul(g).sum().div(g.norm().add(1e-8)))))
})

/** Homeostasis with a gain of 1.5, in the wrong order. */
export const clipsAfterTheGain = leafwise(g => {
  const u = g.mul(1.5)
  return u.mul(u.norm().greater(1).where(u.norm().pow(-1), 1))
})

/** Weighs each leaf by its share of a mean over all. */
export const takesAGlobalMean: T = stateless(updates => {
  const total = tree
    .values(updates)
    .map(g => g.abs().sum())
    .reduce((a, b) => a.add(b))
  return tree.map((g: Expr) => g.div(total.add(1)))(updates)
})

/** Starts its generator anew at each step. */
export const reseeds: T = {
  init: () => [],
  update: (updates, state, params, context) => {
    const noise = addNoise({ gamma: 0 })
    return [noise.update(updates, noise.init(params), params, context)[0], state]
  },
}

/** Counts its steps in a closure, which no state remembers. */
export const forgetsItsPlace = (): T => {
  let steps = 0
  return leafwise(g =>
    opaque({ name: 'noise', version: 1, run: () => tf.randomNormal([...g.shape], 0, 1, 'float32', steps++) }, g.shape, [
      g,
    ]),
  )
}
