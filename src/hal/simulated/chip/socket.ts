import type { Clock } from '../../../clock.ts'
import type { ChipFault, Faults } from '../faults.ts'
import { ImperfectConditions } from '../imperfect-conditions.ts'
import type { ChipModel, ChipModelFactory, ModelEnvironment } from '../model.ts'
import { NotAcknowledged } from '../model.ts'

/** The socket of a simulated chip: supplies its power, and applies faults between it and the bus. */
export class ChipSocket {
  readonly #bus: string
  readonly #address: number
  readonly #factory: ChipModelFactory
  readonly #environment: ModelEnvironment
  readonly #faults: Faults
  readonly #clock: StoppableClock
  readonly #conditions: ImperfectConditions
  #model: ChipModel
  #powerCycles: number

  constructor(
    bus: string,
    address: number,
    factory: ChipModelFactory,
    environment: ModelEnvironment,
    faults: Faults
  ) {
    this.#bus = bus
    this.#address = address
    this.#factory = factory
    this.#clock = new StoppableClock(environment.clock)
    this.#conditions = new ImperfectConditions(
      `${bus} ${address}`,
      environment.clock,
      environment.ambient,
      () => faults.imperfection(bus, address)
    )
    this.#environment = { ...environment, clock: this.#clock, ambient: this.#conditions }
    this.#faults = faults
    this.#powerCycles = faults.powerCycles(bus, address)
    this.#model = factory(this.#environment)
  }

  /** @throws NotAcknowledged */
  write(bytes: Uint8Array): void {
    const fault = this.#fault()
    if (fault === 'no-acknowledge-data' && bytes.length > 0) throw new NotAcknowledged('data')
    this.#model.write(bytes)
  }

  /** @throws NotAcknowledged */
  read(count: number): Uint8Array {
    const fault = this.#fault()
    const bytes = this.#model.read(count)
    if (fault === 'stuck-high') return bytes.fill(0xff)
    if (fault === 'stuck-low') return bytes.fill(0)
    if (fault === 'garbage') return this.#environment.random.bytes(count)
    if (fault === 'bad-crc') bytes[count - 1] = (bytes[count - 1] ?? 0) ^ 0x10
    return bytes
  }

  /** The chip's current fault; a chip that lost its power meanwhile is made anew. */
  #fault(): ChipFault | undefined {
    this.#conditions.warm()
    const fault = this.#faults.of(this.#bus, this.#address)
    if (fault === 'unplugged' || fault === 'no-acknowledge-address') throw new NotAcknowledged('address')
    this.#clock.stop(fault === 'never-ready')
    const powerCycles = this.#faults.powerCycles(this.#bus, this.#address)
    if (powerCycles !== this.#powerCycles) {
      this.#powerCycles = powerCycles
      this.#model = this.#factory(this.#environment)
    }
    return fault
  }
}

/** The oscillator inside a chip, which a fault can stop. */
class StoppableClock implements Clock {
  readonly after: Clock['after']
  readonly sleep: Clock['sleep']
  readonly #clock: Clock
  #stoppedAt: number | undefined

  constructor(clock: Clock) {
    this.#clock = clock
    this.after = (ms, fire) => clock.after(ms, fire)
    this.sleep = (ms, signal) => clock.sleep(ms, signal)
  }

  stop(stopped: boolean): void {
    this.#stoppedAt = stopped ? (this.#stoppedAt ?? this.#clock.monotonic()) : undefined
  }

  now(): number {
    return this.#clock.now()
  }

  monotonic(): number {
    return this.#stoppedAt ?? this.#clock.monotonic()
  }
}
