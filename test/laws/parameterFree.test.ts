import { checkRows } from './rows.js'
import { parameterFree } from './table/index.js'

checkRows([...parameterFree])
