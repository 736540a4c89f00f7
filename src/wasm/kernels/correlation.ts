/**
 * The loop that the filter gradients of convolutions are made of: it goes through the positions of a gradient and of the
 * input that they meet, and keeps the sums of a few taps by a few channels in registers.
 *
 * The backend has nothing like it. It is emitted for its memory, once for each shape that is asked for.
 */
import { type Bytes, unsigned, type ValueType } from '../emit/encode.js'
import { f32, get, i32, loop, set, tee, v128 } from '../emit/instructions.js'
import { overMemory } from './loops.js'

/** What distinguishes one loop from another. */
export interface Shape {
  /** How many neighbouring taps; `MOST_TAPS` at most. */
  readonly taps: number
  /** How many neighbouring channels of the gradient: one of `WIDTHS`. */
  readonly channels: number
  /** Whether each of these channels meets a channel of the input of its own, or all meet the same. */
  readonly paired: boolean
}

/** As many taps by eight channels as the registers of x86 hold, with their addresses: a fifth would halve the speed. */
export const MOST_TAPS = 4
/** Numbers of channels that there are loops for, descending. */
export const WIDTHS = [8, 4, 1] as const

/**
 * Adds to `out` the products of the input at `x` and the gradient at `dy`, summed over all positions, of which there is at
 * least one. Addresses and steps are in bytes.
 *
 * @param groups how many times as many taps as those of the loop, one group after another
 * @param step of the input from one column to the next
 * @param rowSkip of the input from behind a row to the next
 * @param imageSkip of the input from behind an image to the next
 * @param tapStep of the input from one tap to the next
 * @param size of the gradient at a position, which is that of the results of a tap
 */
export type Correlation = (
  x: number,
  dy: number,
  out: number,
  groups: number,
  columns: number,
  rows: number,
  images: number,
  step: number,
  rowSkip: number,
  imageSkip: number,
  tapStep: number,
  size: number,
) => void

const params = { x: 0, dy: 1, out: 2, groups: 3, columns: 4, rows: 5, images: 6 } as const
const steps = { step: 7, rowSkip: 8, imageSkip: 9, tapStep: 10, size: 11 } as const
const COUNT = 12

// Of all lanes the same float; one instruction where `f32.load` and a splat are two.
const loadSplat: Bytes = [0xfd, 0x09, 0x02, ...unsigned(0)]
const four = {
  type: 'v128',
  zero: [...f32.const(0), ...v128.splat],
  load: v128.load,
  same: loadSplat,
  store: v128.store,
  mul: v128.mul,
  add: v128.add,
} as const
const one = { ...f32, type: 'f32', zero: f32.const(0), same: f32.load(0) } as const

const range = (n: number): readonly number[] => [...Array(n).keys()]

const emit = ({ taps, channels, paired }: Shape): { readonly locals: readonly ValueType[]; readonly code: Bytes } => {
  const lanes = channels === 1 ? one : four
  const vectors = range(Math.ceil(channels / 4))
  const locals: ValueType[] = []
  const local = (type: ValueType): number => COUNT - 1 + locals.push(type)
  const inputs = range(taps).map(() => local('i32'))
  const [column, row, image, dy] = [local('i32'), local('i32'), local('i32'), local('i32')]
  const shared = local(lanes.type)
  const gradients = vectors.map(() => local(lanes.type))
  const sums = inputs.map(() => vectors.map(() => local(lanes.type)))

  const addToOut = (sum: number, v: number): Bytes => [
    ...get(params.out),
    ...[...get(params.out), ...lanes.load(16 * v), ...get(sum), ...lanes.add],
    ...lanes.store(16 * v),
  ]
  const advance = (pointer: number, by: number): Bytes => [...get(pointer), ...get(by), ...i32.add, ...set(pointer)]
  const advanceInputs = (by: number): Bytes => inputs.flatMap(input => advance(input, by))
  const times = (count: number, counter: number, body: Bytes): Bytes => [
    ...[...get(count), ...set(counter)],
    ...loop([...body, ...get(counter), ...i32.const(1), ...i32.sub, ...tee(counter)]),
  ]
  const position: Bytes = [
    ...vectors.flatMap(v => [...get(dy), ...lanes.load(16 * v), ...set(gradients[v]!)]),
    ...inputs.flatMap((input, tap) => [
      ...(paired ? [] : [...get(input), ...lanes.same, ...set(shared)]),
      ...vectors.flatMap(v => [
        ...get(sums[tap]![v]!),
        ...(paired ? [...get(input), ...lanes.load(16 * v)] : get(shared)),
        ...[...get(gradients[v]!), ...lanes.mul, ...lanes.add, ...set(sums[tap]![v]!)],
      ]),
    ]),
    ...advanceInputs(steps.step),
    ...advance(dy, steps.size),
  ]
  const line: Bytes = [...times(params.columns, column, position), ...advanceInputs(steps.rowSkip)]
  const picture: Bytes = [...times(params.rows, row, line), ...advanceInputs(steps.imageSkip)]
  const group: Bytes = [
    ...inputs.flatMap(input => [...get(params.x), ...set(input), ...advance(params.x, steps.tapStep)]),
    ...[...get(params.dy), ...set(dy)],
    ...sums.flat().flatMap(sum => [...lanes.zero, ...set(sum)]),
    ...times(params.images, image, picture),
    ...sums.flatMap(row => [...row.flatMap(addToOut), ...advance(params.out, steps.size)]),
  ]
  return { locals, code: times(params.groups, params.groups, group) }
}

/**
 * The loop of a shape over the memory of the backend.
 *
 * @example
 * correlation({ taps: 3, channels: 8, paired: false }) // three taps of one channel of the input, for eight of the output
 */
export const correlation = (shape: Shape): Correlation => {
  const params = Array<ValueType>(COUNT).fill('i32')
  const key = `correlation ${shape.taps} ${shape.channels} ${shape.paired}`
  // The cast names what is emitted here.
  return overMemory(key, () => [{ name: 'run', params, results: [], ...emit(shape) }]).run as Correlation
}
