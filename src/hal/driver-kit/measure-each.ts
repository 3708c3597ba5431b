import type { Measure, Measurement, MissingMeasurement } from '../sensor.ts'

/**
 * Reads one value after the other. Failures are returned beside the values; where all fail, the first
 * failure is thrown.
 */
export async function measureEach<M extends Measure>(
  measures: readonly M[],
  signal: AbortSignal,
  read: (measure: M) => Promise<number | boolean>
): Promise<readonly (Measurement | MissingMeasurement)[]> {
  const measured: (Measurement | MissingMeasurement)[] = []
  for (const measure of measures) {
    const { quantity, channel } = measure
    const which = channel === undefined ? { quantity } : { quantity, channel }
    try {
      measured.push({ ...which, value: await read(measure) })
    } catch (error) {
      signal.throwIfAborted()
      measured.push({ ...which, fault: error instanceof Error ? error : new Error(String(error)) })
    }
  }
  const [first] = measured
  if (first !== undefined && 'fault' in first && measured.every((each) => 'fault' in each)) throw first.fault
  return measured
}
