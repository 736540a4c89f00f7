/** Reports of studies. */
export { type Report, reportOf } from './report.js'
export { writeReport } from './write.js'
