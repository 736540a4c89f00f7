/** Files that are cut short, damaged or made up: each is refused with a reason, none throws, and none leaves a tensor. */
import * as tf from '@tensorflow/tfjs'
import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { beforeAll, describe, expect, test } from 'vitest'
import { adamw, compile, decodeState, encodeState, type GradientTransform, sgd } from '../../src/index.js'
import { useBackend } from '../support/backend.js'
import { forged, readSafetensors } from '../support/safetensors.js'

beforeAll(() => useBackend('cpu'))

/** The outcome of decoding, which must never throw, and make no tensor where it refuses. */
const refusalOf = (bytes: Uint8Array, transform: GradientTransform<unknown> = adamw()): readonly string[] => {
  const before = tf.memory().numTensors
  const result = decodeState(transform, bytes)
  if (E.isRight(result)) {
    tf.dispose(result.right as unknown as tf.TensorContainer)
    return []
  }
  expect(tf.memory().numTensors).toBe(before)
  return result.left
}

describe('hostile files', () => {
  const transform = sgd({ momentum: 0.9 })
  const optimizer = compile(transform)
  const sample = () => {
    const params = { w: tf.tensor1d([1, 2]) }
    return encodeState(transform, optimizer.step({ params, state: optimizer.init(params) }, { w: tf.tensor1d([3, 4]) }))
  }
  const split = () => {
    const bytes = sample()
    const { start } = readSafetensors(bytes)
    return { header: new TextDecoder().decode(bytes.subarray(8, start)), values: bytes.slice(start) }
  }
  const padded = (header: string) => header.trimEnd().padEnd(Math.ceil(header.trimEnd().length / 8) * 8)

  test('the forger makes good ones too', () => {
    const { header, values } = split()
    expect(refusalOf(forged(header, values), transform)).toEqual([])
  })

  test.each<readonly [string, (header: string) => string, RegExp]>([
    ['a wrong dtype', h => h.replace('"F32"', '"I64"'), /has dtype "I64", not F32 or F64/],
    ['an inherited dtype', h => h.replace('"F32"', '"constructor"'), /has dtype "constructor"/],
    ['a dtype that is none', h => h.replace('"F32"', '{}'), /has dtype \{\}/],
    [
      'doubles in place of floats',
      h => h.replace('"F32","shape":[2]', '"F64","shape":[1]').replaceAll('.w [2]', '.w [1]'),
      /does not hold what its structure says/,
    ],
    ['overlapping offsets', h => h.replace(/\[24,32\]/, '[16,24]'), /lies at \[16,24\], where \[24,32\] was expected/],
    ['a hole', h => h.replace(/\[24,32\]/, '[28,36]'), /lies at \[28,36\], where/],
    ['offsets beyond the end', h => h.replace(/\[24,32\]/, '[24,99999999]'), /lies at \[24,99999999\]/],
    ['negative offsets', h => h.replace(/\[24,32\]/, '[-8,0]'), /has offsets \[-8,0\], not two whole numbers/],
    ['three offsets', h => h.replace(/\[24,32\]/, '[24,32,40]'), /not two whole numbers/],
    ['offsets that are null', h => h.replace(/\[24,32\]/, '[null,null]'), /not two whole numbers/],
    ['a fractional shape', h => h.replace('"shape":[2]', '"shape":[2.5]'), /has shape \[2.5\], not whole numbers/],
    ['a shape of null', h => h.replace('"shape":[2]', '"shape":[null]'), /has shape \[null\]/],
    ['a shape that is none', h => h.replace('"shape":[2]', '"shape":"2"'), /has shape "2"/],
    [
      'a shape whose size is not finite',
      h => h.replace('"shape":[2]', `"shape":[${Array(30).fill(9007199254740991)},0]`),
      /lies at/,
    ],
    ['a shape of nothing', h => h.replace('"shape":[2]', '"shape":[0]'), /lies at/],
    [
      'another shape of that size',
      h => h.replace('"shape":[2]', '"shape":[1,2]'),
      /another structure|what its structure says/,
    ],
    ['a place that is none', h => h.replace(/\{"dtype":"F32".*?\}/, '7'), /is not \{ dtype, shape, data_offsets \}/],
    ['a place with more in it', h => h.replace('"dtype":"F32"', '"more":1,"dtype":"F32"'), /is not \{ dtype, shape/],
    [
      'a key twice',
      h => h.replace('"params/w":', '"state/decay/count":'),
      /has a header that encodeState does not write/,
    ],
    ['a number in another notation', h => h.replace('[24,32]', '[24,3.2e1]'), /encodeState does not write/],
    ['__proto__', h => h.replace('"params/w"', '"__proto__"'), /another structure|what its structure says/],
    ['a leaf __proto__', h => h.replaceAll('params/w', 'params/__proto__'), /has a leaf '__proto__'/],
    ['a leaf that is an index', h => h.replaceAll('params/w', 'params/7'), /has a leaf '7', a name that cannot/],
    [
      'metadata that are not strings',
      h => h.replace('"plastax":"1"', '"plastax":1'),
      /metadata that are not all strings/,
    ],
    ['metadata __proto__', h => h.replace('"plastax":"1"', '"__proto__":{}'), /metadata that are not all strings/],
    [
      'another version',
      h => h.replace('"plastax":"1"', '"plastax":"2"'),
      /layout '2'; this version of plastax reads '1'/,
    ],
    ['no version', h => h.replace('"plastax":"1"', '"plastex":"1"'), /layout 'undefined'/],
    ['another structure text', h => h.replace('params.w [2]', 'params.w [3]'), /another structure: it holds/],
    ['no JSON', h => h.replace('"params/w":', '"params/w"'), /is not JSON/],
    ['more after the JSON', h => `${h.trimEnd()}{}`, /is not JSON/],
    ['an array', h => `[${h.trimEnd()}]`, /not written by encodeState/],
  ])('%s', (_, change, message) => {
    const { header, values } = split()
    const changed = padded(change(header))
    expect(changed).not.toBe(header)
    expect(refusalOf(forged(changed, values), transform).join('\n')).toMatch(message)
  })

  test('more padding than needed', () => {
    const { header, values } = split()
    expect(refusalOf(forged(`${header}        `, values), transform)[0]).toMatch(/encodeState does not write/)
  })

  test('values too many or too few', () => {
    const { header, values } = split()
    for (const wrong of [new Uint8Array([...values, 0]), values.subarray(1), new Uint8Array()])
      expect(refusalOf(forged(header, wrong), transform)[0]).toMatch(/bytes of values, where its header says/)
  })

  test('headers of absurd lengths', () => {
    const { header, values } = split()
    for (const length of [0n, 1n, 2n ** 32n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n, 100_000_001n])
      expect(refusalOf(forged(header, values, { length }), transform)[0]).toMatch(/header|not written by encodeState/)
  })

  test('bytes that are not UTF-8', () => {
    const { header, values } = split()
    const text = new TextEncoder().encode(header)
    text[header.indexOf('params/w') + 7] = 0xff
    expect(refusalOf(forged(text, values), transform)).toEqual(['the header of the checkpoint is not JSON'])
  })

  test('JSON nested without end', () => {
    const start = '{"__metadata__":{"crc32":"00000000"},"a":'
    const header = padded(`${start}${'['.repeat(200_000)}${']'.repeat(200_000)}}`)
    expect(refusalOf(forged(header, new Uint8Array()), transform).length).toBe(1)
  })

  test('what is no Uint8Array', () => {
    for (const junk of [undefined, null, 'x', [1], new ArrayBuffer(64), {}])
      expect(refusalOf(junk as never)).toEqual(['the checkpoint must be a Uint8Array'])
  })

  test('every truncation and every flipped bit', () => {
    const bytes = sample()
    for (let n = 0; n < bytes.length; n++) expect(refusalOf(bytes.subarray(0, n), transform).length).toBeGreaterThan(0)
    for (let i = 0; i < bytes.length; i++) {
      const flipped = bytes.slice()
      flipped[i] = (flipped[i] as number) ^ (1 << (i % 8))
      expect(refusalOf(flipped, transform).length, `bit ${i % 8} of byte ${i}`).toBeGreaterThan(0)
    }
  })

  test('any bytes, and any change to a file whose checksum is right again', () => {
    const { header, values } = split()
    const text = new TextEncoder().encode(header)
    const change = fc.record({
      at: fc.nat({ max: text.length - 1 }),
      with: fc.uint8Array({ maxLength: 12 }),
      drop: fc.nat({ max: 12 }),
    })
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), bytes => refusalOf(bytes).length === 1))
    fc.assert(
      fc.property(
        fc.array(change, { minLength: 1, maxLength: 3 }),
        fc.uint8Array({ maxLength: 40 }),
        (changes, more) => {
          const changed = changes.reduce(
            (h, { at, with: inserted, drop }) =>
              new Uint8Array([...h.subarray(0, at), ...inserted, ...h.subarray(at + drop)]),
            text,
          )
          refusalOf(forged(changed, more.length > 20 ? more : values), transform)
        },
      ),
      { numRuns: 300 },
    )
    const json = fc.jsonValue()
    fc.assert(
      fc.property(json, json, fc.string(), (place, metadata, name) => {
        const made = { __metadata__: { crc32: '00000000', plastax: '1', more: metadata }, [name]: place }
        refusalOf(forged(padded(JSON.stringify(made)), values), transform)
      }),
      { numRuns: 300 },
    )
  })
})

describe('small files that would cost much', () => {
  /** Milliseconds, least of three: other work on the machine only adds to them. */
  const cost = (bytes: Uint8Array, transform: GradientTransform<unknown>): number =>
    Math.min(
      ...Array.from({ length: 3 }, () => {
        const begin = performance.now()
        expect(refusalOf(bytes, transform)).toHaveLength(1)
        return performance.now() - begin
      }),
    )
  const made = (places: readonly string[], structure: string) => {
    const meta = JSON.stringify({ crc32: '00000000', plastax: '1', optimizer: '', structure })
    const header = `{"__metadata__":${meta},${places.join()}}`
    return forged(header.padEnd(Math.ceil(header.length / 8) * 8), new Uint8Array())
  }
  const empty = (name: string, shape = '0') =>
    `"params/${name}":{"dtype":"F32","shape":[${shape}],"data_offsets":[0,0]}`

  test('a leaf of thousands of axes is refused at once', () => {
    const axes = Array(4000).fill(0).join()
    const bytes = made([empty('w', axes)], `params.w [${axes}]`)
    expect(refusalOf(bytes)).toEqual(["the checkpoint's 'params/w' has 4000 axes, of 32 at most"])
    expect(cost(bytes, adamw())).toBeLessThan(100)
  })

  test('leaves whose structure is not theirs are refused before the transform is asked', () => {
    let asked = 0
    const rule: GradientTransform<unknown> = {
      ...adamw(),
      init: params => {
        asked += 1
        return adamw().init(params)
      },
    }
    const leaves = Array.from({ length: 20_000 }, (_, i) => `l${i}`)
    const places = leaves.map(name => empty(name))
    expect(refusalOf(made(places, ''), rule)[0]).toMatch(/another structure: it holds , where these parameters are/)
    expect(asked).toBe(0)
  })

  test('many leaves cost in proportion to the file', () => {
    const of = (count: number) => {
      const leaves = Array.from({ length: count }, (_, i) => `l${i}`)
      const text = leaves.map(name => `params.${name} [0]`).join('; ')
      return made(
        leaves.map(name => empty(name)),
        text,
      )
    }
    cost(of(1000), adamw())
    // In proportion it would be 8, on a busy machine twice as much; by the square of the count, 64.
    expect(cost(of(48_000), adamw()) / cost(of(6000), adamw())).toBeLessThan(32)
  })
})
