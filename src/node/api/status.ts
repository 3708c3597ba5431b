import type { Connection } from '@libp2p/interface'
import { remoteHost } from '../../direct.ts'
import type { AutoDialer, Neighbour } from '../../peer/dialing/auto-dialer.ts'
import type { DistantPeer } from '../../protocol/neighbours/index.ts'
import type { PeerDirectory } from '../peers/directory.ts'
import type { LatestViews } from './latest-views.ts'
import type { PeerView, SensorView, SeriesView } from './operations.ts'

/** What is shown of a configured sensor besides its readings. */
export interface ConfiguredSensor {
  /** `interval` in milliseconds. */
  readonly config: { readonly name: string; readonly type: string; readonly interval: number }
  readonly place: string
}

/** Each configured sensor with the latest of its series. */
export function viewSensors(
  self: string,
  sensors: readonly ConfiguredSensor[],
  views: LatestViews
): SensorView[] {
  return sensors.map(({ config, place }) => {
    const series = views.views((parts) => parts.peer === self && parts.device === config.name)
    return {
      name: config.name,
      type: config.type,
      place,
      interval: config.interval / 1000,
      state: worst(series),
      series
    }
  })
}

/** The worst state of its series. */
function worst(series: readonly SeriesView[]): SensorView['state'] {
  for (const state of ['fault', 'stale', 'value'] as const)
    if (series.some((one) => one.state === state)) return state
  return 'waiting'
}

export interface PeerFacts {
  readonly autoDialer: AutoDialer
  readonly directory: PeerDirectory
  /** PeerIds of the book, near or not. */
  readonly book: readonly string[]
  /** Peers that neighbours see. */
  readonly distant: readonly DistantPeer[]
  readonly protocolsOf: (peer: string) => readonly string[]
  readonly hopsOf: HopsOf
  /** Clock.monotonic(). */
  readonly now: number
}

/** The peers that carry a connection, in order; undefined where it is no circuit through neighbours. */
export type HopsOf = (connection: Connection) => readonly string[] | undefined

/** All peers that are near, in the book or seen by neighbours, connected ones first. */
export function viewPeers(facts: PeerFacts): PeerView[] {
  const { autoDialer, directory, book, distant, protocolsOf, hopsOf, now } = facts
  const near = new Map<string, Neighbour>(autoDialer.neighbours().map((one) => [one.peer, one]))
  const beyond = new Map(distant.map((one) => [one.peer, one]))
  const peers = [...new Set([...near.keys(), ...book, ...beyond.keys()])]
  const views = peers.map((peer) => {
    const connection = autoDialer.connection(peer)
    const via = connection === undefined ? beyond.get(peer) : undefined
    const seenAt = via?.heardAt ?? near.get(peer)?.seenAt
    return {
      peer,
      name: directory.nameOf(peer),
      inBook: directory.isInBook(peer),
      purposes: directory.purposesOf(peer),
      protocols: [...protocolsOf(peer)],
      path: via === undefined ? pathOf(connection, directory, hopsOf) : viaPath(via.path, directory),
      rtt: connection?.rtt ?? null,
      seen: connection !== undefined ? 0 : seenAt === undefined ? null : (now - seenAt) / 1000,
      connected: connection !== undefined
    }
  })
  return views.sort(
    (a, b) =>
      Number(b.connected) - Number(a.connected) ||
      (directory.labelOf(a.peer) < directory.labelOf(b.peer) ? -1 : 1)
  )
}

function viaPath(hops: readonly string[], directory: PeerDirectory): PeerView['path'] {
  const names = hops.map((hop) => directory.labelOf(hop))
  return { kind: 'via', text: `via ${names.join(', ')}`, hops: [...hops] }
}

/** With what is left of the circuit. */
function relayText(relay: string, { limits: { bytes, seconds } = {} }: Connection): string {
  if (bytes !== undefined) return `relay ${relay}, ${Math.floor(Number(bytes) / 1024)} KiB left`
  return seconds === undefined ? `relay ${relay}` : `relay ${relay}, ${seconds} s left`
}

/** Whether a connection is direct, or which neighbours or relay carry it. */
export function pathOf(
  connection: Connection | undefined,
  directory: PeerDirectory,
  hopsOf: HopsOf
): PeerView['path'] {
  if (connection === undefined) return { kind: 'none', text: 'not connected' }
  const hops = hopsOf(connection)
  if (hops !== undefined) return viaPath(hops, directory)
  const address = connection.remoteAddr.toString()
  const relay = /\/p2p\/([^/]+)\/p2p-circuit/.exec(address)?.[1]
  if (relay !== undefined)
    return { kind: 'relay', text: relayText(directory.labelOf(relay), connection), address, via: relay }
  return { kind: 'direct', text: `direct ${remoteHost(connection) ?? ''}`.trimEnd(), address }
}
