/**
 * What a consumer gets: packs the package, type-checks a strict program against the tarball alone, and runs it in plain
 * Node, where it must print just its own line: no banner, no warning.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
// Inside node_modules, so that the peers resolve from there and plastax from the tarball.
const home = join(root, 'node_modules', '.cache', 'consumer')
const target = join(home, 'node_modules', 'plastax')
rmSync(home, { recursive: true, force: true })
mkdirSync(target, { recursive: true })

const [{ filename }] = JSON.parse(
  execFileSync('npm', ['pack', '--json', '--silent', '--pack-destination', home], { cwd: root }),
)
execFileSync('tar', ['-xzf', join(home, filename), '-C', target, '--strip-components', '1'])

cpSync(fileURLToPath(new URL('consumer.ts', import.meta.url)), join(home, 'consumer.ts'))
writeFileSync(join(home, 'package.json'), JSON.stringify({ type: 'module' }))
writeFileSync(
  join(home, 'tsconfig.json'),
  JSON.stringify({
    compilerOptions: {
      strict: true,
      exactOptionalPropertyTypes: true,
      target: 'ES2022',
      module: 'NodeNext',
      lib: ['ES2022', 'DOM'],
      types: ['node'],
      skipLibCheck: true, // tfjs's own declarations do not pass without it
    },
    files: ['consumer.ts'],
  }),
)
execFileSync(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', home], {
  stdio: 'inherit',
})

const { status, stdout, stderr } = spawnSync(process.execPath, [join(home, 'consumer.js')], { encoding: 'utf8' })
const expected = 'cpu -0.1000 wasm -0.1000 laws hold\n'
if (status !== 0 || stdout !== expected || stderr !== '') {
  console.error(
    `a consumer of the package should print just '${expected.trim()}'; exit ${status}\n${stdout}\n${stderr}`,
  )
  process.exit(1)
}
console.log('the packed package type-checks under strict, runs on cpu and wasm, and prints nothing of its own')
