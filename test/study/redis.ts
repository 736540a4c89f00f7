/** A Redis of a test's own: Debian's, on loopback, in memory, in a temporary folder. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'

const SERVER = '/usr/bin/redis-server'
export const hasRedis = existsSync(SERVER)
if (!hasRedis) console.warn(`no ${SERVER} (Debian: redis-server): tests of studies on Redis are skipped`)

/** A port that nobody listens on. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { readonly port: number }
  server.close()
  await once(server, 'close')
  return port
}

export interface TestRedis {
  readonly url: string
  readonly port: number
  readonly client: Redis
  /** Keys that would stay for ever. */
  readonly lasting: () => Promise<readonly string[]>
  readonly kill: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** Starts a Redis, with a password where one is given, and with further arguments. */
export const startRedis = async (password?: string, more: readonly string[] = []): Promise<TestRedis> => {
  const folder = await mkdtemp(join(tmpdir(), 'plastax-redis-'))
  const port = await freePort()
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder]
  const child: ChildProcess = spawn(SERVER, [...args, ...(password ? ['--requirepass', password] : []), ...more], {
    stdio: 'ignore',
  })
  const ended = once(child, 'exit')
  const url = `redis://127.0.0.1:${port}`
  const client = new Redis(url, { ...(password && { password }), retryStrategy: () => 50, maxRetriesPerRequest: null })
  client.on('error', () => undefined)
  await new Promise<void>(resolve => void client.once('ready', resolve))
  const kill = async () => {
    child.kill('SIGKILL')
    await ended
  }
  return {
    url,
    port,
    client,
    lasting: async () => {
      const keys = (await client.keys('*')).sort()
      const ttls = await Promise.all(keys.map(key => client.ttl(key)))
      return keys.filter((_, i) => ttls[i] === -1)
    },
    kill,
    stop: async () => {
      client.disconnect()
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
