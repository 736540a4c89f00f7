#!/usr/bin/env node
/** The entry of the command line: hands over arguments and streams, and takes the exit code. */
import { processIo } from './io.js'
import { run } from './run.js'

// A reader that has seen enough (`| head`) closes the pipe, which is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => processIo.exit(error.code === 'EPIPE' ? 0 : 1))

process.exitCode = await run(process.argv.slice(2), processIo)
