/** All rows, by family. */
import type { Row } from './row.js'
import { binaries } from './rows/binary.js'
import { convolutions } from './rows/convolution.js'
import { elementwise } from './rows/elementwise.js'
import { movements } from './rows/movement.js'
import { normalizations } from './rows/normalization.js'
import { pools } from './rows/pooling.js'
import { products } from './rows/product.js'
import { recurrents } from './rows/recurrent.js'
import { reductions } from './rows/reduction.js'

export const families: readonly { readonly name: string; readonly rows: readonly Row[] }[] = [
  { name: 'convolutions', rows: convolutions },
  { name: 'elementwise', rows: elementwise },
  { name: 'of two numbers', rows: binaries },
  { name: 'products', rows: products },
  { name: 'normalization and images', rows: normalizations },
  { name: 'movement', rows: movements },
  { name: 'reductions', rows: reductions },
  { name: 'recurrent layers', rows: recurrents },
  { name: 'pools', rows: pools },
]
