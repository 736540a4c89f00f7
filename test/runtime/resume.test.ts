/** Every optimizer stops, is written to a file, and goes on in another process as if it had not stopped: bit for bit. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as E from 'fp-ts/lib/Either.js'
import { expect, test } from 'vitest'
import { encodeState } from '../../src/index.js'
import { saveCheckpoint } from '../../src/node/index.js'
import { backends, useBackend } from '../support/backend.js'
import { begin, catalogued, goOn, stop } from './resume.shared.js'

test.each(backends)('on %s', async backend => {
  await useBackend(backend)
  const folder = mkdtempSync(join(tmpdir(), 'plastax-'))
  try {
    const straight = new Map<string, Uint8Array>()
    for (const [name, transform] of catalogued) {
      const training = goOn(transform, begin(transform), 0)
      const written = await saveCheckpoint(`${folder}/${name}.safetensors`, transform, training)()
      expect(E.isRight(written), name).toBe(true)
      straight.set(name, encodeState(transform, goOn(transform, training, stop)))
    }
    const child = fileURLToPath(new URL('resume.child.ts', import.meta.url))
    execFileSync(process.execPath, ['--import', 'tsx', child, folder, backend], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const changed = [...straight].filter(
      ([name, expected]) => !readFileSync(`${folder}/${name}.safetensors`).equals(expected),
    )
    expect(changed.map(([name]) => name)).toEqual([])
    expect(straight.size).toBeGreaterThan(12)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
