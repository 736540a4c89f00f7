/** The page of the laws: sets up WASM as an application would, then checks every row of the table. */
import { checkLaws, showReport } from '../../../laws/index.js'
import { useWasm } from '../../../src/wasm/index.js'
import { table } from '../../laws/table/index.js'
import { paths, type Settings } from '../protocol.js'
import { offer } from './checks.js'
import { interpreterChecks } from './interpreter.js'
import { kernelChecks } from './kernels.js'
import { setUpChecks } from './setUp.js'

const lawChecks = ({ seed, runs }: Settings) =>
  table.map(({ source, make, claims }) => ({
    name: `laws of ${source}`,
    run: () => {
      const report = checkLaws(make(), claims, { seed, runs, source })
      return report.holds ? undefined : showReport(report)
    },
  }))

await useWasm({ wasmPaths: paths.wasm })

offer(settings => [...setUpChecks(settings), ...interpreterChecks, ...kernelChecks, ...lawChecks(settings)])
