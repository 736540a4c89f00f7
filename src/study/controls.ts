/** The controls of a study: for each variant with plasticity, those made from its own rule. */
import { formOf } from '../data/index.js'
import { type Effect, effectOf } from '../interpret/effect.js'
import { controlsOf } from '../transform/index.js'
import { messageOf, StudyError } from './error.js'
import { candidatesOf } from './grid.js'
import { modelFor } from './models.js'
import type { Settings, Study, Variant } from './types.js'

/** What is left of the coefficient: see `controlsOf`. */
export type ControlKind = 'one' | 'averaged' | 'shuffled' | 'grafted'

/** What the controls of a variant are called, after its own name, and what each keeps of its step size. */
const KINDS: Readonly<Record<ControlKind, readonly [suffix: string, description: string]>> = {
  one: ['alpha-one', 'with alpha = 1'],
  averaged: ['alpha-averaged', 'with alpha averaged over the leaf, its size without its pattern'],
  shuffled: ['alpha-shuffled', 'with alpha shuffled within the leaf, its distribution without its pattern'],
  grafted: ['alpha-grafted', 'the direction without modulation with the modulated norm'],
}

/** All kinds of controls, in the order of tables. */
export const ALL: readonly ControlKind[] = ['one', 'averaged', 'shuffled', 'grafted']

/** What decides which controls there are. */
export type Controllable = Pick<Study, 'name' | 'variants' | 'data' | 'models' | 'controls'>

/** The variants of a study with the controls that belong to them. */
export interface ControlledVariants {
  /** The study's variants, and their controls. */
  readonly variants: Readonly<Record<string, Variant>>
  /** For each variant with plasticity its controls, none where it observes no alpha; `false` where the study has `controls: false`. */
  readonly controls: Readonly<Record<string, readonly string[]>> | false
}

/** A rule over the leaves of every model of a study. */
const effectsOf = (
  study: Controllable,
  name: string,
  { transform }: Variant,
  settings: Settings,
): readonly Effect[] => {
  try {
    return study.data.flatMap(data =>
      study.models.map(model => effectOf(transform(settings), { shapes: modelFor(model, formOf(data.name)).shapes })),
    )
  } catch (error) {
    throw new StudyError(`study '${study.name}'`, [`variant '${name}': ${messageOf(error)}`])
  }
}

/** A control of a variant: the same settings and candidates, so that it is tuned alike. */
const rowOf = (name: string, row: Variant, kind: ControlKind): Variant => ({
  role: 'control',
  description: `${name} ${KINDS[kind][1]}`,
  settings: row.settings,
  ...(row.candidates && { candidates: row.candidates }),
  ...(row.alphaBounds && kind !== 'one' && { alphaBounds: row.alphaBounds }),
  transform: settings => controlsOf(row.transform(settings))[kind],
})

/** The same with some kinds of controls. */
export const controlled = (study: Controllable, wanted: readonly ControlKind[]): ControlledVariants => {
  if (study.controls === false) return { variants: study.variants, controls: false }
  const variants = { ...study.variants }
  const controls: Record<string, readonly string[]> = {}
  /** Controls so far, by what they do under their settings. */
  const known = new Map<string, readonly string[]>()
  const hashes = (name: string, settings: Settings): string =>
    effectsOf(study, name, variants[name] as Variant, settings)
      .map(({ hash }) => hash)
      .join()
  /** A control that does the same under every candidate is the same run. */
  const sameAs = (name: string, found: readonly string[]): string | undefined => {
    const [own, ...rest] = [name, ...found].map(each => candidatesOf(variants[each] as Variant))
    return found.find((other, i) => {
      const theirs = rest[i] ?? []
      return (
        own?.length === theirs.length &&
        own.every((settings, j) => hashes(name, settings) === hashes(other, theirs[j] as Settings))
      )
    })
  }
  const place = (name: string, row: Variant, kind: ControlKind): string => {
    const control = `${name}-${KINDS[kind][0]}`
    if (Object.hasOwn(study.variants, control))
      throw new StudyError(`study '${study.name}'`, [
        `variant '${control}' has the name of a control of '${name}', which is made by itself; leave it out, or name it otherwise`,
      ])
    variants[control] = rowOf(name, row, kind)
    const hash = hashes(control, row.settings)
    const found = known.get(hash) ?? []
    const same = sameAs(control, found)
    if (same === undefined) {
      known.set(hash, [...found, control])
      return control
    }
    delete variants[control]
    return same
  }
  for (const [name, row] of Object.entries(study.variants)) {
    if (row.role !== 'plasticity') continue
    const arises = effectsOf(study, name, row, row.settings).some(({ observed }) => observed.has('alpha'))
    const kinds = arises ? wanted : []
    controls[name] = [...new Set(kinds.map(kind => place(name, row, kind)))]
  }
  return { variants, controls }
}

const cache = new WeakMap<Study, ControlledVariants>()

/**
 * The variants of a study with the controls of each that has plasticity: made from its own rule, with its settings and candidates.
 * Controls that do the same are one.
 *
 * @throws StudyError where a rule cannot be traced, or observes an alpha that its updates do not read
 * @example
 * withControls(study).controls // { activity: ['activity-alpha-one', ...] }
 */
export const withControls = (study: Study): ControlledVariants => {
  const found = cache.get(study) ?? controlled(study, ALL)
  cache.set(study, found)
  return found
}

/** The claims that a study makes: one for each variant with controls of its own, in each cell. */
export const claimsOf = (study: Study, cells: number): number =>
  cells * Object.values(withControls(study).controls || {}).filter(own => own.length > 0).length
