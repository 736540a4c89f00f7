/**
 * The graph of a trace: each distinct value once, operands before what uses them.
 *
 * Equal operations on equal operands are one node, so a subexpression that several transforms write down is computed once.
 * Interpreters see this form only; observed values are names on its nodes.
 */
import type { Expr, ExprOperation } from './expr.js'
import { isExpr } from './expr.js'
import { jsonText, numberText } from './json.js'
import type { Scalar, ScalarOperation } from './scalar.js'
import { settle } from './settle.js'
import type { Shape } from './shape.js'

/** The place of a node in {@link Graph.tensors} or {@link Graph.scalars}. */
export type NodeId = number

export interface TensorNode {
  readonly operation: Exclude<ExprOperation, { op: 'observe' }>
  readonly args: readonly NodeId[]
  readonly scalars: readonly NodeId[]
  readonly shape: Shape
  readonly dtype: Expr['dtype']
  readonly leaf: Expr['leaf']
}

export type HostNode =
  | { readonly op: 'literal'; readonly value: number }
  | { readonly op: 'input'; readonly name: string }
  | { readonly op: 'read'; readonly tensor: NodeId }
  | { readonly op: ScalarOperation | 'where'; readonly args: readonly NodeId[] }

/** An observed value: `leaf` is the leaf it belongs to, `'*'` where it belongs to none or to several. */
export interface Observation {
  readonly label: string
  readonly leaf: string
  readonly tensor: NodeId
}

/** A value of a graph: a tensor or a number. */
export interface Target {
  readonly sort: 'expr' | 'scalar'
  readonly id: NodeId
}

export interface Graph {
  readonly tensors: readonly TensorNode[]
  readonly scalars: readonly HostNode[]
  readonly observations: readonly Observation[]
  /** For each root, in order, which node it is. */
  readonly roots: readonly Target[]
}

/** What a symbolic value is made of, in order. */
const operandsOf = (x: Expr | Scalar): readonly (Expr | Scalar)[] => {
  if (isExpr(x)) return x.node.scalars.length > 0 ? [...x.node.args, ...x.node.scalars] : x.node.args
  if (x.node.op === 'read') return [x.node.expr as Expr] // what `branch` put there
  return 'args' in x.node ? x.node.args : []
}

/** Lowers symbolic values to a graph, sharing what is equal. */
export const graphOf = (roots: readonly (Expr | Scalar)[]): Graph => {
  const tensors: TensorNode[] = []
  const scalars: HostNode[] = []
  const observations = new Map<string, Observation>()
  const known = new Map<object, NodeId>()
  const byKey = new Map<string, NodeId>()
  const opaques = new Map<unknown, number>()

  const numbered = <T>(list: T[], key: string, node: T): NodeId => {
    const id = byKey.get(key) ?? list.push(node) - 1
    byKey.set(key, id)
    return id
  }
  /** The node of what has been lowered already. */
  const place = (x: Expr | Scalar): NodeId => known.get(x) as NodeId

  const host = ({ node }: Scalar): NodeId => {
    switch (node.op) {
      case 'literal':
        return numbered(scalars, `literal ${numberText(node.value)}`, node)
      case 'input':
        return numbered(scalars, `input ${node.name}`, node)
      case 'read': {
        const id = place(node.expr as Expr) // what `branch` put there
        return numbered(scalars, `read ${id}`, { op: 'read', tensor: id })
      }
      default: {
        const args = node.args.map(place)
        return numbered(scalars, `${node.op} ${args}`, { op: node.op, args })
      }
    }
  }

  const attributes = (operation: TensorNode['operation']): string => {
    switch (operation.op) {
      case 'input':
        return operation.name
      case 'reduce':
        return `${operation.kind} ${operation.axes ?? 'all'}`
      case 'opaque': {
        const { name, version, attributes, run } = operation.opaque
        // By the function, not by its text: of two that took different constants from around them, none may stand for both.
        if (!opaques.has(run)) opaques.set(run, opaques.size)
        return `${opaques.get(run)} ${JSON.stringify([name, version])} ${jsonText(attributes, 'attributes')}`
      }
      default:
        return ''
    }
  }

  const tensor = ({ node, shape, dtype, leaf }: Expr): NodeId => {
    const { args: operands, scalars: numbers, ...operation } = node
    const args = operands.map(place)
    if (operation.op === 'observe') {
      // What is observed is a number; what passes through stays what it was.
      const [id, observed] = args as [NodeId, NodeId]
      const observation = { label: operation.label, leaf: leaf ?? '*', tensor: observed }
      observations.set(`${observation.label}\n${observation.leaf}\n${observed}`, observation)
      return id
    }
    const ids = numbers.map(place)
    const key = `${operation.op}|${attributes(operation)}|${args}|${ids}|${shape}|${dtype}`
    return numbered(tensors, key, { operation, args, scalars: ids, shape, dtype, leaf })
  }

  const isNew = (x: Expr | Scalar): boolean => !known.has(x)
  const lower = (root: Expr | Scalar): NodeId => {
    if (isNew(root))
      settle<Expr | Scalar>(
        root,
        x => operandsOf(x).find(isNew),
        x => known.set(x, isExpr(x) ? tensor(x) : host(x)),
      )
    return place(root)
  }
  const targets = roots.map((root): Target => ({ sort: isExpr(root) ? 'expr' : 'scalar', id: lower(root) }))
  return { tensors, scalars, observations: [...observations.values()], roots: targets }
}
