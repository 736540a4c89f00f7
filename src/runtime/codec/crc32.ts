/** CRC-32, as zip and PNG have it: finds every burst of wrong bits up to 32 long. It keeps off accidents, not forgers. */
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let c = byte
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1
  return c
})

/** The checksum of some bytes, one part after another, as eight hexadecimal digits. */
export const crc32 = (...parts: readonly Uint8Array[]): string => {
  let c = 0xffffffff
  for (const part of parts)
    for (let i = 0; i < part.length; i++) c = (c >>> 8) ^ (table[(c ^ (part[i] as number)) & 0xff] as number)
  return ((c ^ 0xffffffff) >>> 0).toString(16).padStart(8, '0')
}
