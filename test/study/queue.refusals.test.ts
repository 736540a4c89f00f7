/** A Redis that is there and of no use: a sentence that says why and what helps, at once, and the end. */
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectRedis } from '../../src/study/queue/connect.js'
import { refusal } from '../../src/study/queue/refusal.js'
import { queueName } from '../../src/study/queue/task.js'
import { serveQueue, type WorkerParts } from '../../src/study/queue/worker.js'
import { freePort, hasRedis, startRedis, type TestRedis } from './redis.js'

const parts = (notice: (line: string) => void = () => undefined): WorkerParts => ({
  loadStudy: () => TE.left('none is loaded'),
  builtins: ['toy'],
  execute: () => Promise.reject(new Error('none is run')),
  notice,
})

/** What a worker ends with, and the processor's seconds that it took. */
const ending = async (url: string): Promise<{ readonly message: string; readonly cpu: number }> => {
  const before = process.cpuUsage()
  const message = await serveQueue(parts(), { redis: url, concurrency: 2 }, AbortSignal.timeout(20_000)).then(
    () => 'it waited until it was told to end',
    (error: Error) => error.message,
  )
  const { user, system } = process.cpuUsage(before)
  return { message, cpu: (user + system) / 1e6 }
}

describe.skipIf(!hasRedis)('a Redis of no use to a queue', () => {
  let redis: TestRedis
  beforeAll(async () => {
    redis = await startRedis()
    const allow = (user: string, ...rules: readonly string[]) =>
      redis.client.call('ACL', 'SETUSER', user, 'on', '>pw', '~*', '&*', '+@all', ...rules)
    await allow('noinfo', '-info')
    await allow('nobzpopmin', '-bzpopmin')
    await allow('noevalsha', '-evalsha', '-eval')
    await allow('noclient', '-client')
  })
  afterAll(() => redis.stop())

  test.each([
    ['noinfo', /info/i],
    ['nobzpopmin', /bzpopmin/i],
    ['noevalsha', /eval/i],
  ])(
    'a user who may not: %s',
    async (user, command) => {
      // A run waits, so that a worker who may take none is found out at once, too.
      await redis.client.zadd(`plastax:${queueName(undefined)}:marker`, 0, '0')
      const { message, cpu } = await ending(`redis://${user}:pw@127.0.0.1:${redis.port}`)
      expect(message).toMatch(
        /^Redis at 127.0.0.1:\d+ does not let this user do what a queue needs \(NOPERM.*ACL SETUSER/,
      )
      expect(message).toMatch(command)
      expect(cpu).toBeLessThan(5)
    },
    30_000,
  )

  test('a user without CLIENT is served', async () => {
    const stop = new AbortController()
    const lines: string[] = []
    const url = `redis://noclient:pw@127.0.0.1:${redis.port}`
    const serving = serveQueue(
      parts(line => lines.push(line)),
      { redis: url, concurrency: 1 },
      stop.signal,
    )
    await expect.poll(() => lines.join()).toMatch(/waiting for runs/)
    stop.abort(new Error('enough'))
    await serving
  })

  test('a database that is not there', async () => {
    await expect(connectRedis(`${redis.url}/99`)).rejects.toThrow(
      /has no database of this number \(ERR DB index is out of range\)/,
    )
  })

  test('a plain port that is spoken to over TLS', async () => {
    await expect(connectRedis(`rediss://127.0.0.1:${redis.port}`, { answerMs: 2000 })).rejects.toThrow(
      /does not speak TLS there .*; use redis:\/\//,
    )
  })
})

describe.skipIf(!hasRedis)('a Redis that speaks TLS', () => {
  let folder: string
  let port: number
  let redis: TestRedis
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plastax-tls-'))
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost']
    execFileSync('openssl', [...request, '-keyout', key, '-out', cert], { stdio: 'ignore' })
    port = await freePort()
    const tls = ['--tls-port', String(port), '--tls-cert-file', cert, '--tls-key-file', key, '--tls-auth-clients', 'no']
    redis = await startRedis(undefined, [...tls, '--tls-ca-cert-file', cert])
  })
  afterAll(async () => {
    await redis.stop()
    await rm(folder, { recursive: true, force: true })
  })

  test('its certificate is not trusted: NODE_EXTRA_CA_CERTS helps', async () => {
    await expect(connectRedis(`rediss://localhost:${port}`)).rejects.toThrow(
      /^the certificate of Redis at localhost:\d+ is not trusted here \(DEPTH_ZERO_SELF_SIGNED_CERT\); start this with NODE_EXTRA_CA_CERTS=FILE/,
    )
    // It is there: who is told to trust it is let in.
    const script = `import { connectRedis } from ${JSON.stringify(new URL('../../src/study/queue/connect.ts', import.meta.url).pathname)}
      void connectRedis('rediss://localhost:${port}').then(({ close }) => { close(); console.log('in') })`
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, 'cert.pem') }
    expect(execFileSync('npx', ['tsx', '-e', script], { env, encoding: 'utf8' })).toMatch(/in/)
  }, 60_000)

  test('it is spoken to without', async () => {
    await expect(connectRedis(`redis://localhost:${port}`, { answerMs: 2000 })).rejects.toThrow(
      /^Redis at localhost:\d+ ends the connection \(.*\), as one does that speaks TLS there; use rediss:\/\//,
    )
  })
})

test.each([
  ['CERT_HAS_EXPIRED', 'certificate has expired', /not valid today \(CERT_HAS_EXPIRED\)/],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'Hostname/IP does not match', /is for another host \(Hostname.*use the name it has/],
  [
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'unable to verify the first certificate',
    /not trusted here.*NODE_EXTRA_CA_CERTS/,
  ],
  ['ECONNREFUSED', 'connect ECONNREFUSED', /^no Redis at h:1 \(ECONNREFUSED\); start one there/],
  ['ENOTFOUND', 'getaddrinfo ENOTFOUND h', /no host is called 'h'/],
])('%s is told as what it is', (code, message, says) => {
  expect(refusal({ name: 'h:1', host: 'h', tls: true }, Object.assign(new Error(message), { code }))).toMatch(says)
})
