import type { Clock } from '../clock.ts'
import type { DatagramSockets } from './datagram-socket.ts'
import type { Pins } from './gpio.ts'
import type { Buses } from './i2c.ts'
import type { ProcessMemory } from './process-memory.ts'
import type { Sysfs } from './sysfs.ts'
import type { TimeSource } from './time-source.ts'

/** One boot of the machine, which processes that follow each other in it share. */
export interface MachineBoot {
  /** Another number after each boot, less than 2^48. */
  readonly id: number
  /** Milliseconds since the boot, the same for every process; never goes back. */
  uptime(): number
  /** Milliseconds that the machine has slept since this was asked first, about: Clock.monotonic() does not count them. */
  slept(): number
}

/**
 * Everything of a machine that a node uses, apart from its streams and its home folder.
 * linuxWorld() and simulatedWorld() are its only builders.
 */
export interface World {
  /** 'linux' or 'simulated', for people. */
  readonly kind: string
  readonly clock: Clock
  readonly time: TimeSource
  readonly buses: Buses
  readonly pins: Pins
  readonly sysfs: Sysfs
  /** Its UDP. @internal */
  readonly datagrams: DatagramSockets
  /** That of this process; undefined where it is to be left alone. */
  readonly memory?: ProcessMemory
  /** undefined where it is not known. */
  readonly boot?: MachineBoot | undefined
  /** Uniformly distributed bytes: from the system's generator, or from a seed. */
  random(bytes: number): Uint8Array
  close(): Promise<void>
}
