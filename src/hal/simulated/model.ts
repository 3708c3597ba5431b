import type { Cancel, Clock } from '../../clock.ts'
import type { Level } from '../gpio.ts'
import type { BusErrorKind } from '../i2c.ts'
import type { AmbientConditions } from './ambient.ts'
import type { SeededRandom } from './random.ts'
import type { FileContent } from './sysfs.ts'

/** What a model of a chip, of kernel files or of a line is given of its world. */
export interface ModelEnvironment {
  readonly clock: Clock
  readonly ambient: AmbientConditions
  readonly random: SeededRandom
}

/**
 * A chip as the bus sees it: bytes after the address. A model derives its state from the clock when it is
 * accessed; it starts no timers.
 */
export interface ChipModel {
  /** Takes the bytes of one write; none is a probe. @throws NotAcknowledged */
  write(bytes: Uint8Array): void
  /** Returns exactly `count` bytes. @throws NotAcknowledged */
  read(count: number): Uint8Array
}

/** Makes a chip as it is after power-on; called again whenever the simulated chip loses its power. */
export type ChipModelFactory = (environment: ModelEnvironment) => ChipModel

/** Thrown by a model that does not acknowledge: busy at its address, or refusing a data byte. */
export class NotAcknowledged extends Error {
  readonly kind: BusErrorKind

  constructor(at: 'address' | 'data') {
    super(`not acknowledged at ${at}`)
    this.name = 'NotAcknowledged'
    this.kind = `no-acknowledge-${at}`
  }
}

/** Makes the files by which a simulated kernel shows a sensor: absolute paths and their contents. */
export type FileModelFactory = (environment: ModelEnvironment) => Readonly<Record<string, FileContent>>

/** The files of one folder, by their absolute paths. */
export function filesUnder(
  folder: string,
  files: Readonly<Record<string, FileContent>>
): Record<string, FileContent> {
  return Object.fromEntries(Object.entries(files).map(([name, content]) => [`${folder}/${name}`, content]))
}

/**
 * Wires something to a line, which drives the line by the environment's clock until the returned function is
 * called. Unlike a chip, which only answers, what moves by itself needs timers.
 */
export type LineModelFactory = (environment: ModelEnvironment, drive: (level: Level) => void) => Cancel
