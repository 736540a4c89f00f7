import { checkRows } from './rows.js'
import { adaptive, adaptiveOptimizers } from './table/index.js'

checkRows([...adaptive, ...adaptiveOptimizers])
