import type { Connection } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { isDirect, remoteHost, remoteSource } from '../../../direct.ts'
import type { Report } from '../../../peer/dialing/way.ts'
import { directConnection } from '../../../protocol/circuit/components.ts'
import { Status } from '../../../protocol/relay/constants.ts'
import type { Relay, RelayInit } from '../../../protocol/relay/index.ts'
import { peerOf, RelayWay } from '../../peers/relay-way.ts'
import type { Components, Relays } from '../components.ts'
import { randomFloat } from '../random.ts'

type Needs = Pick<Components, 'init' | 'transports' | 'peers'>

/**
 * Relays: loaded at the start where the configuration names some or serves as one, else with the first search for a
 * peer of which the book names some. A node for one command opens circuits, and neither reserves nor serves.
 */
export function createRelays(components: Needs): Relays {
  const { init, peers } = components
  const { config, identity, shortLived } = init
  const own = shortLived ? [] : config.relays.filter((relay) => peerOf(relay) !== identity.peer)
  const isWanted = own.length > 0 || (!shortLived && config.relay.serve !== 'off')
  const dialRelay = relayDialer(components)
  let loaded: Relay | undefined
  let loading: Promise<Relay> | undefined
  const load = async (): Promise<Relay> => {
    loading ??= startRelay(components, own, dialRelay)
    loaded = await loading
    return loaded
  }
  peers.paths.add(
    new RelayWay({
      relaysOf: (peer) => peers.book.ofPeer(peer)?.relays ?? [],
      async open(relay, peer, signal, report) {
        const service = await load()
        await dialRelay(relay, signal, report)
        return await service.open(peerOf(relay), peer, signal)
      },
      hasNoReservation: (error) =>
        error instanceof Error && 'status' in error && error.status === Status.noReservation,
      labelOf: (peer) => peers.directory.labelOf(peer)
    })
  )
  return {
    own,
    counters: () => loaded?.counters ?? {},
    reservations: () => loaded?.reservations() ?? new Map(),
    startable: {
      name: 'relays',
      async start() {
        if (isWanted) await load()
      },
      stop: async () => (await loading)?.stop()
    }
  }
}

async function startRelay(components: Needs, own: readonly string[], dialRelay: DialRelay): Promise<Relay> {
  const { relay } = await import('../../../protocol/relay/index.ts')
  const {
    init: { config, world, log },
    transports: { network },
    peers: { directory, access }
  } = components
  const service = relay({
    limits: config.limits.relay,
    relays: own.map(peerOf),
    connect: (peer, signal) => dialRelay(own.find((one) => peerOf(one) === peer) ?? '', signal),
    labelOf: (peer) => directory.labelOf(peer),
    accepts: (peer) => access.hasRights({ peer, host: undefined, direct: false }),
    server: serverOf(components)
  })({
    network,
    upgrader: network.services.components.upgrader,
    clock: world.clock,
    log,
    random: () => randomFloat(world)
  })
  await service.start()
  return service
}

/** Far from here, only the book is answered. */
function isKnown({ peers: { admission } }: Needs, peer: string): boolean {
  return admission.answers({ peer, host: undefined, direct: false })
}

function serverOf(components: Needs): RelayInit['server'] {
  const {
    init: { config, identity, shortLived },
    transports: { own },
    peers: { admission, inBook }
  } = components
  const { serve } = config.relay
  if (shortLived || serve === 'off') return undefined
  const peerAt = ({ remotePeer }: Connection): string => remotePeer.toString()
  return {
    serves: {
      book: (connection: Connection) => isKnown(components, peerAt(connection)),
      near: (connection: Connection) =>
        admission.answers({
          peer: peerAt(connection),
          host: remoteHost(connection),
          direct: isDirect(connection)
        }),
      anyone: (connection: Connection) => !admission.denies(peerAt(connection))
    }[serve],
    inBook,
    sourceOf: remoteSource,
    addressesFor: (connection: Connection) =>
      own
        .forCaller({ direct: isDirect(connection), host: remoteHost(connection) })
        .map((address) => address.encapsulate(`/p2p/${identity.peer}`).bytes)
  }
}

type DialRelay = (relay: string, signal: AbortSignal, report?: Report) => Promise<Connection>

/** The direct connection to a relay; it is dialled once at a time, however many wait for it. */
function relayDialer({ transports: { network }, peers }: Needs): DialRelay {
  return async (relay, signal, report) => {
    const peer = peerOf(relay)
    return directConnection(network, peer) ?? (await peers.dial(peer, [multiaddr(relay)], signal, report))
  }
}
