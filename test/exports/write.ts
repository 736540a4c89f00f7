/** Writes the public names and signatures as they are: `npm run exports`. What changes has its line in CHANGELOG.md. */
import { writeFileSync } from 'node:fs'
import { exportsFile, signatures } from './signatures.js'

writeFileSync(exportsFile, signatures())
