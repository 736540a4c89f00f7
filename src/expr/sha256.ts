/** SHA-256 (FIPS 180-4), for pages and Node alike: what the platform has for it is asynchronous, or Node's alone. */

const primes = (count: number): readonly number[] => {
  const found: number[] = []
  for (let n = 2; found.length < count; n++) if (found.every(p => n % p !== 0)) found.push(n)
  return found
}

/** The first 32 bits of the fractional part. */
const fraction = (x: number): number => ((x - Math.floor(x)) * 2 ** 32) | 0
const constants = Int32Array.from(primes(64), p => fraction(Math.cbrt(p)))
const start = Int32Array.from(primes(8), p => fraction(Math.sqrt(p)))

/** The message, a bit, zeros, and its length in bits: a whole number of blocks of 64 bytes. */
const padded = (message: Uint8Array): DataView => {
  const view = new DataView(new ArrayBuffer(64 * Math.ceil((message.length + 9) / 64)))
  new Uint8Array(view.buffer).set(message)
  view.setUint8(message.length, 0x80)
  view.setBigUint64(view.byteLength - 8, 8n * BigInt(message.length))
  return view
}

const rotated = (x: number, n: number): number => (x >>> n) | (x << (32 - n))

/** The hash of a text, in UTF-8, as 64 hexadecimal digits. */
export const sha256 = (text: string): string => {
  const blocks = padded(new TextEncoder().encode(text))
  const state = start.slice()
  const w = new Int32Array(64)
  for (let offset = 0; offset < blocks.byteLength; offset += 64) {
    for (let i = 0; i < 16; i++) w[i] = blocks.getInt32(offset + 4 * i)
    for (let i = 16; i < 64; i++) {
      const [x, y] = [w[i - 15] as number, w[i - 2] as number]
      const s0 = rotated(x, 7) ^ rotated(x, 18) ^ (x >>> 3)
      const s1 = rotated(y, 17) ^ rotated(y, 19) ^ (y >>> 10)
      w[i] = (w[i - 16] as number) + s0 + (w[i - 7] as number) + s1
    }
    let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number]
    for (let i = 0; i < 64; i++) {
      const s1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + (constants[i] as number) + (w[i] as number)) | 0
      const s0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
      h = g
      g = f
      f = e
      e = (d + t1) | 0
      d = c
      c = b
      b = a
      a = (t1 + t2) | 0
    }
    for (const [i, x] of [a, b, c, d, e, f, g, h].entries()) state[i] = (state[i] as number) + x
  }
  return Array.from(state, x => (x >>> 0).toString(16).padStart(8, '0')).join('')
}
