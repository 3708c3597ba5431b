import type { LatestViews } from '../api/latest-views.ts'
import type { Status } from '../api/operations.ts'
import { viewSensors } from '../api/status.ts'
import { isOurs } from '../network/peer-protocols.ts'
import type { Layers } from './components.ts'
import { countersOf } from './counters.ts'

/** How the node is, whenever it is asked; its uptime counts from now. */
export function statusTeller(made: Layers, views: LatestViews): () => Status {
  const { init, links, timekeeper, storage, measuring } = made
  const { config, world, identity, home, version } = init
  const { network } = links
  const { clock } = world
  const startedAt = clock.monotonic()
  return () => {
    const belief = timekeeper.belief()
    return {
      peer: identity.peer,
      name: config.name,
      version,
      world: world.kind,
      home: home?.path ?? null,
      pid: process.pid,
      uptime: (clock.monotonic() - startedAt) / 1000,
      addresses: network.getMultiaddrs().map(String),
      purposes: config.purposes,
      protocols: network.getProtocols().filter(isOurs),
      sensors: viewSensors(identity.peer, measuring.sensors, views),
      peers: network.getPeers().length,
      memory: memory(),
      history: storage.history.status(),
      time: { ...belief, now: (clock.now() + belief.offset) / 1000 },
      run: measuring.author().run,
      counters: countersOf(made)
    }
  }
}

function memory(): Status['memory'] {
  const { rss, heapUsed, heapTotal } = process.memoryUsage()
  return { rss, heapUsed, heapTotal }
}
