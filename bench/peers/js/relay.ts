/** Either end of a circuit of js-libp2p with its defaults, or the relay, which sets no limit; ordered by messages. */
import { circuitRelayServer, circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { identify } from '@libp2p/identify'
import type { Connection } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { type RelayOrder, type RelayPeerOptions, TRANSFERRED } from '../../via/relay.ts'
import { roundTrips, serveEcho, serveTransfer, transfer } from '../../via/traffic.ts'

const CIRCUIT = '/p2p-circuit'

const { isRelay = false, at }: RelayPeerOptions = JSON.parse(process.argv[2] ?? '{}')
const network = await createLibp2p({
  addresses: { listen: ['/ip4/0.0.0.0/tcp/4001', ...(at === undefined ? [] : [`${at}${CIRCUIT}`])] },
  transports: [tcp(), circuitRelayTransport()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  services: {
    identify: identify(),
    ...(isRelay ? { relay: circuitRelayServer({ reservations: { applyDefaultLimit: false } }) } : {})
  }
})
let relay = ''
let connection: Connection | undefined

await serveEcho(network)
await serveTransfer(network, TRANSFERRED)

async function reserved(): Promise<void> {
  while (!network.getMultiaddrs().some((one) => String(one).includes(CIRCUIT)))
    await new Promise((resolve) => setTimeout(resolve, 50))
}

function standing(): Connection {
  if (connection === undefined) throw new Error('there is no connection')
  return connection
}

async function carryOut(order: RelayOrder): Promise<unknown> {
  switch (order.op) {
    case 'meet':
      relay = order.address ?? ''
      return undefined
    case 'reserved':
      return await reserved()
    case 'open': {
      const isDirect = relay.endsWith(order.peer)
      connection = await network.dial(multiaddr(isDirect ? relay : `${relay}${CIRCUIT}/p2p/${order.peer}`))
      return !isDirect
    }
    case 'read':
      throw new Error('it has no sensors')
    case 'echo':
      return await roundTrips(standing(), order.count)
    case 'transfer':
      return await transfer(standing(), TRANSFERRED)
    case 'close':
      return standing().abort(new Error('measured'))
  }
}

process.on('message', (order: RelayOrder) => {
  carryOut(order).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: String(error) })
  )
})
process.on('disconnect', () => process.exit())
process.send?.({ peer: network.peerId.toString() })
