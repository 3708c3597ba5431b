import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { encodeGreeting } from '../../../src/protocol/datagram/control/frame.ts'
import { deriveKeys } from '../../../src/protocol/datagram/packet/key-schedule.ts'
import { PacketDecrypter, PacketEncrypter } from '../../../src/protocol/datagram/packet/packet.ts'
import type { TestControlStream } from './control-pair.ts'
import { DatagramWorld, multihashOf, type TestNode } from './world.ts'

/** A peer made by hand: it speaks HELLO to b, and knows the keys. */
export async function stranger(
  world: DatagramWorld,
  clock: VirtualClock,
  udpPort: number
): Promise<{
  stream: TestControlStream
  encrypt: (flow: number, payload: Buffer) => Buffer
  decrypt: (packet: Buffer) => Buffer | undefined
}> {
  const stream = world.open('s', 'b')
  const frames: Buffer[] = []
  stream.listen({ frame: (frame) => frames.push(frame), drain: () => {}, ended: () => {} })
  const secret = Buffer.alloc(32, 7)
  const hello = encodeGreeting('hello', { secret, cid: Buffer.alloc(8, 9), udpPort, maxPayload: 1168 })
  stream.send(hello.bytes)
  await clock.advance(10)
  const accept = frames[0] ?? Buffer.alloc(46)
  const keys = deriveKeys({
    initiator: multihashOf('s'),
    responder: multihashOf('b'),
    first: hello.bytes,
    second: accept,
    initiatorSecret: secret,
    responderSecret: accept.subarray(2, 34)
  })
  const encrypter = new PacketEncrypter(keys.initiatorToResponder, accept.subarray(34, 42))
  const decrypter = new PacketDecrypter(keys.responderToInitiator)
  return {
    stream,
    encrypt: (flow, payload) => Buffer.from(encrypter.encrypt(flow, payload)),
    decrypt: (packet) => decrypter.decrypt(packet)
  }
}

/** b, and a host s from which a stranger speaks. */
export async function strangerWorld(): Promise<{
  clock: VirtualClock
  world: DatagramWorld
  b: TestNode
  inject: (packet: Buffer, port?: number) => void
}> {
  const clock = new VirtualClock()
  const world = new DatagramWorld(clock)
  await world.node('s')
  const b = await world.node('b')
  const inject = (packet: Buffer, fromPort = 5000): void =>
    world.network.inject({ bytes: packet, from: '10.0.0.1', fromPort, to: '10.0.0.2', toPort: 4001 })
  return { clock, world, b, inject }
}
