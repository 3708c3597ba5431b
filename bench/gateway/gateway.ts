/** The gateway that is measured: a whole node with a home, which stores what all devices of its book publish. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { devices } from '../../devices/index.ts'
import { chipModels } from '../../devices/models.ts'
import { systemClock } from '../../src/clock.ts'
import { parseConfig } from '../../src/config/load.ts'
import { LinuxProcessMemory } from '../../src/hal/linux/process-memory.ts'
import { simulatedWorld } from '../../src/hal/simulated/world.ts'
import { silentLog } from '../../src/log.ts'
import { type RunningNode, startNode } from '../../src/node/run-node.ts'
import { DEVICE } from '../frame/made-up-packs.ts'
import { now } from '../frame/now.ts'
import { written } from '../frame/proc.ts'
import { serve } from '../frame/serve.ts'
import { type Held, heldOf } from './held.ts'

let home = ''
let sizeAtStart = 0
let writtenAtStart = 0
let node: RunningNode | undefined
/** When each reading of a device was verified and in the hub (now.ts), by author and number. */
const came = new Map<string, number[]>()

async function start({ config, ...rest }: { home: string; config: string }): Promise<string> {
  home = rest.home
  node = await startNode({
    home,
    config: parseConfig(config, devices),
    world: simulatedWorld({
      seed: 'gateway',
      clock: systemClock,
      chips: [],
      models: chipModels,
      // As in kith run: memory is given back.
      memory: new LinuxProcessMemory()
    }),
    log: silentLog
  })
  node.assembled.storage.hub.subscribe({
    match: ({ device }) => device === DEVICE,
    onSealed: ({ sealed, fresh }) => {
      const moment = now()
      const list = came.get(sealed.author) ?? []
      came.set(sealed.author, list)
      for (const { position } of fresh) list[position.seq] = moment
    }
  })
  sizeAtStart = statSync(join(home, 'history.sqlite'), { throwIfNoEntry: false })?.size ?? 0
  writtenAtStart = written().disk
  const [address = ''] = node.addresses
  return address
}

export interface Usage {
  /** Milliseconds of processor time since the start. */
  readonly cpu: number
}

function usage(): Usage {
  const { user, system } = process.cpuUsage()
  return { cpu: (user + system) / 1000 }
}

function arrived(): Record<string, (number | null)[]> {
  return Object.fromEntries(
    Array.from(came, ([author, list]) => [author, Array.from(list, (one) => one ?? null)])
  )
}

export interface Ended {
  /** Of the history, since the start. */
  readonly readings: number
  /** Bytes written to the disk since then, the last flush included, and bytes of the file. */
  readonly disk: number
  readonly kept: number
}

/** Stops the node, and returns what the disk has of it. */
async function end(): Promise<Ended> {
  if (node === undefined) throw new Error('it is not started')
  const { history } = await node.operations.status()
  await node.stop()
  const kept = statSync(join(home, 'history.sqlite')).size - sizeAtStart
  return { readings: history.readings, disk: written().disk - writtenAtStart, kept }
}

/** Takes a peer into its book as a device. */
async function befriend({ name, peer }: { readonly name: string; readonly peer: string }): Promise<void> {
  await node?.operations.bookPut({ name, who: peer, purposes: ['device'] })
}

function held({ author }: { readonly author: string }): Held {
  if (node === undefined) throw new Error('it is not started')
  return heldOf(node, author)
}

serve({ start, befriend, held, end, usage, arrived }, async () => await node?.stop())
