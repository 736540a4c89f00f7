import { checkRows } from './rows.js'
import { primitives } from './table/index.js'

checkRows([...primitives])
