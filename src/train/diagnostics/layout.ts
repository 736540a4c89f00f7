/** What of a transform's named values there is to read, and which leaf is in which group. */
import type { Expr } from '../../expr/expr.js'
import { names } from '../../expr/tree.js'
import { inputName, type Signature, traceUpdate } from '../../interpret/trace.js'
import type { GradientTransform } from '../../transform/index.js'
import { classifierOnly, convOnly, earlyBlocks, lateBlocks } from '../../transform/index.js'

/** The label of the whole update, which the recorder itself puts on. */
export const STEP = '.step'
const SIGNAL = '.signal '

/**
 * Those of NeuroPlastic. The ones with a dot are for diagnostics alone: the rule's result, it after coupled decay, after
 * homeostasis, after decoupled decay; what a residual is added to; the orthogonal residual.
 */
const LABELS = ['alpha', 'gradientOnly', 'multiplier', '.rule', '.raw', '.settled', '.decayed', '.base', '.orthogonal']

/** One leaf: its groups, and where its values are found. */
export interface LeafLayout {
  readonly name: string
  readonly conv: boolean
  readonly classifier: boolean
  readonly early: boolean
  readonly late: boolean
  /** By label, the node of the graph; two labels of one node are one value, which is read once. */
  readonly nodes: ReadonlyMap<string, number>
  /** The node of its gradient, if the transform looks at it. */
  readonly gradient: number | undefined
  /** The label under which the controller's signal of its group is, if it has one. */
  readonly signal: string | undefined
}

export interface Layout {
  /** All labels that can be read: those that the transform has, once per leaf. */
  readonly labels: readonly string[]
  /** The leaves with a gradient. */
  readonly leaves: readonly LeafLayout[]
  /** Whether a coefficient multiplies the gradient, or something is added to a base. */
  readonly gate: boolean
  readonly residual: boolean
  /** Whether something else than the gradient is modulated. */
  readonly hybrid: boolean
  readonly controlled: boolean
}

/** What there is to read of a transform whose update is labelled {@link STEP}, for one signature. */
export const layoutOf = (transform: GradientTransform<unknown>, signature: Signature): Layout => {
  const { graph } = traceUpdate(transform, signature)
  const inputs = new Map(
    graph.tensors.flatMap(({ operation }, id) => (operation.op === 'input' ? [[operation.name, id] as const] : [])),
  )
  const all = graph.observations
  const once = (label: string): boolean => {
    const leaves = all.filter(observation => observation.label === label).map(({ leaf }) => leaf)
    return leaves.length > 0 && new Set(leaves).size === leaves.length
  }
  const signals = [...new Set(all.map(({ label }) => label).filter(label => label.startsWith(SIGNAL)))].filter(once)
  const labels = [...[...LABELS, STEP].filter(once), ...signals]

  // A selector looks at the names and shapes of the parameters only.
  const params = Object.fromEntries(
    names(signature.params).map(name => [name, { shape: signature.params[name] }]),
  ) as unknown as Record<string, Expr>
  const leaves = signature.present.map((name): LeafLayout => {
    const classifier = classifierOnly(name, params)
    const early = earlyBlocks(name, params)
    const group = classifier ? 'classifier' : early ? 'earlyBlocks' : 'lateBlocks'
    return {
      name,
      classifier,
      early,
      conv: convOnly(name, params),
      late: lateBlocks(name, params),
      nodes: new Map(
        all
          .filter(({ leaf, label }) => leaf === name && labels.includes(label))
          .map(({ label, tensor }) => [label, tensor]),
      ),
      gradient: inputs.get(inputName.gradient(name)),
      signal: [`${SIGNAL}all`, SIGNAL + group].find(label => signals.includes(label)),
    }
  })
  const residual = labels.includes('.base')
  return {
    labels,
    leaves,
    residual,
    gate: !residual && labels.includes('alpha') && labels.includes('gradientOnly'),
    hybrid:
      !labels.includes('.orthogonal') &&
      leaves.some(({ nodes, gradient }) => (nodes.get('.base') ?? gradient) !== gradient),
    controlled: signals.length > 0,
  }
}
