/** The safetensors format from its published specification alone: a reader and a forger, which share no code with ours. */

/** The format as its specification has it: u64 length, JSON header, little-endian values. */
export const readSafetensors = (bytes: Uint8Array) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = Number(view.getBigUint64(0, true))
  const { __metadata__: metadata, ...tensors } = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))
  const start = 8 + length
  const read = ({ dtype, data_offsets: [begin, end] }: { dtype: string; data_offsets: [number, number] }) => {
    const values: number[] = []
    for (let i = start + begin; i < start + end; i += dtype === 'F64' ? 8 : 4)
      values.push(dtype === 'F64' ? view.getFloat64(i, true) : view.getFloat32(i, true))
    return values
  }
  const entries = Object.entries(tensors as Record<string, Parameters<typeof read>[0] & { shape: number[] }>)
  return { length, start, metadata, tensors: new Map(entries.map(([name, t]) => [name, { ...t, values: read(t) }])) }
}

/** CRC-32 as the division of polynomials that it is, bit by bit. */
export const crc32 = (bytes: Uint8Array): string => {
  let c = 0xffffffff
  for (const byte of bytes) for (let bit = 0; bit < 8; bit++) c = ((c ^ (byte >> bit)) & 1 ? 0xedb88320 : 0) ^ (c >>> 1)
  return ((c ^ 0xffffffff) >>> 0).toString(16).padStart(8, '0')
}

/** A file with any header, whose checksum is right all the same. */
export const forged = (
  header: string | Uint8Array,
  values: Uint8Array,
  { length }: { length?: bigint } = {},
): Uint8Array => {
  const text = typeof header === 'string' ? new TextEncoder().encode(header) : header
  const bytes = new Uint8Array(8 + text.length + values.length)
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(text.length), true)
  bytes.set(text, 8)
  bytes.set(values, 8 + text.length)
  const at = 8 + '{"__metadata__":{"crc32":"'.length
  if (bytes.length < at + 8) return bytes
  bytes.fill(0x30, at, at + 8)
  bytes.set(new TextEncoder().encode(crc32(bytes)), at)
  return bytes
}
