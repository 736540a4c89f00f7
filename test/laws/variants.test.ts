import { checkRows } from './rows.js'
import { optimizers, variants } from './table/index.js'

checkRows([...optimizers, ...variants])
