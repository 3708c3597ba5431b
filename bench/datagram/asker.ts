import { systemClock } from '../../src/clock.ts'
import { DatagramExchange } from '../../src/protocol/datagram/index.ts'
import type { RealNode } from '../../test/support/datagram/libp2p.ts'
import { ECHO_PROTOCOL, PAYLOAD } from './setting.ts'

/** Sends requests to a connected peer, once the UDP path is validated. */
export async function askDatagram(node: RealNode, peer: string): Promise<() => Promise<unknown>> {
  const exchange = new DatagramExchange({
    clock: systemClock,
    read: ([id = 0]) => ({ id }),
    pending: 8,
    deadline: 5000
  })
  const flow = await node.datagrams.open(peer, [ECHO_PROTOCOL], {
    receive: (bytes) => exchange.receive(bytes)
  })
  const request = Buffer.alloc(PAYLOAD, 1)
  while (flow.carrier !== 'udp') {
    await exchange.ask(flow, 1, request)
    await systemClock.sleep(10)
  }
  return () => exchange.ask(flow, 1, request)
}
