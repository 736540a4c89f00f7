/** Who judges: the code of today. */
import * as P from '../../src/index.js'
import { ALL, controlled } from '../../src/study/controls.js'
import { findings } from '../../src/study/report/findings.js'
import { cellResults } from '../../src/study/statistics/cells.js'
import { comparisons } from '../../src/study/statistics/comparisons.js'
import type { Variant } from '../../src/study/types.js'
import type { Judge } from './studies.js'

const settings = { learningRate: 0.05 }

/** Its controls are those that a study makes from the rule. */
export const today: Judge = {
  compile: P.compile,
  beside: rule => {
    const row: Variant = { role: 'plasticity', settings, transform: () => rule }
    const study = {
      name: 'claims',
      variants: { rule: row },
      data: [{ name: 'blobs' }],
      models: [{ name: 'mlp' }],
    } as const
    const { variants, controls } = controlled({ ...study, controls: true }, ALL)
    const { rule: _, ...others } = variants
    return {
      rules: Object.fromEntries(Object.entries(others).map(([name, each]) => [name, each.transform(settings)])),
      controls,
    }
  },
  answer: result => {
    const cells = cellResults(result)
    return findings(result, cells, comparisons(result, cells)).answer
  },
}
