import type { Clock } from '../../clock.ts'
import type { I2cDevice } from '../bus/i2c-device.ts'
import { isBusError } from '../i2c.ts'
import { SensorError } from '../sensor-error.ts'

/** When the end of a conversion is polled; all in milliseconds. */
export interface PollTiming {
  /** Until the first poll: the typical conversion time. */
  readonly first: number
  /** Between two polls. */
  readonly every: number
  /** From the start until 'not-ready': well above the datasheet's maximum conversion time. */
  readonly deadline: number
}

/**
 * Polls until the answer is not undefined.
 * @throws SensorError 'not-ready' when the deadline is over; the signal's reason; what `ask` throws
 */
export async function pollUntil<T>(
  clock: Clock,
  device: I2cDevice,
  timing: PollTiming,
  signal: AbortSignal,
  ask: () => Promise<T | undefined>
): Promise<T> {
  const start = clock.monotonic()
  for (let wait = timing.first; ; wait = timing.every) {
    await clock.sleep(wait, signal)
    const answer = await ask()
    if (answer !== undefined) return answer
    if (clock.monotonic() - start >= timing.deadline) {
      throw new SensorError('not-ready', `${device.label} is not ready within ${timing.deadline} ms`, {
        hint: 'power it off and on; see that its supply is steady'
      })
    }
  }
}

/**
 * Reads from a chip that does not acknowledge its address while it converts.
 * @throws BusError 'no-acknowledge' when it never does; else as pollUntil
 */
export async function readWhenAcknowledged(
  clock: Clock,
  device: I2cDevice,
  count: number,
  timing: PollTiming,
  signal: AbortSignal
): Promise<Uint8Array> {
  const start = clock.monotonic()
  return await pollUntil(clock, device, timing, signal, async () => {
    try {
      return await device.read(count, { signal })
    } catch (error) {
      if (!isNoAcknowledge(error) || clock.monotonic() - start >= timing.deadline) throw error
      return undefined
    }
  })
}

function isNoAcknowledge(error: unknown): boolean {
  return isBusError(error) && error.kind.startsWith('no-acknowledge')
}
