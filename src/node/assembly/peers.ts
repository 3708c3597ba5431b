import { systemClock } from '../../clock.ts'
import type { NodeConfig } from '../../config/schema.ts'
import { isDirect, remoteHost } from '../../direct.ts'
import { describeError } from '../../error.ts'
import type { Log } from '../../log.ts'
import { Access, type Privates } from '../../peer/access/access.ts'
import type { Grant } from '../../peer/access/grant.ts'
import { Admission, type Caller } from '../../peer/admission.ts'
import type { AddressBook } from '../../peer/book/book.ts'
import { AddressDialer } from '../../peer/dialing/address-dialer.ts'
import { AutoDialer, type AutoDialerInit } from '../../peer/dialing/auto-dialer.ts'
import { type DialGate, dialGate } from '../../peer/dialing/dial-gate.ts'
import { PathFinder } from '../../peer/dialing/path-finder.ts'
import { ToldAddresses } from '../../peer/dialing/told-addresses.ts'
import type { DialPeer } from '../../peer/dialing/way.ts'
import { Forwarding } from '../../peer/forwarding.ts'
import { CatalogueTable, type SealedCatalogue } from '../../protocol/gossip/index.ts'
import { dialAddress } from '../network/dial-address.ts'
import { openBook } from '../peers/book-file.ts'
import { DenyList } from '../peers/deny-list.ts'
import { PeerDirectory, type PeerInfo } from '../peers/directory.ts'
import { lastGoodOf } from '../peers/last-good-file.ts'
import {
  idleRights,
  StorePolicy,
  type UnmatchedWord,
  unmatchedAccess,
  unmatchedDeny,
  unmatchedStore,
  whoOf,
  wordsWithoutEntry
} from '../peers/store-policy.ts'
import { autoBytes } from './auto-bytes.ts'
import type { CatalogueListener, Components, Peers } from './components.ts'
import { randomFloat } from './random.ts'

/** limits.catalogue.bytes: `auto`. */
const CATALOGUE_BYTES = { share: 512, min: 1, max: 16 }

export async function createPeers({
  init,
  live,
  transports
}: Pick<Components, 'init' | 'live' | 'transports'>): Promise<Peers> {
  const { config, identity, log } = init
  const book = await openBook({ ...init, refused: (error) => log.warn(describeError(error)) })
  if (!init.shortLived) await addOwner(init, book)
  const inBook = (peer: string): boolean => book.ofPeer(peer) !== undefined
  const gate = dialGate({
    self: identity.peer,
    denies: (peer) => admission.denies(peer),
    isBanned: (peer) => transports.network.services.guard.isBanned(peer)
  })
  const told = new ToldAddresses({
    peerStore: transports.network.peerStore,
    network: transports.local,
    inBook,
    leadsHere: (address) => transports.own.leadsHere(address),
    peers: config.limits.dialing.peers
  })
  const addressDialer = createAddressDialer({ init, transports })
  const autoDialer = createAutoDialer({ init, transports }, addressDialer, {
    inBook,
    bookAddresses: (peer) => book.ofPeer(peer)?.addresses ?? [],
    gate,
    told
  })
  const callerOf = (peer: string): Caller | undefined => {
    const connection = autoDialer.connection(peer)
    return connection && { peer, host: remoteHost(connection), direct: isDirect(connection) }
  }
  // A peer that is stored only because it claims a name is not protected.
  const isProtected = (peer: string): boolean =>
    inBook(peer) || autoDialer.connection(peer) !== undefined || storePolicy.reasonFor(peer) === 'book'
  const { catalogues: metas, onCatalogue } = createCatalogues(config.limits.catalogue, isProtected)
  const directory = createDirectory({ init, live }, book, metas, autoDialer)
  const denyList = new DenyList(config.deny, book, (who) => directory.find(who).map(({ peer }) => peer))
  const admission = new Admission({
    accept: () => live.current.accept,
    denies: (peer) => denyList.denies(peer),
    inBook,
    network: transports.local,
    callerOf
  })
  const access = new Access({
    clock: init.world.clock,
    log,
    callers: config.limits.access.callers,
    labelOf: (peer) => directory.labelOf(peer),
    grants: await grantsOf(config),
    denies: (peer) => denyList.denies(peer),
    entriesOf: (peer) => book.entriesOf(peer),
    isName: (word) => book.get(word) !== undefined,
    isNear: (caller) => admission.isNear(caller),
    privates: privatesOf({ sensors: init.unopened ?? config.sensors, switches: config.switches })
  })
  book.onChange(() => access.changed())
  const storePolicy = new StorePolicy({
    self: identity.peer,
    store: () => live.current.store,
    entryOf: (peer) => book.ofPeer(peer),
    claimOf: (peer) => directory.claimOf(peer)
  })
  if (!init.shortLived) warnOfUnmatched({ ...config, sensors: init.unopened ?? config.sensors }, book, log)
  return {
    book,
    inBook,
    autoDialer,
    told,
    lastGood: lastGoodOf({
      ...init,
      inBook,
      autoDialer,
      clock: init.world.clock,
      libp2p: transports.network
    }),
    paths: createPathFinder(init, autoDialer, gate),
    dial: gatedDial(addressDialer, gate),
    catalogues: metas,
    onCatalogue,
    directory,
    isProtected,
    callerOf,
    admission,
    access,
    forwarding: new Forwarding({ forward: config.forward, inBook, callerOf, network: transports.local }),
    storePolicy,
    denyList
  }
}

/**
 * The names of private sensors and switches: all but those that every entry of the name has public, so that readings of
 * a private sensor are not given away once nothing says any more that they are private.
 */
export function privatesOf({ sensors, switches }: Pick<NodeConfig, 'sensors' | 'switches'>): Privates {
  const publics = new Set([...sensors, ...switches].map(({ name }) => name))
  for (const { name, private: isPrivate } of [...sensors, ...switches]) if (isPrivate) publics.delete(name)
  return { has: (device) => !publics.has(device) }
}

/** What the configuration grants: its owner everything, as long as the line is there. */
export async function grantsOf({
  access,
  owner
}: Pick<NodeConfig, 'access' | 'owner'>): Promise<readonly Grant[]> {
  if (owner === '') return access
  const { ownerGrant } = await import('../pairing/owner-entry.ts')
  return [...access, ...ownerGrant(owner)]
}

/** A node goes on without its owner where the book cannot be written, or the owner be read. */
export async function addOwner(
  { config, identity, log }: Pick<Components['init'], 'config' | 'identity' | 'log'>,
  book: AddressBook
): Promise<void> {
  if (config.owner === '') return
  const { putOwner } = await import('../pairing/owner-entry.ts')
  try {
    const { removed } = await putOwner(book, config.owner, identity.peer)
    if (removed !== undefined) log.info('the owner of before is removed from the book', { peer: removed })
  } catch (error) {
    log.warn(`owner: ${describeError(error)}`)
  }
}

/** Words that mean nobody, or nothing here, are no error: the entry of the book, or the sensor, may come later. */
export function warnOfUnmatched(config: NodeConfig, book: AddressBook, log: Log): void {
  const entries = book.entries()
  for (const word of wordsWithoutEntry(config.store, entries)) log.warn(describe(unmatchedStore(word)))
  for (const word of wordsWithoutEntry(config.deny, entries)) log.warn(describe(unmatchedDeny(word)))
  for (const word of wordsWithoutEntry(whoOf(config.access), entries))
    log.warn(describe(unmatchedAccess(word)))
  for (const right of idleRights(entries, config)) log.warn(describe(right))
}

function describe({ message, hint }: UnmatchedWord): string {
  return `${message}. hint: ${hint}`
}

/** One for all ways, so that an address that two of them want is dialled once. */
function createAddressDialer({
  init: { config },
  transports: { network }
}: Pick<Components, 'init' | 'transports'>): AddressDialer {
  return new AddressDialer({
    // By the time of this machine: connections are real in a simulated world, too.
    clock: systemClock,
    dial: (address, signal) => dialAddress(network, address, signal),
    addressTimeout: config.limits.network.addressDialTimeout
  })
}

/** For ways with addresses of their own; the auto-dialer asks the gate itself. */
function gatedDial(addressDialer: AddressDialer, gate: DialGate): DialPeer {
  return async (peer, addresses, signal, report = () => {}) => {
    const refusal = gate(peer)
    if (refusal !== undefined) throw new Error(refusal)
    return await addressDialer.dial(addresses, signal, report)
  }
}

function createAutoDialer(
  { init: { config, world, log }, transports }: Pick<Components, 'init' | 'transports'>,
  addressDialer: AddressDialer,
  others: Pick<AutoDialerInit, 'inBook' | 'bookAddresses' | 'gate' | 'told'>
): AutoDialer {
  const { dialing, network } = config.limits
  const { transportManager } = transports.network.services.components
  return new AutoDialer({
    libp2p: transports.network,
    dial: (addresses, signal, report) => addressDialer.dial(addresses, signal, report),
    ...others,
    canDial: (address) => transportManager.dialTransportForMultiaddr(address) !== undefined,
    leadsHere: (address) => transports.own.leadsHere(address),
    clock: world.clock,
    log,
    network: transports.local,
    random: () => randomFloat(world),
    limits: { ...dialing, dialTimeout: network.dialTimeout }
  })
}

function createPathFinder({ world }: Components['init'], autoDialer: AutoDialer, gate: DialGate): PathFinder {
  return new PathFinder({
    clock: world.clock,
    ways: [
      {
        name: 'addresses',
        startsAfter: 0,
        dial: (peer, signal, report) => autoDialer.connect(peer, signal, report)
      }
    ],
    standing: (peer) => autoDialer.connection(peer),
    gate
  })
}

/** The catalogues of others, with any number of listeners. */
function createCatalogues(
  { authors, bytes }: NodeConfig['limits']['catalogue'],
  isProtected: (peer: string) => boolean
): Pick<Peers, 'catalogues' | 'onCatalogue'> {
  const listeners = new Set<CatalogueListener>()
  const onChange = (sealed: SealedCatalogue): void => {
    for (const listener of listeners) listener(sealed)
  }
  return {
    catalogues: new CatalogueTable({
      authors,
      bytes: autoBytes(bytes, CATALOGUE_BYTES),
      isProtected,
      onChange
    }),
    onCatalogue(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    }
  }
}

function createDirectory(
  { init: { identity, home, shortLived }, live }: Pick<Components, 'init' | 'live'>,
  book: AddressBook,
  catalogues: CatalogueTable,
  autoDialer: AutoDialer
): PeerDirectory {
  const infoOf = ({ author, catalogue }: SealedCatalogue): PeerInfo => ({
    peer: author,
    name: catalogue.name,
    purposes: catalogue.purposes
  })
  return new PeerDirectory({
    self: {
      peer: identity.peer,
      get name() {
        return shortLived && home === undefined ? '' : live.current.name
      },
      get purposes() {
        return shortLived ? [] : live.current.purposes
      }
    },
    book,
    claims: () => catalogues.all().map(infoOf),
    claimOf(peer) {
      const sealed = catalogues.mostComplete(peer)
      return sealed && infoOf(sealed)
    },
    near: () => autoDialer.neighbours().map(({ peer }) => peer),
    isConnected: (peer) => autoDialer.connection(peer) !== undefined
  })
}
