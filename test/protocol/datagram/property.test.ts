import t from 'tap'
import { SeededRandom } from '../../../src/hal/simulated/random.ts'
import type { DatagramFlow } from '../../../src/protocol/datagram/flow.ts'
import { packetNumber } from '../../../src/protocol/datagram/packet/packet.ts'
import { SteppedClock } from '../../support/datagram/clock.ts'
import type { Passage } from '../../support/datagram/lossy-network.ts'
import { DatagramWorld, type TestNode } from '../../support/datagram/world.ts'

/** Random events; `DATAGRAM_EVENTS=5000000` for a long run. */
const EVENTS = Number(process.env['DATAGRAM_EVENTS'] ?? 60_000)
const SEED = process.env['DATAGRAM_SEED'] ?? '1'
const PROTOCOL = '/any/v1'
const NAMES = ['a', 'b', 'c', 'd']
const limits = {
  packetsPerKey: 500,
  failedOpens: 30,
  failedOpensOfNode: 60,
  onLinkRate: { perSecond: 1000, burst: 1000 }
}

/** Random peers, flows, losses, rebindings, replays, forgeries and rekeys; checks what must never be. */
class Chaos {
  readonly clock = new SteppedClock()
  readonly random = new SeededRandom(SEED)
  readonly world = new DatagramWorld(this.clock, 7, { loss: 0.1, duplication: 0.05, delay: 2, jitter: 20 })
  readonly flows: DatagramFlow[] = []
  readonly recorded: Passage[] = []
  /** Highest packet number seen of each connection id; numbers rise by one, so none may come again. */
  readonly numbers = new Map<string, number>()
  readonly delivered = new Set<string>()
  nodes: TestNode[] = []
  repeatedNonces = 0
  replays = 0
  misdelivered = 0
  sent = 0
  injecting = false

  async start(): Promise<void> {
    this.world.network.watch((passage) => this.#see(passage))
    for (const name of NAMES) this.nodes.push(await this.world.node(name, { limits }))
    for (const node of this.nodes) {
      node.datagrams.handle(PROTOCOL, (flow) => {
        this.flows.push(flow)
        return (bytes) => this.#receive(bytes, node.name)
      })
    }
  }

  async step(): Promise<void> {
    const roll = this.random.next()
    if (roll < 0.7) this.#send()
    else if (roll < 0.8) this.clock.step(this.random.next() * 20)
    else if (roll < 0.9) this.#replay()
    else if (roll < 0.97) this.#forge()
    else if (roll < 0.985) await this.#open()
    else if (roll < 0.997) this.#close()
    else this.#upheaval()
    this.world.passages.length = 0
  }

  #send(): void {
    const flow = this.#pick(this.flows)
    if (flow === undefined) return
    flow.send(Buffer.from(`${flow.peer} ${this.sent++}`))
  }

  #receive(bytes: Uint8Array, at: string): void {
    const text = Buffer.from(bytes).toString()
    if (!text.startsWith(`${at} `)) this.misdelivered++
    if (this.delivered.has(text)) this.replays++
    this.delivered.add(text)
  }

  /** Everything that honest nodes put on the wire. */
  #see(passage: Passage): void {
    if (this.injecting) return
    const cid = passage.bytes.subarray(0, 8).toString('hex')
    const number = packetNumber(passage.bytes)
    if (number <= (this.numbers.get(cid) ?? -1)) this.repeatedNonces++
    this.numbers.set(cid, number)
    if (this.random.next() < 0.2) this.recorded[Math.floor(this.random.next() * 2000)] = passage
  }

  #replay(): void {
    const passage = this.#pick(this.recorded)
    if (passage !== undefined) this.#inject(passage)
  }

  #forge(): void {
    const passage = this.#pick(this.recorded)
    if (passage === undefined) return
    const bytes = Buffer.from(passage.bytes)
    const at = Math.floor(this.random.next() * bytes.length)
    bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(this.random.next() * 8))
    const from = this.random.next() < 0.3 ? `10.0.0.${1 + Math.floor(this.random.next() * 5)}` : passage.from
    const cut = this.random.next() < 0.2 ? bytes.subarray(0, at) : bytes
    this.#inject({
      ...passage,
      bytes: cut,
      from,
      fromPort: passage.fromPort + Math.floor(this.random.next() * 2)
    })
  }

  #inject(passage: Passage): void {
    this.injecting = true
    this.world.network.inject(passage)
    this.injecting = false
  }

  async #open(): Promise<void> {
    const from = this.#pick(this.nodes)
    const to = this.#pick(NAMES)
    if (from === undefined || to === undefined || to === from.name) return
    const receive = (bytes: Uint8Array): void => this.#receive(bytes, from.name)
    try {
      this.flows.push(await from.datagrams.open(to, [PROTOCOL], { receive, early: true }))
    } catch {
      // Full tables are part of the game.
    }
  }

  #close(): void {
    const index = Math.floor(this.random.next() * this.flows.length)
    this.flows[index]?.close()
    for (let i = this.flows.length - 1; i >= 0; i--)
      if (this.flows[i]?.ended !== undefined) this.flows.splice(i, 1)
  }

  #upheaval(): void {
    const host = this.#pick(this.nodes)?.host
    const roll = this.random.next()
    if (host === undefined) return
    if (roll < 0.3) host.rebind(4001)
    else if (roll < 0.6) host.blocked = !host.blocked
    else if (roll < 0.7) this.#pick(this.world.streams.filter(([end]) => end.isOpen))?.[0].reset()
    else if (roll < 0.9) this.clock.step(this.random.next() * 40_000)
    else this.clock.step(this.random.next() * 4_000_000)
    this.world.streams.splice(
      0,
      this.world.streams.findIndex(([end]) => end.isOpen)
    )
  }

  #pick<T>(list: readonly T[]): T | undefined {
    return list[Math.floor(this.random.next() * list.length)]
  }
}

t.test(
  `no pair of key and nonce ever repeats, no replay is delivered: ${EVENTS} random events`,
  async (t) => {
    const chaos = new Chaos()
    await chaos.start()
    for (let i = 0; i < EVENTS; i++) await chaos.step()
    t.equal(chaos.repeatedNonces, 0, 'no pair of key and nonce is used twice')
    t.equal(chaos.replays, 0, 'no replay is delivered')
    t.equal(chaos.misdelivered, 0, 'nobody receives what was meant for another')
    t.ok(chaos.delivered.size > EVENTS / 20, `${chaos.delivered.size} of ${chaos.sent} delivered`)
    t.comment(`${chaos.numbers.size} keys, ${chaos.delivered.size} of ${chaos.sent} delivered`)
    for (const flow of chaos.flows) flow.close()
    for (const node of chaos.nodes) node.host.blocked = false
    chaos.clock.step(60_000)
    const left = chaos.nodes.flatMap((node) =>
      node.datagrams.status().sessions.filter(({ flows }) => flows > 0)
    )
    t.same(left, [], 'no flow leaks')
    for (const node of chaos.nodes) {
      await node.datagrams.stop()
      t.match(node.datagrams.status().sessions, [])
    }
  }
)
