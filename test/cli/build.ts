/** The command line as users run it: compiled, in a process of its own or in one that many commands share. */
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { mkdir, readdir, rmdir, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build as esbuild } from 'esbuild'

const root = fileURLToPath(new URL('../..', import.meta.url))
// Inside node_modules, where the compiled files find their packages, and which no tool looks into.
const folder = join(root, 'node_modules', '.cache', 'plastax-e2e')
/** A module of `src`, compiled. */
export const compiled = (module: string): string => join(folder, 'src', module)

/** The compiled command. */
export const mainFile = compiled('cli/main.js')

const runFile = compiled('cli/run.js')

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

const STALE_MS = 60_000

/** Does something while no other process does: test files run side by side, and none may load what another is writing. */
const alone = async (task: () => Promise<void>): Promise<void> => {
  const lock = `${folder}.lock`
  await mkdir(dirname(lock), { recursive: true })
  const taken = () =>
    mkdir(lock).then(
      () => true,
      () => false,
    )
  while (!(await taken())) {
    const since = (await stat(lock).catch(() => undefined))?.mtimeMs ?? Date.now()
    if (Date.now() - since > STALE_MS) await rmdir(lock).catch(() => undefined)
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  await task().finally(() => rmdir(lock))
}

const compileAll = async (): Promise<void> => {
  const files = await readdir(join(root, 'src'), { recursive: true })
  const entryPoints = files.filter(file => file.endsWith('.ts')).map(file => join(root, 'src', file))
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  await esbuild({ entryPoints, outdir: folder, outbase: root, format: 'esm', platform: 'node', target: 'node20' })
}

/** Takes the types off all sources: whether they are right is not this test's business. */
export const build = (): Promise<void> => alone(compileAll)

/** Starts `plastax` with arguments, in a process of its own: for what is said of signals, streams and deaths. */
export const start = (
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): { readonly child: ChildProcess; readonly end: Promise<Finished> } => {
  const child = spawn(process.execPath, [mainFile, ...args], { cwd: root, env: { ...process.env, ...env } })
  return { child, end: finished(child) }
}

let server: ChildProcess | undefined
let requests = 0

/** A process that has loaded the command line, which costs more than most commands do. It ends with the one that tests run in. */
const serve = (): ChildProcess => {
  const child = fork(join(root, 'test', 'cli', 'serve.mjs'), [runFile], { cwd: root })
  child.on('exit', () => {
    server = undefined
  })
  child.setMaxListeners(0)
  child.unref()
  child.channel?.unref()
  return child
}

/** Runs `plastax` with arguments to its end, in a process that other commands run in as well. */
export const plastax = (...args: readonly string[]): Promise<Finished> =>
  new Promise((resolve, reject) => {
    server ??= serve()
    const child = server
    const id = requests++
    const died = () => reject(new Error(`plastax ${args.join(' ')} ended its process`))
    const answered = (message: unknown) => {
      const { id: of, ...finished } = message as Finished & { readonly id: number } // as serve.mjs sends it
      if (of !== id) return
      child.off('message', answered).off('exit', died)
      resolve(finished)
    }
    child.on('message', answered).once('exit', died)
    child.send({ id, args })
  })
