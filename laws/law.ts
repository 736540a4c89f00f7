/** What a law is, what it is checked on, and what it finds. All of it is data. */
import type * as fc from 'fast-check'
import type { GradientTransform, Optimizer, StepContext } from '../src/index.js'
import type { Values } from './values.js'

/** What a law is checked on: a transform, how it is written, and how it is run. */
export interface Subject {
  readonly transform: GradientTransform<unknown>
  /** How it is written; counterexamples print it. */
  readonly source: string
  /** Of how many transforms it is made, itself included; what has no parts counts 1. */
  readonly combinators: number
  /** Makes it ready to run; with labels, so that it also reads what they name. */
  readonly compile: (transform: GradientTransform<unknown>, observe?: readonly string[]) => Optimizer<unknown>
  /** What a step knows besides its gradients; steps count from 0. */
  readonly context: (step: number) => StepContext
}

/** What is drawn for one run of a law: parameters, and gradients step by step. Plain numbers, so that they print and shrink. */
export interface Trial {
  readonly params: Values
  /** For each step, gradients by leaf. Empty where a law computes them as it goes. */
  readonly gradients: readonly Values[]
}

/** What a law found in one trial. */
export interface Verdict {
  /** What is wrong, and at which step (from 0), if anything is. */
  readonly broken?: { readonly message: string; readonly step?: number } | undefined
  /** Whether the case occurred that gives the law its meaning (a clip that binds, say); default true. */
  readonly interesting?: boolean
}

/**
 * A law: a named property over *any* transform.
 *
 * @typeParam T what it draws
 * @example
 * const bounded: Law = {
 *   kind: 'law',
 *   name: 'bounded',
 *   statement: '|u| \\le 1',
 *   trials: arbitraryTrial(),
 *   check: (subject, trial) => ({ broken: firstBroken(play(subject, trial), ({ updates }) =>
 *     largest(numbers(updates)) <= 1 ? undefined : `an update is as large as ${largest(numbers(updates))}`) }),
 * }
 */
export interface Law<T extends Trial = Trial> {
  readonly kind: 'law'
  readonly name: string
  /** What holds, in LaTeX. */
  readonly statement: string
  readonly trials: fc.Arbitrary<T>
  /** Trials made by hand, which are run before any is drawn. */
  readonly witnesses?: readonly T[]
  /** The least share of runs in which the interesting case must occur, else the law is vacuous; default 0.1. */
  readonly coverage?: number
  /** The most runs that make sense, where one is long; default any number. */
  readonly maxRuns?: number
  /** Whether the law says anything here, on this backend; default yes. */
  readonly applies?: () => boolean
  // A method, so that Law<Trial> holds laws that draw more than a Trial.
  check(subject: Subject, trial: T): Verdict
}

/** A universal law that a transform does not promise, and why: weight decay moves a parameter whose gradient is zero. */
export interface Exemption {
  readonly kind: 'exemption'
  /** The law's name. */
  readonly law: string
  readonly because: string
}

/** What a transform promises beyond the universal laws: a law, or that it is exempt from one. */
export type Claim = Law | Exemption
