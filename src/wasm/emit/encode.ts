/** The binary format of WebAssembly: numbers, vectors, sections, and a module of functions over an imported memory. */

/** Bytes of a module, or of a part of one. */
export type Bytes = readonly number[]

/** An unsigned integer in LEB128. */
export const unsigned = (n: number): Bytes => (n < 0x80 ? [n] : [(n % 0x80) | 0x80, ...unsigned(Math.floor(n / 0x80))])

/** A signed 32-bit integer in LEB128. */
export const signed = (n: number): Bytes => {
  const low = n & 0x7f
  const rest = n >> 7
  return (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)
    ? [low]
    : [low | 0x80, ...signed(rest)]
}

/** A float32, little-endian. */
export const float32 = (x: number): Bytes => [...new Uint8Array(Float32Array.of(x).buffer)]

/** A float64, little-endian. */
export const float64 = (x: number): Bytes => [...new Uint8Array(Float64Array.of(x).buffer)]

const list = (items: readonly Bytes[]): Bytes => [...unsigned(items.length), ...items.flat()]
const text = (s: string): Bytes => {
  const utf8 = new TextEncoder().encode(s)
  return [...unsigned(utf8.length), ...utf8]
}
const section = (id: number, content: Bytes): Bytes => [id, ...unsigned(content.length), ...content]

/** The types of values and their codes. */
export const types = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const
export type ValueType = keyof typeof types

export interface Signature {
  readonly params: readonly ValueType[]
  readonly results: readonly ValueType[]
}

/** A function of a module: exported if it has a name. Its code ends without `end`, which is added. */
export interface EmittedFunction extends Signature {
  readonly name?: string
  readonly locals: readonly ValueType[]
  readonly code: Bytes
}

export interface MemoryLimits {
  /** Pages of 64 KiB that there may be at the most. */
  readonly maximum: number
  readonly shared: boolean
}

const signatureBytes = ({ params, results }: Signature): Bytes => [
  0x60,
  ...list(params.map(type => [types[type]])),
  ...list(results.map(type => [types[type]])),
]

// Locals are declared as runs of one type.
const localBytes = (locals: readonly ValueType[]): Bytes => {
  const runs: { readonly type: ValueType; count: number }[] = []
  for (const type of locals) {
    const last = runs.at(-1)
    if (last?.type === type) last.count += 1
    else runs.push({ type, count: 1 })
  }
  return list(runs.map(({ type, count }) => [...unsigned(count), types[type]]))
}

/** A module of functions over the memory `env.memory`, which it imports. */
export const encodeModule = (
  functions: readonly EmittedFunction[],
  { maximum, shared }: MemoryLimits,
): Uint8Array<ArrayBuffer> => {
  const memory = [...text('env'), ...text('memory'), 0x02, shared ? 0x03 : 0x01, ...unsigned(0), ...unsigned(maximum)]
  const exported = functions.flatMap(({ name }, i) =>
    name === undefined ? [] : [[...text(name), 0x00, ...unsigned(i)]],
  )
  const body = ({ locals, code }: EmittedFunction): Bytes => {
    const content = [...localBytes(locals), ...code, 0x0b]
    return [...unsigned(content.length), ...content]
  }
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, list(functions.map(signatureBytes))),
    ...section(2, list([memory])),
    ...section(3, list(functions.map((_, i) => unsigned(i)))),
    ...section(7, list(exported)),
    ...section(10, list(functions.map(body))),
  ])
}
