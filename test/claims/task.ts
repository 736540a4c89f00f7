/** A task for studies of the claim: a quadratic with noise, in two leaves, half of whose directions are flat. */

export interface Task {
  readonly shapes: Readonly<Record<string, readonly number[]>>
  /** Curvature by leaf: 1 or 0.05. */
  readonly curvature: Readonly<Record<string, readonly number[]>>
}

const alternating = (n: number, phase: number) =>
  Array.from({ length: n }, (_, i) => ((i + phase) % 2 === 0 ? 1 : 0.05))

export const task: Task = {
  shapes: { kernel: [6, 4], bias: [4] },
  curvature: { kernel: alternating(24, 0), bias: alternating(4, 1) },
}

/** Numbers in [0, 1) that a key determines (mulberry32). */
export const uniforms = (key: number): (() => number) => {
  let seed = key | 0
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let x = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Standard normal numbers (Box and Muller). */
export const normals = (key: number): (() => number) => {
  const uniform = uniforms(key)
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
}

type Values = Readonly<Record<string, readonly number[]>>
const each = (f: (leaf: string, i: number) => number): Values =>
  Object.fromEntries(Object.entries(task.curvature).map(([leaf, h]) => [leaf, h.map((_, i) => f(leaf, i))]))
const at = (values: Values, leaf: string, i: number): number => (values[leaf] as readonly number[])[i] as number

/** The task of one seed: where the minimum is, and a noise for each step that all variants share. */
export const problem = (seed: number) => {
  const normal = normals(seed)
  const target = each(() => 4 * normal())
  const from = (w: Values): Values => each((leaf, i) => at(w, leaf, i) - at(target, leaf, i))
  return {
    start: each(() => 0),
    gradient: (w: Values): Values => {
      const off = from(w)
      return each((leaf, i) => at(task.curvature, leaf, i) * at(off, leaf, i) + 0.3 * normal())
    },
    loss: (w: Values): number => {
      const off = from(w)
      return Object.values(each((leaf, i) => at(task.curvature, leaf, i) * at(off, leaf, i) ** 2))
        .flat()
        .reduce((sum, x) => sum + x / 2, 0)
    },
  }
}
