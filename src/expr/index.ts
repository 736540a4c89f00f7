/** Symbolic tensors and numbers, trees of them, and the graph that a trace gives. Nothing here knows TensorFlow.js. */
export { type Expr, type ExprLike, expr, fill, isExpr, type Opaque, opaque } from './expr.js'
export type { Json } from './json.js'
export { isScalar, type Scalar, type ScalarLike, scalar } from './scalar.js'
export type { Shape } from './shape.js'
export type { Tree } from './tree.js'
export * as tree from './tree.js'
