import { Admission, type Caller } from '../../peer/admission.ts'
import type { AddressBook } from '../../peer/book/book.ts'
import { AutoDialer } from '../../peer/dialing/auto-dialer.ts'
import { CatalogueTable, type SealedCatalogue } from '../../protocol/gossip/catalogue-table.ts'
import { remoteHost } from '../network/create-network.ts'
import { openBook } from '../peers/book-file.ts'
import { PeerDirectory, type PeerInfo } from '../peers/directory.ts'
import { StorePolicy } from '../peers/store-policy.ts'
import type { On } from './components.ts'
import { randomFloat } from './random.ts'

/** Whom we know: by the book, by sight, by what they tell of themselves; and what each of them may. */
export interface Society {
  readonly book: AddressBook
  readonly inBook: (peer: string) => boolean
  readonly autoDialer: AutoDialer
  readonly catalogues: CatalogueTable
  /** Tells of each catalogue that tells something new, until the returned function is called. */
  readonly onCatalogue: (listener: MetaListener) => () => void
  readonly directory: PeerDirectory
  /** Who is connected under that PeerId, as far as admission heeds it. */
  readonly callerOf: (peer: string) => Caller | undefined
  readonly admission: Admission
  readonly storePolicy: StorePolicy
}

type MetaListener = (sealed: SealedCatalogue) => void

export async function createSociety({ init, links }: On<'init' | 'links'>): Promise<Society> {
  const { config, home, readOnlyHome, identity } = init
  const book = await openBook(home, readOnlyHome, config)
  const inBook = (peer: string): boolean => book.ofPeer(peer) !== undefined
  const autoDialer = createNeighbourhood({ init, links }, inBook)
  const callerOf = (peer: string): Caller | undefined => {
    const connection = autoDialer.connection(peer)
    return connection && { peer, host: remoteHost(connection), direct: connection.direct }
  }
  const { catalogues: metas, onCatalogue } = createMetas(config.limits.meta.authors)
  const directory = createDirectory({ init }, book, metas, autoDialer)
  const deny = config.deny.flatMap((who) => directory.find(who).map(({ peer }) => peer))
  const admission = new Admission({ accept: config.accept, deny, inBook, network: links.local, callerOf })
  const storePolicy = new StorePolicy({ self: identity.peer, store: config.store, directory })
  return {
    book,
    inBook,
    autoDialer,
    catalogues: metas,
    onCatalogue,
    directory,
    callerOf,
    admission,
    storePolicy
  }
}

function createNeighbourhood(
  { init: { config, world, log }, links }: On<'init' | 'links'>,
  inBook: (peer: string) => boolean
): AutoDialer {
  const { neighbourhood, network } = config.limits
  return new AutoDialer({
    libp2p: links.network,
    clock: world.clock,
    log,
    network: links.local,
    random: () => randomFloat(world),
    limits: { ...neighbourhood, dialTimeout: network.dialTimeout },
    inBook
  })
}

/** The catalogues of others, with any number of listeners. */
function createMetas(authors: number): Pick<Society, 'catalogues' | 'onCatalogue'> {
  const listeners = new Set<MetaListener>()
  const onChange = (sealed: SealedCatalogue): void => {
    for (const listener of listeners) listener(sealed)
  }
  return {
    catalogues: new CatalogueTable({ authors, onChange }),
    onCatalogue(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    }
  }
}

function createDirectory(
  { init: { config, identity, home, shortLived } }: On<'init'>,
  book: AddressBook,
  catalogues: CatalogueTable,
  autoDialer: AutoDialer
): PeerDirectory {
  const name = shortLived && home === undefined ? '' : config.name
  const tellsOf = ({ author, catalogue: meta }: SealedCatalogue): PeerInfo => ({
    peer: author,
    name: meta.name,
    purposes: meta.purposes
  })
  return new PeerDirectory({
    self: { peer: identity.peer, name, purposes: config.purposes },
    book: () => book.entries(),
    told: () => catalogues.all().map(tellsOf),
    toldBy(peer) {
      const sealed = catalogues.mostComplete(peer)
      return sealed && tellsOf(sealed)
    },
    near: () => autoDialer.neighbours().map(({ peer }) => peer),
    isConnected: (peer) => autoDialer.connection(peer) !== undefined
  })
}
