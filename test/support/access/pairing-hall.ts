import type { Connection } from '@libp2p/interface'
import type { Test } from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { defaultsOf } from '../../../src/limits.ts'
import { silentLog } from '../../../src/log.ts'
import type { Network } from '../../../src/node/network/create-network.ts'
import { PAIR_PROTOCOL } from '../../../src/protocol/pair/constants.ts'
import {
  type PairEvent,
  type Pairing,
  type Proved,
  type ProvedBy,
  pair,
  proveCode
} from '../../../src/protocol/pair/index.ts'
import { pairLimits } from '../../../src/protocol/pair/limits.ts'
import { memoryNetwork } from '../memory-network.ts'

export const limits = defaultsOf(pairLimits)
export const signal = AbortSignal.timeout(60_000)

/** A node that opens codes, and what it wrote into its book. */
export interface Hall {
  readonly network: Network
  readonly pairing: Pairing
  readonly clock: VirtualClock
  readonly book: ProvedBy[]
  readonly events: PairEvent[]
  readonly denied: Set<string>
  /** Set to make its book fail. */
  broken: boolean
  /** Done before the entry is made, and while it is written. */
  before: () => Promise<void>
  during: () => Promise<void>
  open(may?: readonly string[]): Promise<string>
}

export async function hallOf(t: Test, name = 'hall'): Promise<Hall> {
  const network = await networkOf(t)
  const clock = new VirtualClock()
  const book: ProvedBy[] = []
  const events: PairEvent[] = []
  const denied = new Set<string>()
  const pairing = pair({ limits, self: network.peerId.toString(), name: () => name })({
    network,
    clock,
    log: silentLog,
    denies: (peer) => denied.has(peer)
  })
  const proved = async (by: ProvedBy, checkOpen: () => void): Promise<string> => {
    await hall.before()
    checkOpen()
    await hall.during()
    if (hall.broken) throw new Error('no space left on the disk')
    book.push(by)
    return by.name ?? by.peer
  }
  const hall: Hall = {
    network,
    pairing,
    clock,
    book,
    events,
    denied,
    broken: false,
    before: async () => {},
    during: async () => {},
    open: async (may = ['own']) =>
      (await pairing.open({ may, proved, onEvent: (event) => events.push(event) })).code
  }
  return hall
}

export async function networkOf(t: Test): Promise<Network> {
  const network = await memoryNetwork()
  t.teardown(() => network.stop())
  return network
}

export interface Try {
  readonly clock: VirtualClock
  readonly name?: string
  /** What this side does with what is proved. */
  readonly proved?: (told: Proved) => Promise<void>
}

/** Proves a code over a connection. @returns what the other side proved, or the code of the error */
export async function prove(
  network: Network,
  connection: Connection,
  code: string,
  { clock, name, proved = async () => {} }: Try
): Promise<Proved | string> {
  let told: Proved | undefined
  try {
    await proveCode(
      connection,
      {
        clock,
        deadline: limits.deadline,
        self: network.peerId.toString(),
        name,
        code,
        who: 'hall',
        async proved(one) {
          await proved(one)
          told = one
        }
      },
      signal
    )
  } catch (error) {
    return `${(error as { code?: string }).code}`
  }
  return told ?? 'nothing'
}

/** Another code of the same alphabet. */
export function wrongOf(code: string): string {
  return `${code[0] === '0' ? '1' : '0'}${code.slice(1)}`
}

export const speaks = ({ network }: Hall): boolean => network.getProtocols().includes(PAIR_PROTOCOL)

export async function dial(from: Network, to: Network): Promise<Connection> {
  return await from.dial(to.getMultiaddrs())
}

/** Lets streams in memory do their work, without time passing. */
export async function settle({ clock }: Pick<Hall, 'clock'>): Promise<void> {
  for (let i = 0; i < 50; i++) {
    await new Promise(setImmediate)
    await clock.advance(0)
  }
}
