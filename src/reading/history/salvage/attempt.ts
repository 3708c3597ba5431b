/** @returns undefined where it fails: what cannot be read is left out */
export function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
