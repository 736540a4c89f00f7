import { chain, type Expr, fill, type GradientTransform, scaleByLearningRate, type Tree, tree } from 'plastax'

const scaleByLion = (b1 = 0.9, b2 = 0.99): GradientTransform<{ readonly mu: Tree<Expr> }> => ({
  init: params => ({ mu: tree.map((p: Expr) => fill(p, 0))(params) }),
  update: (updates, { mu }) => [
    tree.zipWith([updates, mu], (g, m) => g.lerp(m, b1).sign()),
    { mu: tree.zipWith([updates, mu], (g, m) => g.lerp(m, b2)) },
  ],
})

export const lion = chain(scaleByLion(), scaleByLearningRate(1e-4))
