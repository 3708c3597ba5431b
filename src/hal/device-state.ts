/**
 * Numbers that a device keeps over restarts: a counter's total. They reach the disk with the history, so
 * that a crash may cost the changes of one flush, never more, and never brings a later state of one
 * number together with an earlier one of another.
 */
export interface DeviceState {
  get(name: string): number | undefined
  /** Cheap enough for every pulse: writing comes later. @param name at most 16 of them */
  set(name: string, value: number): void
}

/** A memory that ends with the process. */
export function volatileState(): DeviceState {
  const numbers = new Map<string, number>()
  return { get: (name) => numbers.get(name), set: (name, value) => void numbers.set(name, value) }
}
