/** The instructions of WebAssembly that emitted loops are made of; each gives bytes, operands come before it. */
import { type Bytes, float32, float64, signed, unsigned } from './encode.js'

const simd = (code: number): Bytes => [0xfd, ...unsigned(code)]
// Addresses are aligned to 4 bytes at least, which is what the hint says.
const at = (offset: number): Bytes => [0x02, ...unsigned(offset)]

export const get = (local: number): Bytes => [0x20, ...unsigned(local)]
export const set = (local: number): Bytes => [0x21, ...unsigned(local)]
export const tee = (local: number): Bytes => [0x22, ...unsigned(local)]
export const call = (index: number): Bytes => [0x10, ...unsigned(index)]

/** Runs the body, and again as long as what the body leaves is not zero. */
export const loop = (body: Bytes): Bytes => [0x03, 0x40, ...body, 0x0d, 0x00, 0x0b]
/** Runs the body if the operand is not zero. */
export const when = (body: Bytes): Bytes => [0x04, 0x40, ...body, 0x0b]
export const select: Bytes = [0x1b]

export const i32 = {
  const: (n: number): Bytes => [0x41, ...signed(n)],
  load: (offset: number): Bytes => [0x28, ...at(offset)],
  add: [0x6a],
  sub: [0x6b],
  mul: [0x6c],
  and: [0x71],
  or: [0x72],
  eqz: [0x45],
  ltU: [0x49],
} as const satisfies Record<string, Bytes | ((n: number) => Bytes)>

export const f32 = {
  const: (x: number): Bytes => [0x43, ...float32(x)],
  load: (offset: number): Bytes => [0x2a, ...at(offset)],
  store: (offset: number): Bytes => [0x38, ...at(offset)],
  eq: [0x5b],
  ne: [0x5c],
  lt: [0x5d],
  gt: [0x5e],
  le: [0x5f],
  ge: [0x60],
  abs: [0x8b],
  neg: [0x8c],
  sqrt: [0x91],
  add: [0x92],
  sub: [0x93],
  mul: [0x94],
  div: [0x95],
  min: [0x96],
  max: [0x97],
  fromI32: [0xb2],
  fromF64: [0xb6],
} as const satisfies Record<string, Bytes | ((n: number) => Bytes)>

export const f64 = {
  const: (x: number): Bytes => [0x44, ...float64(x)],
  add: [0xa0],
  mul: [0xa2],
  sqrt: [0x9f],
  fromF32: [0xbb],
} as const satisfies Record<string, Bytes | ((n: number) => Bytes)>

/** Lane operations; `f32x4` unless the name says otherwise. */
export const v128 = {
  load: (offset: number): Bytes => [...simd(0x00), ...at(offset)],
  store: (offset: number): Bytes => [...simd(0x0b), ...at(offset)],
  splat: simd(0x13),
  i32Splat: simd(0x11),
  lane: (n: number): Bytes => [...simd(0x1f), n],
  eq: simd(0x41),
  ne: simd(0x42),
  lt: simd(0x43),
  gt: simd(0x44),
  le: simd(0x45),
  ge: simd(0x46),
  not: simd(0x4d),
  and: simd(0x4e),
  /** The bits of the first that the second has not. */
  andNot: simd(0x4f),
  or: simd(0x50),
  xor: simd(0x51),
  bitselect: simd(0x52),
  trunc: simd(0x69),
  abs: simd(0xe0),
  neg: simd(0xe1),
  sqrt: simd(0xe3),
  add: simd(0xe4),
  sub: simd(0xe5),
  mul: simd(0xe6),
  div: simd(0xe7),
  min: simd(0xe8),
  max: simd(0xe9),
  /** The second where it is less than the first, else the first: a NaN in the first goes through. */
  pmin: simd(0xea),
  /** The second where it is greater than the first, else the first: a NaN in the first goes through. */
  pmax: simd(0xeb),
  /** The lower two lanes as doubles, and two doubles as the lower lanes. */
  promoteLow: simd(0x5f),
  demote: simd(0x5e),
  /** The upper two lanes moved down. */
  upper: [...simd(0x0d), 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15],
  /** The lower two lanes of the first and of the second. */
  lowHalves: [...simd(0x0d), 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23],
} as const satisfies Record<string, Bytes | ((n: number) => Bytes)>

/** Two lanes of doubles. */
export const f64x2 = {
  splat: simd(0x14),
  lane: (n: number): Bytes => [...simd(0x21), n],
  eq: simd(0x47),
  lt: simd(0x49),
  add: simd(0xf0),
  sub: simd(0xf1),
  mul: simd(0xf2),
  div: simd(0xf3),
  pmin: simd(0xf6),
  pmax: simd(0xf7),
} as const satisfies Record<string, Bytes | ((n: number) => Bytes)>

/** Two lanes of 64 bits. */
export const i64x2 = {
  shl: simd(0xcb),
  shrU: simd(0xcd),
  sub: simd(0xd1),
} as const satisfies Record<string, Bytes>
