/** What a law is given is looked at when it is made, not when it is checked. */
import { HyperparameterError } from '../src/index.js'

/** Refuses a claim that nothing could keep, or that would say nothing. */
export const must = (holds: boolean, name: string, value: unknown, right: string): void => {
  if (!holds) throw new HyperparameterError(name, value, right)
}

export const finite = (value: number): boolean => Number.isFinite(value)
export const positive = (value: number): boolean => finite(value) && value > 0
