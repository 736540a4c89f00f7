import { checkRows } from './rows.js'
import { coefficients, rules } from './table/index.js'

checkRows([...coefficients, ...rules])
