import { checkRows } from './rows.js'
import { wrappers } from './table/index.js'

checkRows([...wrappers])
