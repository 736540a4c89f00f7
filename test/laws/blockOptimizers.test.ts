import { checkRows } from './rows.js'
import { blockOptimizers } from './table/index.js'

checkRows([...blockOptimizers])
