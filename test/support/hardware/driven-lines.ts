import type { Level } from '../../../src/hal/gpio.ts'
import type { SimulatedPins } from '../../../src/hal/simulated/pins.ts'
import type { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'

/** How lines behave from now on, and what was done to them. */
export interface Behaviour {
  opened: number
  closed: number
  /** Those that were begun. */
  writes: number
  /** Milliseconds that an opening takes. */
  opening: number
  /** Milliseconds that a read or a write takes. */
  ms: number
  /** Read back, whatever was written. */
  stuck: Level | undefined
  /** Those that fail next. */
  failingReads: number
  failingWrites: number
  /** Calls wait for it. */
  reading: Promise<unknown> | undefined
  writing: Promise<unknown> | undefined
}

/** Lines that take their time, hang, fail or are stuck, as over sysfs or a bus. */
export function drivenLines(
  { pins, clock }: { readonly pins: SimulatedPins; readonly clock: VirtualClock },
  init: Partial<Behaviour> = {}
): Behaviour {
  const output: SimulatedPins['output'] = pins.output.bind(pins)
  const none = { stuck: undefined, reading: undefined, writing: undefined }
  const counts = { opened: 0, closed: 0, writes: 0, failingReads: 0, failingWrites: 0 }
  const line: Behaviour = { ...none, ...counts, opening: 0, ms: 0, ...init }
  const fails = (which: 'failingReads' | 'failingWrites'): void => {
    if (line[which] === 0) return
    line[which] -= 1
    throw Object.assign(new Error('EIO'), { code: 'EIO' })
  }
  const takes = async (ms: number): Promise<void> => {
    if (ms > 0) await clock.sleep(ms)
  }
  pins.output = async (name, initial) => {
    line.opened += 1
    await takes(line.opening)
    const real = await output(name, initial)
    return {
      name,
      persists: real.persists,
      async close() {
        line.closed += 1
        await real.close()
      },
      async read() {
        await takes(line.ms)
        await line.reading
        fails('failingReads')
        return line.stuck ?? (await real.read())
      },
      async write(level) {
        line.writes += 1
        await takes(line.ms)
        await line.writing
        fails('failingWrites')
        await real.write(level)
      }
    }
  }
  return line
}
