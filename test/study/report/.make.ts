import { writeReport } from '../../../src/study/report/write.js'
import { resultOf, runsOf, sweep, diverged, spec } from '../fixtures.js'
const t = Date.now()
const show = (x: unknown) => console.log((x as any)._tag, (x as any).left ?? (x as any).right.length, Date.now() - t)
show(await writeReport(resultOf([...runsOf(8), diverged(spec('sgd', 8))], { options: ['--quick'], missing: [{id:'x',reason:'no data set'}] }), '/tmp/rep/one')())
show(await writeReport(resultOf([0.1, 0.25, 0.5, 1].flatMap(fraction => runsOf(10, { fraction }))), '/tmp/rep/low')())
show(await writeReport(resultOf([0, 0.2, 0.4].flatMap(labelNoise => runsOf(3, { labelNoise }))), '/tmp/rep/noise')())
show(await writeReport(resultOf(sweep([0.001, 0.0032, 0.01, 0.032, 0.1, 0.32, 1, 3.2]), { selection: 'all' }), '/tmp/rep/sweep')())
