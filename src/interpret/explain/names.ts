/** What the inputs of a graph are called: gradients, parameters, states, numbers and trees of the context. */
import type { NodeId } from '../../expr/graph.js'
import type { Path } from '../../expr/nest.js'
import { names } from '../../expr/tree.js'
import type { Machine, Slot } from '../machine.js'
import { inputName } from '../trace.js'
import { difference, type Formula, type Name, name, number } from './formula.js'

/** The last word of a path that says what is there: neither a place in a chain nor a leaf. */
const wordOf = (path: Path, leaves: ReadonlySet<string>): string =>
  path.findLast(key => !/^\d+$/.test(key) && !leaves.has(key)) ?? 'state'

/** The leaf that a state belongs to, by its path, which ends in the leaf, or in one of several values of it. */
export const leafOf = ({ path }: Slot, leaves: ReadonlySet<string>): string | undefined => {
  const last = path.findLast(key => !/^\d+$/.test(key))
  return last !== undefined && leaves.has(last) ? last : undefined
}

/** Whether a state counts the steps: from 0, by 1. */
const isCounter = ({ graph, init }: Machine, input: string, { initial, next }: Slot): boolean => {
  if (next.sort !== 'scalar') return false
  const [start, step] = [init.scalars[initial.id], graph.scalars[next.id]]
  if (start?.op !== 'literal' || start.value !== 0 || step?.op !== 'add') return false
  const [old, one] = step.args.map(id => graph.scalars[id])
  return old?.op === 'input' && old.name === input && one?.op === 'literal' && one.value === 1
}

export interface Names {
  readonly leaves: ReadonlySet<string>
  /** An input, as the rule of one leaf calls it. */
  readonly input: (input: string, own: string) => Formula
  /** A state's symbol; undefined for a count of the steps, which is called $t$. */
  readonly state: (input: string) => Name | undefined
  /** The numbers that are $t$. */
  readonly steps: ReadonlySet<NodeId>
}

/**
 * Names for a machine's inputs. States of one name are told apart by an index, in the order of the chain; so is one that is
 * called as what a step knows.
 */
export const namesOf = (machine: Machine): Names => {
  const leaves = new Set(names(machine.signature.params))
  const slots = [...machine.slots]
  const counters = new Map(slots.filter(([input, slot]) => isCounter(machine, input, slot)))
  const place = (path: Path): string => path.filter(key => !leaves.has(key)).join('\n')
  const places = [
    ...new Map(
      slots.filter(([input]) => !counters.has(input)).map(([, { path }]) => [place(path), wordOf(path, leaves)]),
    ),
  ]
  const { params, scalars, trees } = machine.signature
  const given = new Set([...scalars, ...names(trees)])
  const symbol = (path: Path): Name => {
    const word = wordOf(path, leaves)
    const alike = places.filter(([, other]) => other === word).map(([where]) => where)
    return alike.length < 2 && !given.has(word) ? { word } : { word, index: alike.indexOf(place(path)) + 1 }
  }
  const states = new Map(
    slots.filter(([input]) => !counters.has(input)).map(([input, { path }]) => [input, symbol(path)]),
  )

  const others = new Map<string, readonly [word: string, leaf: string | undefined]>([
    ...names(params).flatMap(
      leaf =>
        [
          [inputName.gradient(leaf), ['g', leaf]],
          [inputName.param(leaf), ['p', leaf]],
        ] as const,
    ),
    ...scalars.map(entry => [inputName.scalar(entry), [entry, undefined]] as const),
    ...Object.entries(trees).flatMap(([entry, tree]) =>
      names(tree).map(leaf => [inputName.tree(entry, leaf), [entry, leaf]] as const),
    ),
  ])
  const elsewhere = (leaf: string | undefined, own: string) => (leaf === own ? undefined : leaf)
  return {
    leaves,
    state: input => states.get(input),
    steps: new Set([...counters.values()].map(({ next }) => next.id)),
    input: (input, own) => {
      if (counters.has(input)) return difference(name('t'), number(1))
      const state = states.get(input)
      const slot = machine.slots.get(input)
      if (state !== undefined && slot !== undefined)
        return { kind: 'name', name: { ...state, leaf: elsewhere(leafOf(slot, leaves), own) } }
      const [word, leaf] = others.get(input) ?? [input, undefined]
      return name(word, { leaf: elsewhere(leaf, own) })
    },
  }
}
