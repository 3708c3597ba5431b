import type { Test } from 'tap'
import { i2cDevice } from '../../../src/hal/bus/i2c-device.ts'
import type { ClockDefinition } from '../../../src/hal/clock-chip.ts'
import type { ChipFault } from '../../../src/hal/simulated/faults.ts'
import type { ChipModelFactory } from '../../../src/hal/simulated/model.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { type SimulatedWorld, simulatedWorld } from '../../../src/hal/simulated/world.ts'
import type { ClockStatus, TimeSource } from '../../../src/hal/time-source.ts'

/** One simulated clock chip on `i2c-1` in virtual time, with its driver. */
export class ClockBench {
  readonly clock: VirtualClock
  readonly world: SimulatedWorld
  readonly address: number
  /** How messages must name the chip. */
  readonly label: string
  readonly stop = new AbortController()
  readonly #definition: ClockDefinition

  /** @param now the wall clock at the start, milliseconds since 1970 */
  constructor(definition: ClockDefinition, model: ChipModelFactory, now = Date.UTC(2026, 4, 17, 9, 30)) {
    this.clock = new VirtualClock({ now })
    this.world = simulatedWorld({ seed: definition.type, clock: this.clock })
    this.address = definition.addresses[0] ?? 0
    this.world.attach('i2c-1', this.address, model)
    this.label = `${definition.type} at 0x${this.address.toString(16)} on i2c-1`
    this.#definition = definition
  }

  async open(): Promise<TimeSource> {
    const device = i2cDevice(await this.world.buses.open('i2c-1'), this.address, this.#definition.type)
    const context = { clock: this.clock, signal: this.stop.signal }
    return await this.clock.run(this.#definition.open(device, context))
  }

  async status(source: TimeSource): Promise<ClockStatus> {
    return await this.clock.run(source.status())
  }

  async read(register: number, count: number): Promise<string> {
    const bus = await this.world.buses.open('i2c-1')
    const [raw = new Uint8Array()] = await bus.transaction(this.address, [
      { write: Uint8Array.of(register) },
      { read: count }
    ])
    return Buffer.from(raw).toString('hex')
  }

  async write(register: number, hex: string): Promise<void> {
    const bus = await this.world.buses.open('i2c-1')
    await bus.transaction(this.address, [{ write: Uint8Array.of(register, ...Buffer.from(hex, 'hex')) }])
  }
}

/** Faults in which a clock must be unknown or an error. A single wrong bit cannot be noticed: no CRC. */
const FAULTS: Readonly<Partial<Record<ChipFault, RegExp>>> = {
  'no-acknowledge-address': /^no-acknowledge/,
  'no-acknowledge-data': /^no-acknowledge/,
  'stuck-high': /^stuck$/,
  'stuck-low': /^stuck$/,
  garbage: /^garbage$/,
  'never-ready': /^not-ready$/,
  unplugged: /^no-acknowledge/
}

/** What every clock chip owes: the time, never a wrong one, and healing without being opened again. */
export function clockMatrix(test: Test, definition: ClockDefinition, model: ChipModelFactory): void {
  test.test('its time is believed as an estimate', (t) => believed(t, new ClockBench(definition, model)))
  for (const [fault, code] of Object.entries(FAULTS) as [ChipFault, RegExp][]) {
    test.test(`fault ${fault}`, (t) => askedUnder(t, new ClockBench(definition, model), fault, code))
  }
  test.test('a bus that hangs', async (t) => {
    const bench = new ClockBench(definition, model)
    const source = await bench.open()
    bench.world.faults.hang('i2c-1')
    await t.rejects(bench.status(source), { code: 'timeout', message: bench.label })
    bench.world.faults.unhang('i2c-1')
    t.equal((await bench.status(source)).quality, 1)
  })
  test.test('an absent chip', async (t) => {
    const bench = new ClockBench(definition, model)
    bench.world.faults.set('i2c-1', bench.address, 'unplugged')
    await t.rejects(bench.open(), { code: /^no-acknowledge/, message: bench.label })
  })
  test.test('a question ends when nobody wants the answer', async (t) => {
    const bench = new ClockBench(definition, model)
    const asking = (await bench.open()).status()
    bench.stop.abort(new Error('stopped'))
    await t.rejects(bench.clock.run(asking), { message: 'stopped' })
  })
}

async function believed(t: Test, bench: ClockBench): Promise<void> {
  const source = await bench.open()
  for (const wrong of [0, -3_600_000, 86_400_000, 1234]) {
    bench.clock.step(wrong)
    await bench.clock.advance(417)
    const { quality, offset, errorBound } = await bench.status(source)
    t.equal(quality, 1)
    t.equal(errorBound, undefined, 'nobody knows how well it was set')
    t.ok(offset + wrong <= 0 && offset + wrong >= -20, `${offset} ms for a clock that is ${wrong} ms off`)
    bench.clock.step(-wrong)
  }
}

async function askedUnder(t: Test, bench: ClockBench, fault: ChipFault, codes: RegExp): Promise<void> {
  const source = await bench.open()
  bench.world.faults.set('i2c-1', bench.address, fault)
  for (let round = 0; round < 20; round++) {
    const reported = await bench.status(source).catch((error: Error & { code: string }) => error)
    if (!(reported instanceof Error)) {
      t.ok(fault === 'garbage' && reported.quality === 2, 'a random stop flag makes it unknown')
      continue
    }
    t.match(reported.code, codes, reported.message)
    t.ok(reported.message.startsWith(bench.label), reported.message)
  }
  bench.world.faults.clear('i2c-1', bench.address)
  t.equal((await bench.status(source)).quality, 1, 'it heals without being opened again')
}
