/**
 * Voice: 50 packets a second by datagram, with a protocol of this example's own, and how evenly they come.
 *
 *     node examples/voice.ts                    listens, and prints its address
 *     node examples/voice.ts /ip4/…/p2p/12D3…   talks to it for ten seconds
 *
 * A packet: seq u32 | sent u32, the talker's milliseconds | 320 bytes, 20 ms of sound at 8 kHz in 16 bits.
 */
import { type Carrier, type Clock, createNode, type DatagramFlow, type Node, systemClock } from 'kith'

/** Newest first; the one that the other side handles is chosen. */
export const VOICE_PROTOCOLS = ['/voice/pcm/v2', '/voice/pcm/v1']

const PACKET_MS = 20
const HEADER = 8
const SOUND = 320

/** How the packets of one talker came. */
export class Reception {
  received = 0
  outOfOrder = 0
  /** Milliseconds by which the spacing varies, smoothed (RFC 3550 section 6.4.1). */
  jitter = 0
  #newest = -1
  #transit: number | undefined

  get lost(): number {
    return this.#newest + 1 - this.received
  }

  /** @param now milliseconds of whatever clock, always the same one */
  add(bytes: Uint8Array, now: number): void {
    const packet = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    if (packet.length < HEADER) return
    const seq = packet.readUInt32BE(0)
    const transit = now - packet.readUInt32BE(4)
    if (this.#transit !== undefined) this.jitter += (Math.abs(transit - this.#transit) - this.jitter) / 16
    this.#transit = transit
    this.received++
    if (seq < this.#newest) this.outOfOrder++
    this.#newest = Math.max(this.#newest, seq)
  }

  toString(): string {
    const { received, lost, outOfOrder, jitter } = this
    return `${received} received, ${lost} lost, ${outOfOrder} late, jitter ${jitter.toFixed(2)} ms`
  }
}

/** Accepts every peer. */
export function listen(
  node: Node,
  begun: (reception: Reception, flow: DatagramFlow) => void,
  clock: Clock = systemClock
): void {
  node.datagrams.handle('/voice/pcm/v1', (flow) => {
    const reception = new Reception()
    begun(reception, flow)
    return (bytes) => reception.add(bytes, clock.monotonic())
  })
}

/** Talks for so many milliseconds. @returns what carried the last packet */
export async function talk(
  node: Node,
  who: string,
  ms: number,
  clock: Clock = systemClock
): Promise<Carrier> {
  const flow = await node.datagrams.open(who, VOICE_PROTOCOLS, { receive: () => {} })
  flow.onCarrier((carrier) => console.log(`now by ${carrier}`))
  const packet = Buffer.alloc(HEADER + SOUND)
  const began = clock.monotonic()
  for (let seq = 0; seq * PACKET_MS < ms; seq++) {
    // By the clock, not by the last packet: a late one must not delay the others.
    await clock.sleep(Math.max(0, began + seq * PACKET_MS - clock.monotonic()))
    packet.writeUInt32BE(seq, 0)
    packet.writeUInt32BE(Math.round(clock.monotonic() - began), 4)
    flow.send(packet)
  }
  const { carrier } = flow
  flow.close()
  return carrier
}

if (import.meta.main) {
  const [who] = process.argv.slice(2)
  const node = await createNode({ config: { name: 'voice', listen: ['/ip4/0.0.0.0/tcp/0'] } })
  if (who === undefined) {
    console.log(node.addresses.join('\n'))
    listen(node, (reception, flow) => {
      console.log(`${flow.peer} begins to talk`)
      flow.onEnd((reason) => console.log(`${reception}; ${reason}`))
    })
  } else {
    console.log(`the last packet went by ${await talk(node, who, 10_000)}`)
    await node.stop()
  }
}
