import { checkRows } from './rows.js'
import { combinators } from './table/index.js'

checkRows([...combinators])
