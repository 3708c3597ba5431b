import t from 'tap'
import { devices } from '../../devices/index.ts'
import { chipModels } from '../../devices/models.ts'
import { ExclusiveBus } from '../../src/hal/bus/exclusive-bus.ts'
import { i2cDevice } from '../../src/hal/bus/i2c-device.ts'
import { type MuxChannel, MuxedBuses } from '../../src/hal/bus/muxed-buses.ts'
import { volatileState } from '../../src/hal/device-state.ts'
import type { Buses, ExclusiveAccess, I2cBus } from '../../src/hal/i2c.ts'
import type { I2cSensorDefinition } from '../../src/hal/sensor.ts'
import { defaultOptions } from '../../src/hal/simulated/sensor-bench.ts'
import { VirtualClock } from '../../src/hal/simulated/virtual-clock.ts'
import { simulatedWorld } from '../../src/hal/simulated/world.ts'
import { silentLog } from '../../src/log.ts'
import { isTogether } from '../../src/node/sensors/running-sensor.ts'
import { quantityTable } from '../../src/reading/quantity.ts'
import type { Sample } from '../../src/reading/reading.ts'
import { Sampler } from '../../src/reading/sampling/sampler.ts'

// Every chip of the catalogue on one bus, behind multiplexers where addresses are alike, each as often as it
// may be asked, and every byte takes its time. An hour of that takes a quarter of one, so that a third of a
// minute is run, some two thousand samples, unless KITH_ALL_CHIPS=1h asks for the hour.
const MINUTE = 60_000
const VIRTUAL = process.env['KITH_ALL_CHIPS'] === '1h' ? 60 * MINUTE : 20_000
/** Milliseconds of a byte with its acknowledge bit at 400 kHz. */
const BYTE_TIME = 9 / 400

const chips = devices.filter((one): one is I2cSensorDefinition => one.bus === 'i2c')

/** A bus that counts who speaks at once, and for how long anybody does. */
class WatchedBus extends ExclusiveBus {
  turns = 0
  maxTurns = 0
  transfers = 0
  maxTransfers = 0
  spoken = 0
  readonly #bus: I2cBus
  readonly #clock: VirtualClock

  constructor(bus: I2cBus, clock: VirtualClock) {
    super(bus.name)
    this.#bus = bus
    this.#clock = clock
  }

  override exclusive<T>(
    address: number,
    work: (turn: ExclusiveAccess) => Promise<T>,
    options?: object
  ): Promise<T> {
    const watched = async (turn: ExclusiveAccess): Promise<T> => {
      this.maxTurns = Math.max(this.maxTurns, ++this.turns)
      try {
        return await work({
          ...turn,
          transaction: (...given) => this.#transfer(() => turn.transaction(...given))
        })
      } finally {
        this.turns--
      }
    }
    return this.#bus.exclusive(address, watched, options)
  }

  async #transfer<T>(transfer: () => Promise<T>): Promise<T> {
    this.maxTransfers = Math.max(this.maxTransfers, ++this.transfers)
    const start = this.#clock.monotonic()
    try {
      return await transfer()
    } finally {
      this.transfers--
      this.spoken += this.#clock.monotonic() - start
    }
  }

  override close(): Promise<void> {
    return this.#bus.close()
  }
}

/** Which channel each chip is on: the first on which nothing has its address. */
function channels(): {
  muxChannels: MuxChannel[]
  places: { definition: I2cSensorDefinition; bus: string }[]
} {
  const taken: Set<number>[] = []
  const places = chips.map((definition) => {
    const [address = 0] = definition.addresses
    const free = taken.findIndex((addresses) => !addresses.has(address))
    const index = free === -1 ? taken.push(new Set()) - 1 : free
    taken[index]?.add(address)
    return { definition, bus: `channel-${index}` }
  })
  const muxChannels = taken.map((_, index) => ({
    name: `channel-${index}`,
    bus: 'i2c-1',
    address: 0x70 + (index >> 3),
    channel: index & 7
  }))
  return { muxChannels, places }
}

interface Asked {
  readonly definition: I2cSensorDefinition
  readonly sampler: Sampler
  readonly phase: number
  /** Of its first measure. */
  readonly samples: Sample[]
  /** Milliseconds from when a sample was due until it was there. */
  longest: number
}

async function house() {
  const clock = new VirtualClock()
  const { muxChannels, places } = channels()
  const wired = places.map(({ definition, bus }) => ({
    bus,
    type: definition.type,
    address: definition.addresses[0] ?? 0
  }))
  const simulated = simulatedWorld({
    clock,
    seed: 'all',
    byteTime: BYTE_TIME,
    muxChannels,
    chips: wired,
    models: chipModels
  })
  const watched = new WatchedBus(await simulated.buses.open('i2c-1'), clock)
  const machine: Buses = {
    list: async () => ['i2c-1'],
    open: async () => watched,
    close: () => simulated.close()
  }
  const buses = new MuxedBuses(machine, muxChannels)
  const asked = places.map(({ definition, bus }, index) =>
    ask(definition, () => buses.open(bus), clock, index)
  )
  return { clock, watched, asked }
}

function ask(
  definition: I2cSensorDefinition,
  open: () => Promise<I2cBus>,
  clock: VirtualClock,
  index: number
): Asked {
  const { type, addresses, minimumInterval } = definition
  const options = defaultOptions(definition)
  const measures =
    typeof definition.measures === 'function' ? definition.measures(options) : definition.measures
  const phase = 100 + index
  const sampler = new Sampler({
    name: type,
    interval: minimumInterval,
    phase,
    deadline: 10_000,
    retryMin: 1_000,
    retryMax: 30_000,
    changeSpacing: 100,
    measures,
    together: isTogether(definition),
    quantities: quantityTable(),
    clock,
    log: silentLog,
    open: async (signal) => {
      const device = i2cDevice(await open(), addresses[0] ?? 0, type)
      return await definition.open(device, options, { clock, name: type, signal, state: volatileState() })
    },
    emit: (sample) => {
      const [first] = measures
      if (sample.quantity !== first?.quantity || sample.channel !== first.channel) return
      one.samples.push(sample)
      one.longest = Math.max(one.longest, clock.monotonic() - sample.at)
    }
  })
  const one: Asked = { definition, sampler, phase, samples: [], longest: 0 }
  return one
}

t.setTimeout(VIRTUAL + MINUTE)
t.test(
  `all ${chips.length} chips for ${VIRTUAL / 1000} s of virtual time`,
  { timeout: VIRTUAL + MINUTE },
  async (t) => {
    const { clock, watched, asked } = await house()
    for (const { sampler } of asked) sampler.start()
    await clock.advance(VIRTUAL)
    for (const { definition, phase, samples, longest } of asked) {
      const { type, minimumInterval: interval } = definition
      const faults = samples.filter((sample) => 'fault' in sample)
      t.same(faults.slice(0, 1), [], `${type} never fails`)
      // The first one opens the chip, which may take longer than an interval: what was due meanwhile is left out.
      const [first, ...rest] = samples.map(({ at }) => at - phase)
      const left =
        Math.floor(first ?? 0) === 0 ? Math.round(((rest[0] ?? interval) - interval) / interval) : 0
      const due = Math.floor((VIRTUAL - phase) / interval) + 1 - left
      t.ok(
        samples.length === due || samples.length === due - 1,
        `${type}: ${samples.length} of ${due} samples`
      )
      const late = rest.filter((at, index) => Math.abs(at - (index + 1 + left) * interval) > 0.001)
      t.same(late.slice(0, 1), [], `${type} is on time to the microsecond: no drift, none left out`)
      t.ok(left <= 1 && longest < (left + 1) * interval, `${type} waits ${longest.toFixed(1)} ms at most`)
    }
    t.equal(watched.maxTurns, 1, 'turns do not overlap')
    t.equal(watched.maxTransfers, 1, 'transfers do not overlap')
    t.comment(`the bus is in use for ${((100 * watched.spoken) / VIRTUAL).toFixed(0)} % of the time`)
    t.ok(watched.spoken > VIRTUAL / 10, 'there was something to share')
    await clock.run(Promise.all(asked.map(({ sampler }) => sampler.stop())))
  }
)
