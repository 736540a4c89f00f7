import { checkRows } from './rows.js'
import { blocks } from './table/index.js'

checkRows([...blocks])
