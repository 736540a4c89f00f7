/** `npm run docs`: writes the reference. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { useWasm } from '../../src/wasm/index.js'
import { reference } from './reference.js'

const folder = new URL('../reference/', import.meta.url)

await useWasm()
const pages = await reference()
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder)
for (const [name, text] of Object.entries(pages)) writeFileSync(new URL(name, folder), text)
console.log(`docs/reference: ${Object.keys(pages).length} pages`)
