import type { Datagrams } from '../../protocol/datagram/index.ts'
import type { On } from './components.ts'

/** Everything that is counted, by room and reason: gossip.accept, datagram.forged … All of them only rise, but query.sessions. */
export function countersOf({
  voice: { gossip },
  storage: { hub },
  server,
  links: { datagrams }
}: On<'voice' | 'storage' | 'server' | 'links'>): Record<string, number> {
  return Object.fromEntries([
    ...named('gossip', gossip.counters()),
    ...named('journal', hub.counters),
    ...named('query', { ...server.counters, sessions: server.sessions }),
    ...(datagrams === undefined ? [] : datagramCounters(datagrams))
  ])
}

function named(room: string, counts: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(counts).map(([name, count]) => [`${room}.${name}`, count])
}

/** What went by which carrier, and what was dropped for which reason. */
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
