import { relay } from '../../devices/switch/index.ts'
import { parseConfig } from '../../src/config/load.ts'
import { SimulatedPins } from '../../src/hal/simulated/pins.ts'
import { VirtualClock } from '../../src/hal/simulated/virtual-clock.ts'
import type { MachineBoot } from '../../src/hal/world.ts'
import { defaultsOf } from '../../src/limits.ts'
import { type Log, silentLog } from '../../src/log.ts'
import { CommandLog } from '../../src/node/switches/command-log.ts'
import { switchLimits } from '../../src/node/switches/limits.ts'
import { offMemory } from '../../src/node/switches/off-memory.ts'
import { Switches } from '../../src/node/switches/switches.ts'
import { Access, type Principal } from '../../src/peer/access/access.ts'
import type { Grant } from '../../src/peer/access/grant.ts'
import type { CommandRow, CommandsKept } from '../../src/reading/history/store/command-table.ts'
import type { Sample } from '../../src/reading/reading.ts'
import { samplingLimits } from '../../src/reading/sampling/limits.ts'

/** Two outputs: one that is off where it is safe, one that is on. */
export const CONFIG = `
switches:
  - { name: pump, line: GPIO27, maxOn: 10min }
  - { name: fridge, line: GPIO22, active: low, safe: on, maxOn: 5min }
`

export const ANNA = '12D3KooWBhzLnNQnSPmrDnTPYoFq6gCJVEVNNvqaVEcDJcALqMYw'
export const BERT = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN'

/** What outlives a process: the machine, its disk. */
export class Machine {
  readonly clock = new VirtualClock()
  pins = new SimulatedPins(this.clock)
  readonly rows: CommandRow[] = []
  /** The numbers that are on disk. */
  readonly kept = new Map<string, number>()
  /** Milliseconds that it has slept. */
  slept = 0
  boot: MachineBoot = { id: 1, uptime: () => this.clock.monotonic(), slept: () => this.slept }
  isWritable = true
  transactions = 0

  /** What becomes of it where the process is killed: the kernel gives its lines back. */
  killed(): void {
    this.pins = new SimulatedPins(this.clock)
  }

  addCommands(rows: readonly CommandRow[], _: CommandsKept): boolean {
    this.transactions += 1
    if (this.isWritable) this.rows.push(...rows)
    return this.isWritable
  }

  commands(limit: number, name: string | undefined): CommandRow[] {
    return this.rows.filter((row) => name === undefined || row.name === name).slice(-limit)
  }
}

export interface SwitchBenchInit {
  readonly config: string
  readonly machine?: Machine
  readonly grants?: readonly Grant[]
  readonly shortLived?: boolean
}

/** The switches of a node in virtual time, with what they log and emit. */
export function switchBench({
  config: text,
  machine = new Machine(),
  grants = [],
  shortLived = false
}: SwitchBenchInit) {
  const { clock, pins } = machine
  const config = parseConfig(text, [])
  const lines: string[] = []
  const samples: Sample[] = []
  const note = (line: string): void => void lines.push(line)
  const log: Log = { ...silentLog, warn: note, info: note }
  const denied = new Set<string>()
  const numbers = new Map(machine.kept)
  const access = new Access({
    clock,
    log: silentLog,
    callers: 64,
    labelOf: (peer) => (peer === ANNA ? 'anna' : peer),
    grants,
    denies: (peer) => denied.has(peer),
    entriesOf: () => [],
    isName: () => false,
    isNear: () => false,
    privates: new Set()
  })
  const commandLog = new CommandLog({
    clock,
    store: machine,
    time: () => ({ quality: 0, offset: 0 }),
    rows: 100,
    age: 86_400_000
  })
  const switches = new Switches({
    configs: config.switches,
    clock,
    limits: defaultsOf(switchLimits),
    access,
    log: commandLog,
    labelOf: (peer) => (peer === ANNA ? 'anna' : peer),
    random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
    shortLived,
    outlet: {
      relay,
      pins,
      log,
      sampling: defaultsOf(samplingLimits),
      slept: () => machine.slept,
      memoryOf: (name) =>
        offMemory({
          clock,
          boot: machine.boot,
          state: {
            get: (number) => numbers.get(`${name} ${number}`),
            set: (number, value) => void numbers.set(`${name} ${number}`, value)
          },
          kept: (number) => machine.kept.get(`${name} ${number}`),
          async flush() {
            if (machine.isWritable) for (const [number, value] of numbers) machine.kept.set(number, value)
          }
        }),
      emit: (sample) => void samples.push(sample)
    }
  })
  return { machine, clock, pins, switches, lines, samples, log: commandLog, access, denied }
}

/** A peer far away: nothing but grants lets it do anything. */
export function peer(id: string): Principal {
  return { kind: 'peer', caller: { peer: id, host: '203.0.113.1', direct: true } }
}

export function operates(who: string, ...on: string[]): Grant {
  return { who, may: ['operate'], on: on.length === 0 ? undefined : on }
}
