import type { Cancel } from '../../../clock.ts'
import type { Level } from '../../gpio.ts'

/** Bits of struct gpio_v2_line_config [include/uapi/linux/gpio.h, enum gpio_v2_line_flag]. */
export const LineFlag = {
  used: 1 << 0,
  input: 1 << 2,
  output: 1 << 3,
  rising: 1 << 4,
  falling: 1 << 5,
  pullUp: 1 << 8,
  pullDown: 1 << 9,
  noPull: 1 << 10
} as const

export interface ChipInfo {
  /** `gpiochip0` */
  readonly name: string
  /** `pinctrl-rp1` */
  readonly label: string
  readonly lines: number
}

export interface LineInfo {
  /** By the device tree: `GPIO17`; empty where it gives none. */
  readonly name: string
  /** Its consumer: `gpio-keys`; empty where there is none, or none with a name. */
  readonly consumer: string
  readonly flags: number
}

export interface LineRequest {
  readonly offset: number
  readonly flags: number
  /** Of an output, from the start. */
  readonly level: Level
  /** Size of the kernel's event queue, beyond which the oldest are lost. At most 1024. */
  readonly events: number
  /** Shown to others that request the line; at most 31 characters. */
  readonly consumer: string
}

/**
 * The character device of GPIO, `/dev/gpiochip*` (Linux 5.10), by file descriptors. Calls are ioctls that
 * take microseconds, so they are synchronous. @throws the system's error, with errno
 */
export interface GpioKernel {
  /** Paths of the chips. */
  chips(): string[]
  open(path: string): number
  close(descriptor: number): void
  chipInfo(chip: number): ChipInfo
  lineInfo(chip: number, offset: number): LineInfo
  /** @returns the descriptor of the line, held until it is closed or the process ends */
  request(chip: number, request: LineRequest): number
  get(line: number): Level
  set(line: number, level: Level): void
  /** Calls `ready` whenever there is something to read, or an error; cancel before closing. */
  watch(line: number, ready: () => void): Cancel
  /** Reads waiting events, only whole ones. @returns bytes; 0 where none waits */
  read(line: number, into: Uint8Array): number
  /** CLOCK_MONOTONIC in nanoseconds: the clock of the events. */
  now(): bigint
}
