/** Runs the command line for each message, its modules loaded once. Its argument: the compiled module that has `run`. */
import { Writable } from 'node:stream'
import { pathToFileURL } from 'node:url'

const { run } = await import(pathToFileURL(process.argv[2]).href)

const listener = () => {
  let text = ''
  const stream = new Writable({
    write(chunk, _, done) {
      text += chunk
      done()
    },
  })
  return { stream, said: () => text }
}

process.on('message', async ({ id, args }) => {
  const [stdout, stderr] = [listener(), listener()]
  const io = { stdout: stdout.stream, stderr: stderr.stream, onInterrupt: () => () => undefined, exit: process.exit }
  const code = await run(args, io)
  process.send({ id, code, signal: null, stdout: stdout.said(), stderr: stderr.said() })
})
process.on('disconnect', () => process.exit())
