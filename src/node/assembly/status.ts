import { defined } from '../../defined.ts'
import type { Datagrams } from '../../protocol/datagram/index.ts'
import type { LatestViews } from '../api/latest-views.ts'
import type { Status } from '../api/operations.ts'
import { viewSensors } from '../api/status.ts'
import { isOurs } from '../network/peer-protocols.ts'
import { peerOf } from '../peers/relay-way.ts'
import type { Components } from './components.ts'

/** Returns what answers `status`; the uptime counts from this call. */
export function createStatus(components: Components, views: LatestViews): () => Status {
  const { init, live, transports, timekeeper, storage, sensing } = components
  const { world, identity, home, version } = init
  const { network, own } = transports
  const { clock } = world
  const startedAt = clock.monotonic()
  return () => {
    const clockStatus = timekeeper.status()
    return {
      peer: identity.peer,
      name: live.current.name,
      version,
      world: world.kind,
      home: home?.path ?? null,
      pid: process.pid,
      uptime: (clock.monotonic() - startedAt) / 1000,
      addresses: [...own.allWithPeer().map(String), ...circuitAddresses(components)],
      purposes: live.current.purposes,
      protocols: network.getProtocols().filter(isOurs),
      sensors: viewSensors(identity.peer, sensing.sensors.all, views),
      peers: network.getPeers().length,
      memory: memory(),
      history: storage.history.status(),
      time: { ...clockStatus, now: (clock.now() + clockStatus.offset) / 1000 },
      run: sensing.author().run,
      counters: countersOf(components),
      ...defined({
        config: live.status,
        relays: relaysOf(components),
        dht: components.dht?.status,
        sharedKeys: sharedKeysOf(components)
      })
    }
  }
}

/** Of the reservations that are held; only this machine is told. */
function circuitAddresses({ relays, init: { identity } }: Components): string[] {
  const held = relays.own.filter((relay) => relays.reservations().get(peerOf(relay))?.held)
  return held.map((relay) => `${relay}/p2p-circuit/p2p/${identity.peer}`)
}

function relaysOf({ relays, peers: { directory } }: Components): Status['relays'] | undefined {
  if (relays.own.length === 0) return undefined
  return relays.own.map((address) => {
    const peer = peerOf(address)
    const { held = false, why } = relays.reservations().get(peer) ?? {}
    return { peer, who: directory.labelOf(peer), held, ...defined({ why }) }
  })
}

function sharedKeysOf({
  peerLookup: { sharedKeys },
  peers: { directory }
}: Components): Status['sharedKeys'] | undefined {
  const all = sharedKeys.all()
  if (all.length === 0) return undefined
  return all.map(({ peer, addresses }) => ({ peer, who: directory.labelOf(peer), addresses: [...addresses] }))
}

function memory(): Status['memory'] {
  const { rss, heapUsed, heapTotal } = process.memoryUsage()
  return { rss, heapUsed, heapTotal }
}

/** Counters by room and reason: gossip.accept, datagram.dropped-forged … All are monotonic, except query.sessions, via.circuits, via.held, via.ends, relay.ends, relay.serve-reservations, relay.serve-circuits, dht.heard and dht.roles. */
function countersOf({
  publishing: { gossip },
  storage: { hub },
  server,
  neighbours,
  via,
  addresses,
  manage,
  pairing,
  relays,
  dht,
  rules,
  peers: { access },
  transports: { datagrams }
}: Pick<
  Components,
  | 'publishing'
  | 'storage'
  | 'server'
  | 'neighbours'
  | 'via'
  | 'addresses'
  | 'manage'
  | 'pairing'
  | 'relays'
  | 'dht'
  | 'rules'
  | 'peers'
  | 'transports'
>): Record<string, number> {
  return Object.fromEntries([
    ...named('gossip', gossip.counters()),
    ...named('journal', hub.counters),
    ...named('neighbours', neighbours.counters),
    ...named('via', via.counters),
    ...named('addresses', addresses.counters),
    ...named('manage', manage.counters),
    ...named('pairing', pairing.counters),
    ...named('relay', relays.counters()),
    ...named('dht', dht?.counters ?? {}),
    ...named('access', access.counters),
    ...named('rules', rules.counters),
    ...named('query', { ...server.counters, sessions: server.sessions }),
    ...(datagrams === undefined ? [] : datagramCounters(datagrams))
  ])
}

function named(room: string, counts: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(counts).map(([name, count]) => [`${room}.${name}`, count])
}

/** Packets by carrier, and dropped packets by reason. */
function datagramCounters(datagrams: Datagrams): [string, number][] {
  const { traffic, drops } = datagrams.status()
  const { sentUdp, sentStream, receivedUdp, receivedStream } = traffic
  return named('datagram', {
    'sent-udp': sentUdp,
    'sent-stream': sentStream,
    'received-udp': receivedUdp,
    'received-stream': receivedStream,
    ...Object.fromEntries(Object.entries(drops).map(([reason, count]) => [`dropped-${reason}`, count]))
  })
}
