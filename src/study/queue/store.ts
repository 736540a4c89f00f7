/** Where a run keeps its checkpoint and events while it is in the queue: in Redis. */
import * as E from 'fp-ts/lib/Either.js'
import type { Redis } from 'ioredis'
import { brief, decodeJson } from '../../config/records.js'
import { epochsIn } from '../../train/index.js'
import type { RunStore } from '../engine.js'
import { toJson } from '../json.js'
import { runEvent } from '../records.js'
import { KEPT_SECONDS, keysOf } from './task.js'

// What Redis takes as one value.
const MOST_BYTES = 512 * 2 ** 20

/**
 * Keeps a run in Redis. The record is not kept there: it is what the job comes to.
 *
 * @param job see `jobId`
 * @throws Error from each of its functions, where Redis is lost or full, or the checkpoint has more than 512 MiB
 */
export const redisStore = (client: Redis, job: string): RunStore => {
  const keys = keysOf(job)
  return {
    checkpoint: async () => (await client.getBuffer(keys.checkpoint)) ?? undefined,
    save: async bytes => {
      if (bytes.byteLength > MOST_BYTES)
        throw new Error(`its checkpoint has ${Math.ceil(bytes.byteLength / 2 ** 20)} MiB; Redis keeps 512 at most`)
      const { buffer, byteOffset, byteLength } = bytes
      await client.set(keys.checkpoint, Buffer.from(buffer, byteOffset, byteLength), 'EX', KEPT_SECONDS)
    },
    log: async event => {
      const line = toJson({ at: new Date().toISOString(), ...event }, 0)
      await client.multi().rpush(keys.events, line).expire(keys.events, KEPT_SECONDS).exec()
    },
    finish: async () => undefined,
  }
}

const decode = decodeJson(runEvent)

/** Moves the events that have come to a log of one's own. They are gone from Redis only after they are there. */
export const moveEvents = async (client: Redis, job: string, log: RunStore['log']): Promise<void> => {
  const { events } = keysOf(job)
  const lines = await client.lrange(events, 0, -1)
  for (const line of lines) {
    const event = decode(line)
    await log(
      E.isRight(event) ? event.right : { event: 'damaged', reason: `an event in the queue: ${brief(event.left)}` },
    )
  }
  if (lines.length > 0) await client.ltrim(events, lines.length, -1)
}

/** Copies a run's checkpoint from one of its places to another, unless that has come as far by itself. */
export const copyCheckpoint = async (
  from: Pick<RunStore, 'checkpoint'>,
  to: Pick<RunStore, 'checkpoint' | 'save'>,
): Promise<void> => {
  const checkpoint = await from.checkpoint()
  if (checkpoint && epochsIn(checkpoint) > epochsIn(await to.checkpoint())) await to.save(checkpoint)
}

/** Forgets checkpoint and events. */
export const forget = async (client: Redis, job: string): Promise<void> => {
  await client.del(...Object.values(keysOf(job)))
}
