/**
 * Numbers that a device keeps over restarts, as a counter's total. They are written as often as the history: a crash
 * loses at most the changes since the last write, and never combines a later value of one number with an
 * earlier one of another.
 */
export interface DeviceState {
  get(name: string): number | undefined
  /** Cheap enough for every pulse: it is written later. @param name at most 16 different ones */
  set(name: string, value: number): void
}

/** A state that ends with the process. */
export function volatileState(): DeviceState {
  const numbers = new Map<string, number>()
  return { get: (name) => numbers.get(name), set: (name, value) => void numbers.set(name, value) }
}
