import { Admission, type Caller } from '../../peer/admission.ts'
import type { AddressBook } from '../../peer/book/book.ts'
import { Neighbourhood } from '../../peer/dialing/auto-dialer.ts'
import { MetaTable, type SealedMeta } from '../../protocol/gossip/catalogue-table.ts'
import { remoteHost } from '../network/create-network.ts'
import { openBook } from '../peers/book-file.ts'
import { Directory, type Told } from '../peers/directory.ts'
import { Keeper } from '../peers/store-policy.ts'
import type { On } from './components.ts'
import { uniform } from './random.ts'

/** Whom we know: by the book, by sight, by what they tell of themselves; and what each of them may. */
export interface Society {
  readonly book: AddressBook
  readonly inBook: (peer: string) => boolean
  readonly neighbourhood: Neighbourhood
  readonly metas: MetaTable
  /** Tells of each catalogue that tells something new, until the returned function is called. */
  readonly onMeta: (listener: MetaListener) => () => void
  readonly directory: Directory
  /** Who is connected under that PeerId, as far as admission heeds it. */
  readonly callerOf: (peer: string) => Caller | undefined
  readonly admission: Admission
  readonly keeper: Keeper
}

type MetaListener = (sealed: SealedMeta) => void

export async function createSociety({ init, links }: On<'init' | 'links'>): Promise<Society> {
  const { config, home, visited, identity } = init
  const book = await openBook(home, visited, config)
  const inBook = (peer: string): boolean => book.ofPeer(peer) !== undefined
  const neighbourhood = createNeighbourhood({ init, links }, inBook)
  const callerOf = (peer: string): Caller | undefined => {
    const connection = neighbourhood.connection(peer)
    return connection && { peer, host: remoteHost(connection), direct: connection.direct }
  }
  const { metas, onMeta } = createMetas(config.limits.meta.authors)
  const directory = createDirectory({ init }, book, metas, neighbourhood)
  const deny = config.deny.flatMap((who) => directory.find(who).map(({ peer }) => peer))
  const admission = new Admission({ accept: config.accept, deny, inBook, network: links.local, callerOf })
  const keeper = new Keeper({ self: identity.peer, store: config.store, directory })
  return { book, inBook, neighbourhood, metas, onMeta, directory, callerOf, admission, keeper }
}

function createNeighbourhood(
  { init: { config, world, log }, links }: On<'init' | 'links'>,
  inBook: (peer: string) => boolean
): Neighbourhood {
  const { neighbourhood, network } = config.limits
  return new Neighbourhood({
    libp2p: links.network,
    clock: world.clock,
    log,
    network: links.local,
    random: () => uniform(world),
    limits: { ...neighbourhood, dialTimeout: network.dialTimeout },
    inBook
  })
}

/** The catalogues of others, with any number of listeners. */
function createMetas(authors: number): Pick<Society, 'metas' | 'onMeta'> {
  const listeners = new Set<MetaListener>()
  const onChange = (sealed: SealedMeta): void => {
    for (const listener of listeners) listener(sealed)
  }
  return {
    metas: new MetaTable({ authors, onChange }),
    onMeta(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    }
  }
}

function createDirectory(
  { init: { config, identity, home, shortLived } }: On<'init'>,
  book: AddressBook,
  metas: MetaTable,
  neighbourhood: Neighbourhood
): Directory {
  const name = shortLived && home === undefined ? '' : config.name
  const tellsOf = ({ author, meta }: SealedMeta): Told => ({
    peer: author,
    name: meta.name,
    purposes: meta.purposes
  })
  return new Directory({
    self: { peer: identity.peer, name, purposes: config.purposes },
    book: () => book.entries(),
    told: () => metas.all().map(tellsOf),
    toldBy(peer) {
      const sealed = metas.fullest(peer)
      return sealed && tellsOf(sealed)
    },
    near: () => neighbourhood.neighbours().map(({ peer }) => peer),
    isConnected: (peer) => neighbourhood.connection(peer) !== undefined
  })
}
