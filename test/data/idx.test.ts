import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { decodeIdx, showDataError } from '../../src/data/index.js'
import { idxBytes } from './files.js'

const decode = decodeIdx('some-file')
const faultOf = (bytes: Uint8Array): string => {
  const result = decode(bytes)
  if (E.isRight(result)) throw new Error(`decoded to ${result.right.dims.join(' x ')}`)
  return showDataError(result.left)
}

const idx = fc
  .array(fc.nat(5), { minLength: 1, maxLength: 4 })
  .chain(dims =>
    fc
      .uint8Array({ minLength: dims.reduce((a, b) => a * b, 1), maxLength: dims.reduce((a, b) => a * b, 1) })
      .map(data => ({ dims, data })),
  )

describe('decodeIdx', () => {
  it('reads back what is written, gzip-ed or plain', () => {
    fc.assert(
      fc.property(idx, fc.boolean(), ({ dims, data }, gzip) => {
        const bytes = idxBytes(dims, data)
        expect(decode(gzip ? gzipSync(bytes) : bytes)).toEqual(E.right({ dims, data }))
      }),
    )
  })

  it.each([
    ['an empty file', new Uint8Array(), /^some-file: is truncated: 0 bytes/],
    ['a page of HTML', new TextEncoder().encode('<!doctype html>'), /is no IDX file: it starts with 0x3c 0x21/],
    ['floats', idxBytes([1], new Uint8Array(4), 0x0d), /type 0x0d, not of 0x08/],
    ['no dimensions', Uint8Array.of(0, 0, 8, 0, 1), /has 0 dimensions/],
    ['half a header', Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 1), /8 bytes are less than the header of 3 dimensions/],
    ['too little data', idxBytes([2, 3], new Uint8Array(5)), /is truncated: 17 bytes, where 2 x 3 values make 18/],
    ['too much data', idxBytes([2, 3], new Uint8Array(7)), /has trailing bytes: 19 bytes, where 2 x 3 values make 18/],
    ['too much data in gzip', gzipSync(idxBytes([2, 3], new Uint8Array(7))), /has trailing bytes/],
    ['too little data in gzip', gzipSync(idxBytes([2, 3], new Uint8Array(5))), /is truncated: 17 bytes/],
    ['half a gzip file', gzipSync(idxBytes([50], new Uint8Array(50))).subarray(0, -9), /is a damaged gzip file \(/],
    ['giant dimensions', idxBytes([2 ** 32 - 1, 2 ** 32 - 1], new Uint8Array()), /announces 4294967295 x 4294967295/],
    ['giant dimensions in gzip', gzipSync(idxBytes([2 ** 31], new Uint8Array())), /announces 2147483648 values/],
  ])('refuses %s', (_, bytes, says) => {
    expect(faultOf(bytes)).toMatch(says)
  })

  it('takes no more memory for a bomb than its header announces', () => {
    const bomb = gzipSync(idxBytes([10], new Uint8Array(2 ** 26)))
    const before = process.memoryUsage().arrayBuffers
    expect(faultOf(bomb)).toMatch(/has trailing bytes: it holds more than its header announces/)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 24)
  })

  it('refuses any beginning of a file', () => {
    fc.assert(
      fc.property(idx, fc.boolean(), fc.nat(), ({ dims, data }, gzip, cut) => {
        const whole = gzip ? gzipSync(idxBytes(dims, data)) : idxBytes(dims, data)
        expect(E.isLeft(decode(whole.subarray(0, cut % whole.length)))).toBe(true)
      }),
    )
  })

  it('survives a flipped bit: refuses a gzip-ed file, or finds the same in it', () => {
    fc.assert(
      fc.property(idx, fc.nat(), fc.nat(7), ({ dims, data }, place, bit) => {
        const bytes = new Uint8Array(gzipSync(idxBytes(dims, data)))
        bytes[place % bytes.length]! ^= 1 << bit
        const result = decode(bytes)
        // The header of a gzip file has bytes without a meaning for us: the time, the operating system.
        if (E.isRight(result)) expect(result.right).toEqual({ dims, data })
      }),
      { numRuns: 300 },
    )
  })

  it('survives any bytes whatever', () => {
    const header = fc.uint8Array({ maxLength: 20 }).map(tail => Uint8Array.of(0, 0, 8, ...tail))
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), header, header.map(gzipSync)), bytes => {
        const result = decode(bytes)
        if (E.isRight(result))
          expect(result.right.data.length).toBe(result.right.dims.reduce((size, dim) => size * dim, 1))
      }),
      { numRuns: 500 },
    )
  })
})
