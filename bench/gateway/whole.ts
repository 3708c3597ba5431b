/** A whole node with one sensor at 1 Hz and a home: a device that is restarted, or whose link is lost. */
import { devices } from '../../devices/index.ts'
import { chipModels } from '../../devices/models.ts'
import { systemClock } from '../../src/clock.ts'
import { parseConfig } from '../../src/config/load.ts'
import { simulatedWorld } from '../../src/hal/simulated/world.ts'
import { silentLog } from '../../src/log.ts'
import { type RunningNode, startNode } from '../../src/node/run-node.ts'
import { serve } from '../frame/serve.ts'
import { type Held, heldOf } from './held.ts'

const CONFIG = `
listen: []
mdns: false
accept: book
sensors: [{ type: tmp102, name: air, bus: i2c-1, address: 0x48, interval: 1s }]
`

let node: RunningNode | undefined

/** @param address of the gateway; where the book has it already, it stays @returns its PeerId */
async function start({
  home,
  address
}: {
  readonly home: string
  readonly address?: string
}): Promise<string> {
  const chips = [{ bus: 'i2c-1', address: 0x48, type: 'tmp102' }]
  node = await startNode({
    home,
    config: parseConfig(CONFIG, devices),
    world: simulatedWorld({ seed: home, clock: systemClock, chips, models: chipModels }),
    log: silentLog
  })
  if (address !== undefined) await node.operations.bookPut({ name: 'gateway', who: address })
  return node.peer
}

/** What it has measured and kept. */
function held(): Held {
  if (node === undefined) throw new Error('it is not started')
  return heldOf(node, node.peer)
}

serve({ start, held }, async () => await node?.stop())
