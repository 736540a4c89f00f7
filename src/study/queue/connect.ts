/** Connecting to Redis, so that whatever is wrong with it is a sentence, and soon. */
import { setTimeout } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { type Place, refusal } from './refusal.js'

/** A connection, and what there is to know of its end. */
export interface Connection {
  readonly client: Redis
  /** Host and port, without a password. */
  readonly place: Place
  /** Rejects with a sentence once Redis is lost for good, or the connection closed; never resolves. */
  readonly lost: Promise<never>
  /** May be called more than once. */
  readonly close: () => void
}

/** How long Redis is waited for. */
export interface Patience {
  /** Milliseconds for the first answer. Default 5000. */
  readonly answerMs?: number | undefined
  /** Attempts to reconnect, the first few within a second, then every other second: an integer >= 0. Default 30: a minute. */
  readonly attempts?: number | undefined
}

const parsed = (url: string): URL => {
  // Unescaped, each of these in a password would make the rest of it a host, a path or a query, which are printed.
  if (/[@/?#].*@/.test(url.replace(/^\w+:\/\//, '')))
    throw new Error('--redis has an @ too many, or a password with @, /, ? or #; write these as %40, %2F, %3F and %23')
  const found = URL.canParse(url) ? new URL(url) : undefined
  if (
    found === undefined ||
    !['redis:', 'rediss:'].includes(found.protocol) ||
    found.hostname === '' ||
    !/^(\/\d*)?$/.test(found.pathname)
  ) {
    // No part of it is repeated: what is not understood may have a password anywhere.
    throw new Error('--redis is no URL of a Redis; use redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE]')
  }
  return found
}

/**
 * Connects to Redis.
 *
 * @param url `redis://host:port`; port 6379 by default
 * @throws Error with a sentence where there is none, it does not let us in, or it does not answer
 * @example
 * const { client, close } = await connectRedis('redis://localhost')
 */
export const connectRedis = async (
  url: string,
  { answerMs = 5000, attempts = 30 }: Patience = {},
): Promise<Connection> => {
  const { hostname: host, port, pathname, protocol } = parsed(url)
  const name = `${host}:${port || 6379}`
  const place: Place = { name, host, tls: protocol === 'rediss:' }
  let connected = false
  let fault: Error | undefined
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: answerMs,
    // Commands wait for a connection that comes back; those of one that does not are rejected.
    maxRetriesPerRequest: null,
    retryStrategy: times => (connected && times <= attempts ? Math.min(times * 200, 2000) : null),
  })
  client.on('error', error => {
    fault ??= error
  })
  const answer = async (): Promise<void> => {
    await client.connect()
    // By itself it would go on in database 0, where nobody else is.
    await client.select(Number(pathname.slice(1)))
    // BullMQ asks for it, and asks again at once where it is refused.
    await client.info('server')
  }
  try {
    await Promise.race([
      answer(),
      setTimeout(answerMs, undefined, { ref: false }).then(() => {
        throw new Error(`no answer within ${answerMs / 1000} s`)
      }),
    ])
  } catch (error) {
    client.disconnect()
    throw new Error(refusal(place, fault ?? (error as Error)))
  }
  connected = true
  let reason = `Redis at ${name} was lost and did not come back; start it, then this again`
  const lost = new Promise<never>((_, reject) => {
    client.once('end', () => reject(new Error(reason)))
  })
  // Whoever waits for nothing else hears of it there.
  lost.catch(() => undefined)
  return {
    client,
    place,
    lost,
    close: () => {
      reason = `the connection to Redis at ${name} was closed`
      client.disconnect()
    },
  }
}
