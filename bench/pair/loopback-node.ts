import { devices } from '../../devices/index.ts'
import { chipModels } from '../../devices/models.ts'
import { systemClock } from '../../src/clock.ts'
import { parseConfig } from '../../src/config/load.ts'
import { LinuxDatagramSockets } from '../../src/hal/linux/datagram-socket.ts'
import { simulatedWorld } from '../../src/hal/simulated/world.ts'
import { silentLog } from '../../src/log.ts'
import { type RunningNode, startNode } from '../../src/node/run-node.ts'
import { ephemeralIdentity, type Identity } from '../../src/peer/identity/identity.ts'

/** No rate limit is measured. */
const CONFIG = `
listen: [/ip4/127.0.0.1/tcp/0]
mdns: false
accept: anyone
sensors: [{ type: tmp102, name: air, bus: i2c-1, address: 0x48, interval: 1s }]
datagrams: { onLinkRate: { perSecond: 100000, burst: 10000 } }
limits:
  query: { rate: 100000, burst: 100000 }
  gossip: { sourceRate: 100000, sourceBurst: 100000, authorRate: 100000, authorBurst: 100000 }
`

/** A whole node in this process, over TCP on loopback, with one sensor: the thermometer `air`. */
export async function loopbackNode(name: string, identity?: Identity): Promise<RunningNode> {
  const chips = [{ bus: 'i2c-1', address: 0x48, type: 'tmp102' }]
  return await startNode({
    config: parseConfig(`name: ${name}\n${CONFIG}`, devices),
    world: simulatedWorld({
      seed: name,
      clock: systemClock,
      chips,
      models: chipModels,
      datagrams: new LinuxDatagramSockets()
    }),
    log: silentLog,
    identity: identity ?? (await ephemeralIdentity())
  })
}
