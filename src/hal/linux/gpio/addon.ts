import { closeSync, openSync, readdirSync, readSync } from 'node:fs'
import { addon as installed } from '../../../installation.ts'
import { systemCode } from '../system-code.ts'
import type { ChipInfo, GpioKernel, LineInfo } from './kernel.ts'

/** What native/gpio.c exports. */
interface GpioAddon {
  chipInfo(chip: number): ChipInfo
  lineInfo(chip: number, offset: number): LineInfo
  request(
    chip: number,
    offset: number,
    flags: number,
    level: number,
    events: number,
    consumer: string
  ): number
  get(line: number): 0 | 1
  set(line: number, level: number): void
  watch(line: number, ready: () => void): unknown
  unwatch(watch: unknown): void
}

/**
 * The kernel's GPIO through an addon (native/gpio.c).
 * @throws Error where there is none for this machine
 */
export async function loadGpioKernel(): Promise<GpioKernel> {
  const addon = installed<GpioAddon>('gpio')
  return {
    chips: () =>
      readdirSync('/dev')
        .filter(isChip)
        .sort(byNumber)
        .map((name) => `/dev/${name}`),
    open: (path) => openSync(path, 'r+'),
    close: (descriptor) => closeSync(descriptor),
    chipInfo: (chip) => addon.chipInfo(chip),
    lineInfo: (chip, offset) => addon.lineInfo(chip, offset),
    request: (chip, { offset, flags, level, events, consumer }) =>
      addon.request(chip, offset, flags, level, events, consumer),
    get: (line) => addon.get(line),
    set: (line, level) => addon.set(line, level),
    watch(line, ready) {
      const watch = addon.watch(line, ready)
      let watching = true
      return () => {
        if (watching) addon.unwatch(watch)
        watching = false
      }
    },
    read: readWaiting,
    now: () => process.hrtime.bigint()
  }
}

function isChip(name: string): boolean {
  return /^gpiochip\d+$/.test(name)
}

function byNumber(a: string, b: string): number {
  return Number(a.slice('gpiochip'.length)) - Number(b.slice('gpiochip'.length))
}

/** The addon's watch makes the descriptor non-blocking. */
function readWaiting(line: number, into: Uint8Array): number {
  try {
    return readSync(line, into)
  } catch (error) {
    if (systemCode(error) === 'EAGAIN') return 0
    throw error
  }
}
