/** The command line as users run it: compiled, in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
// Inside node_modules, where the compiled files find their packages, and which no tool looks into.
const folder = join(root, 'node_modules', '.cache', 'plastax-e2e')
const main = join(folder, 'src', 'cli', 'main.js')

/** What a finished process left. */
export interface Finished {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

const finished = (child: ChildProcess): Promise<Finished> =>
  new Promise((resolve, reject) => {
    const texts = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const)
      child[name]?.on('data', chunk => {
        texts[name] += chunk
      })
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, ...texts }))
  })

/** Compiles what changed since the last time. Type errors are not this test's business: what is emitted is what runs. */
export const build = async (): Promise<void> => {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const incremental = ['--incremental', '--tsBuildInfoFile', join(folder, 'tsbuildinfo')]
  const args = [compiler, '-p', join(root, 'tsconfig.json'), '--outDir', folder, ...incremental]
  const { stdout } = await finished(spawn(process.execPath, args))
  if (!existsSync(main)) throw new Error(`tsc did not emit ${main}: ${stdout}`)
}

/** Starts `plastax` with arguments. */
export const start = (args: readonly string[]): { readonly child: ChildProcess; readonly end: Promise<Finished> } => {
  const child = spawn(process.execPath, [main, ...args], { cwd: root })
  return { child, end: finished(child) }
}

/** Runs `plastax` with arguments to its end. */
export const plastax = (...args: readonly string[]): Promise<Finished> => start(args).end
