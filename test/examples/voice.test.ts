import {
  type CreateNodeOptions,
  createNode,
  type DatagramFlow,
  type Node,
  simulatedWorld,
  systemClock,
  VirtualClock
} from 'kith'
import t, { type Test } from 'tap'
import { listen, Reception, talk } from '../../examples/voice.ts'
import { memoryCarrier } from '../support/memory-network.ts'
import { settle } from '../support/scenario/house.ts'

const PACKET_MS = 20
/** Talks that a busy machine may be too late for, before it is said to lose packets. */
const TRIES = 5

interface Heard {
  readonly reception: Reception
  readonly flow: DatagramFlow
  readonly ended: Promise<string>
}

async function nodeOf(t: Test, name: string, options: CreateNodeOptions = {}): Promise<Node> {
  const config = { name, listen: ['/ip4/127.0.0.1/tcp/0'], mdns: false }
  const node = await createNode({ config, ...options })
  t.teardown(() => node.stop())
  return node
}

/** Whoever talks to a node, one after the other. */
function hear(node: Node, clock = systemClock): Heard[] {
  const heard: Heard[] = []
  const begun = (reception: Reception, flow: DatagramFlow): void => {
    heard.push({ reception, flow, ended: new Promise((resolve) => flow.onEnd(resolve)) })
  }
  listen(node, begun, clock)
  return heard
}

/** A packet as it stands in the head of the example. */
function packet(seq: number, sent: number): Uint8Array {
  const bytes = Buffer.alloc(328)
  bytes.writeUInt32BE(seq, 0)
  bytes.writeUInt32BE(sent, 4)
  return bytes
}

t.test('what is lost, late and uneven is counted', async (t) => {
  const reception = new Reception()
  for (const [seq, sent, came] of [
    [0, 0, 1000],
    [1, 20, 1020],
    [3, 60, 1060],
    [2, 40, 1072],
    [5, 100, 1100]
  ] as const)
    reception.add(packet(seq, sent), came)
  reception.add(new Uint8Array(7), 1100)
  const { received, lost, outOfOrder, jitter } = reception
  t.strictSame({ received, lost, outOfOrder }, { received: 5, lost: 1, outOfOrder: 1 })
  // RFC 3550 section 6.4.1: transit times 1000, 1000, 1000, 1032, 1000.
  t.equal(jitter, (32 / 16) * (15 / 16) + 32 / 16)
})

t.test('in a time of its own each packet comes, and evenly', async (t) => {
  const clock = new VirtualClock()
  const world = (): CreateNodeOptions => ({ world: simulatedWorld({ clock }), carrier: memoryCarrier() })
  const [mouth, ear] = [await nodeOf(t, 'mouth', world()), await nodeOf(t, 'ear', world())]
  const heard = hear(ear, clock)
  const talked = talk(mouth, ear.addresses[0] ?? '', 75 * PACKET_MS, clock)
  while (heard.length === 0) {
    await clock.advance(1)
    await settle(1)
  }
  for (let n = 1; n <= 75; n++) {
    while ((heard[0]?.reception.received ?? 0) < n) await settle(1)
    await clock.advance(PACKET_MS)
  }
  t.equal(await talked, 'stream', 'there is no UDP in the memory of a process')
  t.equal(String(heard[0]?.reception), '75 received, 0 lost, 0 late, jitter 0.00 ms')
})

t.test('50 packets a second between two nodes over loopback', async (t) => {
  const [mouth, ear] = [await nodeOf(t, 'mouth'), await nodeOf(t, 'ear')]
  const heard = hear(ear)
  const reports: string[] = []
  // Real packets in real time: the system may drop one where the machine is busy. Then it is talked again.
  while (heard.length < TRIES && !reports.at(-1)?.startsWith('25 received, 0 lost')) {
    t.equal(await talk(mouth, ear.addresses[0] ?? '', 25 * PACKET_MS), 'udp')
    const last = heard.at(-1)
    t.equal(await last?.ended, 'closed-by-peer')
    t.match(last?.flow, { protocol: '/voice/pcm/v1', peer: mouth.peer }, 'the version that both speak')
    reports.push(String(last?.reception))
  }
  t.match(reports.at(-1), /^25 received, 0 lost, 0 late/)
  for (const line of reports) t.comment(line)
})
