import {
  KernelFiles,
  type Measurement,
  type MissingMeasurement,
  measureEach,
  type OpenContext,
  type Options,
  type Sensor,
  type Sysfs
} from '../../src/driver.ts'
import { Machine } from './machine.ts'
import { measuresOf, type Part, type PartMeasure } from './parts.ts'

export const LABEL = 'this machine'

export async function open(sysfs: Sysfs, options: Options, { clock }: OpenContext): Promise<Sensor> {
  const places = { disk: String(options['disk']), interface: String(options['interface']) }
  const machine = new Machine(new KernelFiles(sysfs, clock, LABEL), sysfs, places)
  return new Health(machine, measuresOf(String(options['parts'])))
}

class Health implements Sensor {
  readonly #machine: Machine
  readonly #measures: readonly PartMeasure[]

  constructor(machine: Machine, measures: readonly PartMeasure[]) {
    this.#machine = machine
    this.#measures = measures
  }

  /** Each part is read once, also where it has several values; one that is not there does not hide the others. */
  async sample(signal: AbortSignal): Promise<readonly (Measurement | MissingMeasurement)[]> {
    const parts = new Map<Part, Promise<readonly (number | boolean)[]>>()
    return await measureEach(this.#measures, signal, async ({ part, index }) => {
      const reading = parts.get(part) ?? this.#machine.read(part, signal)
      parts.set(part, reading)
      return (await reading)[index] ?? Number.NaN
    })
  }

  async close(): Promise<void> {}
}
