import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Libp2p } from '@libp2p/interface'
import type { Clock } from '../../clock.ts'
import type { NodeConfig } from '../../config/schema.ts'
import type { Log } from '../../log.ts'
import { LastGoodAddresses } from '../../peer/book/last-good.ts'
import type { AutoDialer } from '../../peer/dialing/auto-dialer.ts'
import type { Home } from '../../peer/identity/home.ts'
import { writeAtomic } from '../../write-atomic.ts'

/** Beside book.yaml: PeerIds with addresses, as JSON. */
const FILE = 'last-good.json'
/** Bytes: 65,536 peers would have 4 short addresses each. */
const MAX_BYTES = 16 * 1024 * 1024

export interface LastGoodPlace {
  readonly home: Home | undefined
  readonly readOnlyHome: string | undefined
  readonly shortLived: boolean
  readonly config: NodeConfig
  readonly clock: Clock
  readonly log: Log
  readonly libp2p: Libp2p
  readonly inBook: (peer: string) => boolean
  readonly autoDialer: AutoDialer
}

/** Those of a home; a node for one command reads them only. Undefined without a home. */
export function lastGoodOf(place: LastGoodPlace): LastGoodAddresses | undefined {
  const { home, readOnlyHome, shortLived, config, autoDialer } = place
  const path = home?.file(FILE) ?? (readOnlyHome === undefined ? undefined : join(readOnlyHome, FILE))
  if (path === undefined) return undefined
  const isWritable = home !== undefined && !home.readOnly && !shortLived
  return new LastGoodAddresses({
    ...place,
    limits: config.limits.lastGood,
    read: () => readText(path),
    write: isWritable ? (text) => writeAtomic(path, text) : undefined,
    recalled: (peer, addresses) => autoDialer.remember(peer, addresses)
  })
}

async function readText(path: string): Promise<string | undefined> {
  try {
    const { size } = await stat(path)
    if (size > MAX_BYTES) throw new Error(`${path} has ${size} bytes, more than ${MAX_BYTES}`)
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
