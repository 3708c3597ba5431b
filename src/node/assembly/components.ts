import type { Connection } from '@libp2p/interface'
import type { Access } from '../../peer/access/access.ts'
import type { Admission, Caller } from '../../peer/admission.ts'
import type { AddressBook } from '../../peer/book/book.ts'
import type { LastGoodAddresses } from '../../peer/book/last-good.ts'
import type { AutoDialer } from '../../peer/dialing/auto-dialer.ts'
import type { PathFinder } from '../../peer/dialing/path-finder.ts'
import type { ToldAddresses } from '../../peer/dialing/told-addresses.ts'
import type { DialPeer } from '../../peer/dialing/way.ts'
import type { LocalNetwork } from '../../peer/discovery/local-network.ts'
import type { Forwarding } from '../../peer/forwarding.ts'
import type { OwnAddresses } from '../../peer/own-addresses.ts'
import type { Addresses } from '../../protocol/addresses/index.ts'
import type { Datagrams } from '../../protocol/datagram/index.ts'
import type { Dht } from '../../protocol/dht/index.ts'
import type {
  CataloguePublisher,
  CatalogueTable,
  Gossip,
  SealedCatalogue
} from '../../protocol/gossip/index.ts'
import type { Manage } from '../../protocol/manage/index.ts'
import type { Neighbours } from '../../protocol/neighbours/index.ts'
import type { ProtocolRegistry } from '../../protocol/protocol-registry.ts'
import type { DatagramQueryClient, QueryClient, QueryServer } from '../../protocol/query/index.ts'
import type { ReservationState } from '../../protocol/relay/index.ts'
import type { Backfill, Replicator } from '../../protocol/replication/index.ts'
import type { Via } from '../../protocol/via/index.ts'
import type { Author } from '../../reading/author/author.ts'
import type { History } from '../../reading/history/history.ts'
import type { ReadingHub } from '../../reading/hub/reading-hub.ts'
import type { Quantities } from '../../reading/quantity.ts'
import type { Signer } from '../../reading/signed/seal.ts'
import type { SealVerifier } from '../../reading/signed/seal-verify.ts'
import type { Sealer } from '../../reading/signed/sealer.ts'
import type { Startable } from '../../startable.ts'
import type { LiveConfig } from '../configuration/live-config.ts'
import type { RecentLines } from '../log/recent-lines.ts'
import type { Network } from '../network/create-network.ts'
import type { PeerProtocols } from '../network/peer-protocols.ts'
import type { SharedKeys } from '../network/shared-keys.ts'
import type { PairingOnDemand } from '../pairing/on-demand.ts'
import type { DenyList } from '../peers/deny-list.ts'
import type { PeerDirectory } from '../peers/directory.ts'
import type { OnConnectSync } from '../peers/on-connect-sync.ts'
import type { PeerResolver } from '../peers/resolver.ts'
import type { StoreBudget } from '../peers/store-budget.ts'
import type { StorePolicy } from '../peers/store-policy.ts'
import type { ReadingIntake } from '../readings/intake.ts'
import type { Publisher } from '../readings/publisher.ts'
import type { RulesOnDemand } from '../rules/on-demand.ts'
import type { DeviceStates } from '../sensors/device-states.ts'
import type { RunningSensors } from '../sensors/running-sensors.ts'
import type { CommandLog, CommandStore } from '../switches/command-log.ts'
import type { Switches } from '../switches/switches.ts'
import type { Timekeeper } from '../time/timekeeper.ts'
import type { AssembleInit } from './assemble-init.ts'

/**
 * What a node is made of, in the order in which it is made. The function that makes a component takes a
 * `Pick<Components, …>` of earlier ones.
 */
export interface Components {
  readonly init: AssembleInit
  /** The configuration as it is now; `init.config` is that of the start. */
  readonly live: LiveConfig
  /** The newest lines of the log. */
  readonly recent: RecentLines
  readonly protocols: Protocols
  readonly transports: Transports
  readonly peers: Peers
  readonly clients: Clients
  readonly timekeeper: Timekeeper
  readonly storage: Storage
  readonly replication: Replication
  readonly publishing: Publishing
  readonly sensing: Sensing
  readonly server: QueryServer
  readonly peerLookup: PeerLookup
  /** Asks neighbours about other peers, and answers the same. */
  readonly neighbours: Neighbours
  /** Connections through neighbours. */
  readonly via: Via
  /** Exchanges addresses with peers of the book. */
  readonly addresses: Addresses
  /** Pairing by a code: loaded when it is asked for. */
  readonly pairing: PairingOnDemand
  readonly relays: Relays
  /** undefined where none is joined. */
  readonly dht: Dht | undefined
  readonly switches: Switches
  /** What was commanded of the switches, and what came of it. */
  readonly commandLog: CommandLog
  readonly manage: Manage
  readonly rules: RulesOnDemand
}

/** Quantities, and the sensor protocols that carry them: kith's own and those of the application. */
export interface Protocols {
  readonly quantities: Quantities
  readonly registry: ProtocolRegistry
}

/** What carries bytes to other nodes. */
export interface Transports {
  readonly network: Network
  /** The subnets of this machine. */
  readonly local: LocalNetwork
  /** Where this node can be dialled, and who may learn of it. */
  readonly own: OwnAddresses
  /** undefined where datagrams are switched off. */
  readonly datagrams: Datagrams | undefined
}

export type CatalogueListener = (sealed: SealedCatalogue) => void

/** Known peers: those of the book, those connected, those whose catalogue was received; and what each of them may. */
export interface Peers {
  readonly book: AddressBook
  readonly inBook: (peer: string) => boolean
  readonly autoDialer: AutoDialer
  /** Where peers say they are. */
  readonly told: ToldAddresses
  /** undefined without a home. */
  readonly lastGood: LastGoodAddresses | undefined
  /** Finds a connection to a peer that is wanted now. */
  readonly paths: PathFinder
  /** Asked before each dial. */
  readonly dial: DialPeer
  /** Verified catalogues of others. */
  readonly catalogues: CatalogueTable
  /** Calls the listener with each catalogue that is newer, until the returned function is called. */
  readonly onCatalogue: (listener: CatalogueListener) => () => void
  readonly directory: PeerDirectory
  /** Whether a peer is in the book, connected or stored: what is known of it is not removed for strangers. */
  readonly isProtected: (peer: string) => boolean
  /** The connection to that PeerId, as far as admission needs it. */
  readonly callerOf: (peer: string) => Caller | undefined
  readonly admission: Admission
  readonly access: Access
  readonly forwarding: Forwarding
  readonly storePolicy: StorePolicy
  readonly denyList: DenyList
}

/** Relays at which this node can be reached, and circuits over those of others. */
export interface Relays {
  /** Multiaddrs of the relays of the configuration. */
  readonly own: readonly string[]
  readonly counters: () => Readonly<Record<string, number>>
  /** Of each of them, by PeerId. */
  readonly reservations: () => ReadonlyMap<string, ReservationState>
  readonly startable: Startable
}

/** Query clients, and the verifier of what they receive. */
export interface Clients {
  readonly queries: QueryClient
  /** undefined where datagrams are switched off. */
  readonly datagramQueries: DatagramQueryClient | undefined
  /** The boot of the run that answers on this connection, whatever else is known of the peer. */
  readonly bootOf: (connection: Connection, signal: AbortSignal) => Promise<string>
  /** Remembers signatures found valid, whatever carried the bytes. */
  readonly verifier: SealVerifier
}

/** Where readings are kept, our own and those of others, and what signs our own. */
export interface Storage {
  readonly signer: Signer
  readonly sealer: Sealer
  readonly history: History
  /** Where the log of commands is kept. */
  readonly commands: CommandStore
  readonly hub: ReadingHub
  readonly budget: StoreBudget
}

/** Takes the readings of others, stores those that the policy names, and fetches what was missed. */
export interface Replication {
  readonly backfill: Backfill
  readonly replicator: Replicator
  readonly intake: ReadingIntake
}

/** Readings and catalogues sent and received by gossip. */
export interface Publishing {
  readonly gossip: Gossip
  /** Publishes our own catalogue. */
  readonly cataloguePublisher: CataloguePublisher
  /** Publishes our own readings. */
  readonly publisher: Publisher
}

/** Sensors, and the author of their readings. */
export interface Sensing {
  readonly sensors: RunningSensors
  readonly deviceStates: DeviceStates
  /** Made by start(): before it the time is not known. */
  readonly author: () => Author
}

/** Finding other peers and learning what they speak. */
export interface PeerLookup {
  readonly resolver: PeerResolver
  /** The protocols of peers, as identify reports them. */
  readonly peerProtocols: PeerProtocols
  readonly onConnectSync: OnConnectSync
  readonly sharedKeys: SharedKeys
}
