import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { devices } from '../../../devices/index.ts'
import { chipModels } from '../../../devices/models.ts'
import { parseConfig } from '../../../src/config/load.ts'
import { defined } from '../../../src/defined.ts'
import { isNodeError } from '../../../src/error.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import {
  type SimulatedWorld,
  type SimulatedWorldOptions,
  simulatedWorld
} from '../../../src/hal/simulated/world.ts'
import { type Log, silentLog } from '../../../src/log.ts'
import { type RunningNode, type StartInit, startNode } from '../../../src/node/run-node.ts'
import { ephemeralIdentity, type Identity } from '../../../src/peer/identity/identity.ts'
import type { Reading } from '../../../src/reading/reading.ts'
import { formatPosition } from '../readings.ts'
import { addressOf, MemoryLinks } from './carrier.ts'
import { Gauge, gaugeDevice } from './gauge.ts'

export interface NodePlan extends Partial<Pick<StartInit, 'protocols' | 'quantities' | 'shortLived'>> {
  /** Names of its gauges; none unless given. Each is sampled once a second. */
  readonly gauges?: readonly string[]
  /** One of its own unless given. */
  readonly identity?: Identity
  /** Gauges that its configuration names itself. */
  readonly extra?: readonly string[]
  /** Chips on its simulated buses. */
  readonly chips?: SimulatedWorldOptions['chips']
  /** More of its configuration, as YAML; what is indented goes on with its sensors. */
  readonly config?: string
  /** Whether it has a home, which outlives it; false unless given. */
  readonly home?: boolean
  readonly log?: Log
  readonly timeQuality?: 0 | 1 | 2
}

/** Real milliseconds until a condition must have come true, and between looks that found nothing new. */
const PATIENCE = 30_000
const PAUSE = 2
/** Milliseconds of virtual time that pass between two looks. */
const STEP = 100

/** A house for one test, and for no longer. */
export function houseFor(t: Test): House {
  const house = new House()
  t.teardown(() => house.end())
  return house
}

/** One node of a house, which may be stopped and started again. */
export class HouseNode {
  readonly name: string
  readonly plan: NodePlan
  readonly identity: Identity
  readonly home: string | undefined
  readonly gauges = new Map<string, Gauge>()
  /** Everything that came into its hub in all its runs, as it came. */
  readonly received: Reading[] = []
  world: SimulatedWorld | undefined
  #running: RunningNode | undefined

  constructor(name: string, plan: NodePlan, identity: Identity, home: string | undefined) {
    this.name = name
    this.plan = plan
    this.identity = identity
    this.home = home
    for (const gauge of [...(plan.gauges ?? []), ...(plan.extra ?? [])]) this.gauges.set(gauge, new Gauge())
  }

  get peer(): string {
    return this.identity.peer
  }

  get running(): RunningNode {
    if (this.#running === undefined) throw new Error(`${this.name} does not run`)
    return this.#running
  }

  set running(running: RunningNode | undefined) {
    this.#running = running
  }

  get isRunning(): boolean {
    return this.#running !== undefined
  }

  get operations(): RunningNode['operations'] {
    return this.running.operations
  }

  gauge(name: string): Gauge {
    const gauge = this.gauges.get(name)
    if (gauge === undefined) throw new Error(`${this.name} has no gauge ${name}`)
    return gauge
  }

  series(gauge: string): string {
    return `${this.peer}/${gauge}/temperature`
  }

  /** Its history of a series, whoever measured it. */
  history(series: string): Reading[] {
    return this.running.assembled.storage.history.readings({ series, limit: 100_000 })
  }

  /** What a gauge measured, as its history has it. */
  values(series: string): (number | boolean | string)[] {
    return this.history(series).map(({ value, fault }) => value ?? fault?.code ?? '')
  }

  positions(series: string): string[] {
    return this.history(series).map(({ position }) => formatPosition(position))
  }

  count(name: string): number {
    const { publishing, storage } = this.running.assembled
    const [room, counter = ''] = name.split('.')
    const counters: Readonly<Record<string, number>> =
      room === 'gossip' ? publishing.gossip.counters() : storage.hub.counters
    return counters[counter] ?? 0
  }

  isConnectedTo(other: HouseNode): boolean {
    return this.running.assembled.peers.autoDialer.connection(other.peer) !== undefined
  }

  /** Whether its gossip knows that the other hears the topic. */
  hears(other: HouseNode, topic: string): boolean {
    return this.running.assembled.transports.network.services.pubsub
      .getSubscribers(topic)
      .some((peer) => peer.toString() === other.peer)
  }
}

/** Whole nodes of one process in one virtual time, joined by links that can be cut. */
export class House {
  readonly clock = new VirtualClock()
  readonly links = new MemoryLinks()
  readonly nodes: HouseNode[] = []
  readonly #id = Math.random().toString(36).slice(2)
  readonly #folder = mkdtempSync(join(tmpdir(), 'kith-house-'))

  async start(name: string, plan: NodePlan = {}): Promise<HouseNode> {
    const home = plan.home === true ? join(this.#folder, name) : undefined
    const node = new HouseNode(name, plan, plan.identity ?? (await ephemeralIdentity()), home)
    this.nodes.push(node)
    await this.run(node)
    return node
  }

  /** Starts a node that was stopped. */
  async run(node: HouseNode, changes: Partial<StartInit> & { config?: never } = {}): Promise<void> {
    const { name, plan, identity, home } = node
    const device = gaugeDevice((gauge) => node.gauge(gauge))
    const { timeQuality = 0, chips = [], protocols, quantities, shortLived, log = silentLog } = plan
    const world = simulatedWorld({ seed: name, clock: this.clock, timeQuality, chips, models: chipModels })
    node.world = world
    node.running = await startNode({
      ...defined({ home }),
      config: parseConfig(configOf(name, plan), [...devices, device]),
      world,
      log,
      carrier: this.links.carrier(this.#label(node)),
      identity,
      devices: [device],
      ...defined({ protocols, quantities, shortLived }),
      ...changes
    })
    node.running.assembled.storage.hub.subscribe({
      onSealed: ({ fresh }) => node.received.push(...fresh)
    })
  }

  async stop(...nodes: HouseNode[]): Promise<void> {
    for (const node of nodes) {
      const running = node.running
      node.running = undefined
      await running?.stop()
    }
  }

  async restart(node: HouseNode): Promise<void> {
    await this.stop(node)
    await this.run(node)
  }

  /** Stops whoever still runs and removes the homes. */
  async end(): Promise<void> {
    for (const node of this.nodes) if (node.isRunning) await this.stop(node)
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** Tells a node where others are, which dials and keeps the links, and waits until each pair can talk. */
  async link(a: HouseNode, ...others: HouseNode[]): Promise<void> {
    for (const b of others) {
      this.links.mend(this.#label(a), this.#label(b))
      a.running.assembled.peers.autoDialer.remember(b.peer, [addressOf(this.#label(b))])
    }
    await this.until(() => others.every((b) => this.#talk(a, b)))
  }

  /** Both ends notice at once. */
  async cut(a: HouseNode, b: HouseNode): Promise<void> {
    this.links.cut(this.#label(a), this.#label(b))
    for (const [one, other] of [
      [a, b],
      [b, a]
    ] as const) {
      if (one.isRunning)
        one.running.assembled.peers.autoDialer.connection(other.peer)?.abort(new Error('the link is cut'))
    }
    await this.until(() => [a, b].every((one) => !one.isRunning || !one.isConnectedTo(one === a ? b : a)))
  }

  /** Lets virtual time pass, and real work settle, in steps. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= STEP) {
      await this.clock.advance(Math.min(STEP, left))
      await settle()
    }
  }

  /**
   * Lets virtual time pass until the condition holds.
   * @throws Error after half a minute of real time, which is much more than it takes
   */
  async until(condition: () => boolean, step = STEP): Promise<void> {
    const end = performance.now() + PATIENCE
    while (!condition()) {
      if (performance.now() > end) throw new Error(`never came true: ${condition}`)
      await this.clock.advance(step)
      await settle()
      await new Promise((resolve) => setTimeout(resolve, PAUSE))
    }
  }

  /** Lets virtual time pass until the work is done. */
  async while<T>(work: Promise<T>): Promise<T> {
    let settled = false
    const settle = (): void => {
      settled = true
    }
    work.then(settle, settle)
    await this.until(() => settled)
    return await work
  }

  /** Gossip streams both ways, and each has sent its subscriptions to the other. */
  #talk(a: HouseNode, b: HouseNode): boolean {
    return a.isConnectedTo(b) && a.hears(b, META) && b.hears(a, META)
  }

  #label(node: HouseNode): string {
    return `${this.#id}-${node.name}`
  }
}

const META = '/sensor/meta/v1'

function configOf(name: string, { gauges = [], config = '' }: NodePlan): string {
  const sensors = gauges.map((gauge) => `  - { type: gauge, name: ${gauge}, interval: 1s }`)
  const measured = sensors.length === 0 ? '' : `sensors:\n${sensors.join('\n')}\n`
  return `name: ${name}\n${measured}${config}\n`
}

/** Turns of the event loop in which what is on its way arrives. */
export async function settle(turns = 10): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** Everything that comes, until it ends. */
export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

/** The code of the NodeError that the work ends with. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (error) {
    if (isNodeError(error)) return error.code
    throw error
  }
  return 'no error'
}
