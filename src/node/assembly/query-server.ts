import { type QueryServer, queryServer } from '../../protocol/query/index.ts'
import type { Reading } from '../../reading/reading.ts'
import { sameRun } from '../../reading/run.ts'
import type { PackOptions } from '../../reading/signed/pack.ts'
import { ReadPolicy } from '../readings/read-policy.ts'
import type { Components } from './components.ts'
import { switchOps } from './outputs/switches.ts'
import { ownSeries } from './own-catalogue.ts'

type Needs = Pick<
  Components,
  | 'init'
  | 'protocols'
  | 'transports'
  | 'peers'
  | 'timekeeper'
  | 'storage'
  | 'publishing'
  | 'sensing'
  | 'switches'
>

/** Answers queries of other peers, by stream and by datagram. */
export function createQueryServer(components: Needs): QueryServer {
  const { init, protocols, transports, peers, timekeeper, storage, publishing } = components
  const { config, world, log, identity } = init
  const { catalogues, access, admission, forwarding } = peers
  const self = identity.peer
  const policy = new ReadPolicy({
    self,
    access,
    isKnown: (caller) => admission.answers(caller),
    own: () => ownSeries(components).map((name) => name.slice(self.length + 1)),
    isPrivateElsewhere: (author, series) => catalogues.isPrivate(author, series),
    shows: (author, asker) => forwarding.shows(author, asker)
  })
  return queryServer({ limits: config.limits.query })({
    network: transports.network,
    datagrams: transports.datagrams,
    self,
    clock: world.clock,
    log,
    registry: protocols.registry,
    latest: storage.hub,
    history: storage.history,
    catalogues: {
      sealed(author, caller) {
        if (author === self) return publishing.cataloguePublisher.current(policy.viewFor(caller))
        return policy.mayLearnOf(caller, author) ? catalogues.get(author)?.bytes : undefined
      },
      series: (author) =>
        author === self
          ? ownSeries(components)
          : (catalogues.mostComplete(author)?.catalogue.series.map(({ name }) => name) ?? [])
    },
    admission: access,
    mayRead: (caller, series) => policy.mayRead(caller, series),
    reseal: (sealed, readings) =>
      storage.sealer.pack(sealed.topic, readings, sealedNow(components, readings)),
    onAccessChange: (listener) => access.onChange(listener),
    more: switchOps(components),
    clockStatus: () => timekeeper.status(),
    callerOf: ({ remotePeer }) => {
      const peer = remotePeer.toString()
      return peers.callerOf(peer) ?? { peer, host: undefined, direct: false }
    }
  })
}

/** The age of readings of unknown time counts from the sealing; that of an earlier run is known to nobody. */
function sealedNow({ init: { world }, sensing }: Needs, readings: readonly Reading[]): PackOptions {
  const { run, runStarted } = sensing.author()
  const isOfThisRun = readings.every(({ position }) => sameRun(position, run))
  return isOfThisRun ? { sealedMono: Math.round(world.clock.monotonic() - runStarted) } : {}
}
