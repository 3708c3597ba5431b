import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../../src/clock.ts'
import type { FarNode, Namespace } from '../support/namespaces/namespaces.ts'
import { refusedConnections, Segment, within } from '../support/namespaces/segment.ts'
import type { Attack, Target } from './attack.ts'
import { askOnce, askUntil, type Served } from './served.ts'
import { Victim } from './victim.ts'

const ATTACKER = fileURLToPath(new URL('attacker.ts', import.meta.url))
const PORT = 4001
const ADDRESSES = { victim: '10.66.0.1', friend: '10.66.0.2', newcomer: '10.66.0.3', stranger: '10.66.0.4' }
const THIRD = '10.66.0.9'
const FRIEND = 'friend'
/** Milliseconds before an attack, in which the node gives back what its start needed (src/node/memory-trimmer.ts). */
const SETTLE = 6000
/** Milliseconds after an attack. */
const REST = 3000
/** Milliseconds of an attack after which a newcomer asks. */
const NEWCOMER_AFTER = 3000

/** What was seen of one attack. Bytes and milliseconds. */
export interface Findings {
  readonly sent: string
  readonly before: number
  readonly highest: number
  readonly after: number
  readonly longestStop: number
  /** Connections attempted to an address that only the attacker named. */
  readonly dials: number
  readonly disk: number
  readonly friend: Served
  /** Milliseconds until a peer that was never seen before got its answer; undefined where it got none. */
  readonly newcomer: number | undefined
  /** Whether the name that the book gives the friend still means the friend, and it alone. */
  readonly isNamed: boolean
  readonly survived: boolean
}

/** A node, its friend, a newcomer, a stranger and a third machine on one Ethernet of namespaces. */
export class Trial {
  readonly #segment = new Segment()
  readonly #stranger: Namespace
  readonly #newcomer: Namespace
  readonly #third: Namespace
  readonly #victim: Victim
  readonly #friend: Promise<FarNode>
  #isIntroduced = false

  constructor() {
    const victim = this.#segment.machine('victim', ADDRESSES.victim)
    const friend = this.#segment.machine('friend', ADDRESSES.friend)
    this.#newcomer = this.#segment.machine('newcomer', ADDRESSES.newcomer)
    this.#stranger = this.#segment.machine('stranger', ADDRESSES.stranger)
    this.#third = this.#segment.machine('third', THIRD)
    this.#victim = new Victim(victim, [
      `listen=[/ip4/0.0.0.0/tcp/${PORT}]`,
      `store=[${FRIEND}, {claimed: temperature}]`,
      'history.flush=5s'
    ])
    this.#friend = friend.node({})
  }

  /** Starts the node anew, in the same home, and attacks it for so many seconds. */
  async run(attack: Attack, seconds: number): Promise<Findings> {
    const friend = await this.#friend
    this.#introduce(friend)
    const victim = this.#victim
    const peer = await victim.start()
    try {
      const address = `/ip4/${ADDRESSES.victim}/tcp/${PORT}/p2p/${peer}`
      const newcomer = await this.#newcomer.node({})
      await askOnce(friend, address, peer)
      await systemClock.sleep(SETTLE)
      const before = victim.memory().now
      await victim.longestStop()
      const [dialsBefore, diskBefore] = [refusedConnections(this.#third), victim.diskBytes()]
      const done = new AbortController()
      const served = askUntil(friend, { address, peer, signal: done.signal })
      const asked = systemClock
        .sleep(NEWCOMER_AFTER)
        .then(() => timed(() => askOnce(newcomer, address, peer)))
      const sent = await this.#attack(attack, { address, seconds })
      const answered = await asked
      done.abort()
      const friendServed = await served
      const survived = victim.isRunning
      const isNamed = survived && this.#meansFriend(friend)
      const memory = survived ? victim.memory() : { now: 0, highest: 0 }
      const longestStop = survived ? await victim.longestStop() : Number.NaN
      await systemClock.sleep(REST)
      return {
        sent,
        before,
        highest: memory.highest,
        after: survived ? victim.memory().now : 0,
        longestStop,
        dials: refusedConnections(this.#third) - dialsBefore,
        disk: victim.diskBytes() - diskBefore,
        friend: friendServed,
        newcomer: answered,
        isNamed,
        survived
      }
    } finally {
      await victim.stop()
    }
  }

  end(): void {
    this.#victim.remove()
    this.#segment.end()
  }

  /** Makes the home, and writes the friend into its book. */
  #introduce(friend: FarNode): void {
    if (this.#isIntroduced) return
    this.#victim.command('init', '--name', 'victim')
    const address = `/ip4/${ADDRESSES.friend}/tcp/${PORT}/p2p/${friend.peer}`
    this.#victim.command('book', 'add', FRIEND, address)
    this.#isIntroduced = true
  }

  #meansFriend({ peer }: FarNode): boolean {
    try {
      const views = JSON.parse(this.#victim.command('ask', FRIEND, '--json')) as { peer: string }[]
      return views.length > 0 && views.every((view) => view.peer === peer)
    } catch {
      return false
    }
  }

  async #attack(
    { name }: Attack,
    { address, seconds }: { address: string; seconds: number }
  ): Promise<string> {
    const target: Target = {
      address,
      host: ADDRESSES.victim,
      port: PORT,
      friend: FRIEND,
      third: THIRD,
      own: ADDRESSES.stranger
    }
    const words = within(
      this.#stranger,
      process.execPath,
      ATTACKER,
      name,
      JSON.stringify(target),
      String(seconds)
    )
    const child = spawn('ip', words, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    const late = setTimeout(() => child.kill('SIGKILL'), (seconds + 20) * 1000)
    const sent = await resultOf(child)
    clearTimeout(late)
    child.kill('SIGKILL')
    return sent
  }
}

/** The message of the attacker, or how it ended without one. */
async function resultOf(child: ChildProcess): Promise<string> {
  const message = once(child, 'message').then(([text]) => String(text))
  const end = once(child, 'exit').then(([code, signal]) => `the attacker ended: ${code ?? signal}`)
  return await Promise.race([message, end])
}

/** Milliseconds of the work; undefined where it failed. */
async function timed(work: () => Promise<void>): Promise<number | undefined> {
  const began = performance.now()
  try {
    await work()
    return performance.now() - began
  } catch {
    return undefined
  }
}
