import type { Host } from './host.ts'
import type { Machine } from './machine.ts'

export interface Lab {
  readonly machine: Machine
  readonly host: Host
}

/** Something that shall be so. It resolves with what was seen, and fails with what was seen instead. */
export interface Check {
  readonly name: string
  readonly run: (lab: Lab) => Promise<string>
}

/** Real milliseconds: the emulator is slow, and this machine may be busy. */
export const FIRST = 900_000
export const SOON = 120_000
