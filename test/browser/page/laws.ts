/** The page of the laws: sets up the backend as an application would, then checks every row of the table. */
import * as tf from '@tensorflow/tfjs'
import { checkLaws, showReport } from '../../../laws/index.js'
import { useWasm } from '../../../src/wasm/index.js'
import { table } from '../../laws/table/index.js'
import { paths, type Settings } from '../protocol.js'
import { offer } from './checks.js'
import { interpreterChecks } from './interpreter.js'
import { kernelChecks } from './kernels.js'
import { setUpChecks } from './setUp.js'

const lawChecks = ({ seed, runs, part, parts }: Settings) =>
  table
    .slice(Math.floor((part * table.length) / parts), Math.floor(((part + 1) * table.length) / parts))
    .map(({ source, make, claims }) => ({
      name: `laws of ${source}`,
      run: () => {
        const report = checkLaws(make(), claims, { seed, runs, source })
        return report.holds ? undefined : showReport(report)
      },
    }))

/** Selects the backend that is asked for, and starts cpu beside it, to compare with. */
const prepare = async ({ backend, threads }: Settings): Promise<void> => {
  await tf.setBackend('cpu')
  if (backend === 'wasm') await useWasm({ wasmPaths: paths.wasm, threads })
  else await tf.setBackend(backend)
}

offer(
  settings => [
    ...setUpChecks(settings),
    ...(settings.backend === 'wasm' ? [...interpreterChecks, ...kernelChecks] : []),
    ...lawChecks(settings),
  ],
  prepare,
)
