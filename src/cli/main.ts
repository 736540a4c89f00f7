#!/usr/bin/env node
/** The entry of the command line: hands over arguments and streams, and takes the exit code. */
import { setImmediate } from 'node:timers/promises'
import { processIo } from './io.js'
import { say } from './printable.js'
import { run } from './run.js'

// What cannot be printed ends nothing: a study goes on, and results that were asked for in files are written.
let lost: NodeJS.ErrnoException | undefined
process.stdout.on('error', error => {
  lost ??= error
})
// There is nowhere else to tell of it.
process.stderr.on('error', () => undefined)

const code = await run(process.argv.slice(2), processIo)
// A stream tells of its failure a moment later.
await setImmediate()
// A reader that has seen enough (`| head`) closes the pipe, which is no failure.
const cut = lost !== undefined && lost.code !== 'EPIPE'
if (cut) say(process.stderr, `error: not all results could be printed: standard output: ${lost?.message}\n`)
process.exitCode = cut ? code || 1 : code
