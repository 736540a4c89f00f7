import { clamp } from 'plastax'
import { arbitraryTrial, checkLaws, firstBroken, type Law, updatesOf } from 'plastax/laws'
import { useWasm } from 'plastax/wasm'

await useWasm()
const neverLengthens: Law = {
  kind: 'law',
  name: 'never lengthens',
  statement: '|u_i| \\le |g_i|',
  trials: arbitraryTrial(),
  check: (subject, trial) => ({
    broken: firstBroken(updatesOf(subject, trial), (updates, step) => {
      const longer = Object.entries(updates).find(([leaf, { values }]) =>
        values.some((u, i) => Math.abs(u) > Math.abs(trial.gradients[step]?.[leaf]?.values[i] ?? 0)),
      )
      return longer && `updates['${longer[0]}'] is longer than its gradient`
    }),
  }),
}
export const holds = checkLaws(clamp(-1, 1), [neverLengthens], { runs: 20 })
export const broken = checkLaws(clamp(0.5, 1.5), [neverLengthens], { runs: 20 })
