// Made of the schema of kith.yaml by test/config/config-input.test.ts (KITH_GOLDEN=write).
import type { OwnQuantity } from '../../reading/quantity.ts'
import type { LimitsInput } from './limits-input.ts'

/** A sensor: beside these keys, those of its type (docs/devices.md). */
export interface SensorInput {
  readonly type: string
  /** Its name in series: hall/air/temperature. */
  readonly name?: string
  /** `i2c-1`, or a bus of `buses`. */
  readonly bus?: string
  /** 0x76 */
  readonly address?: number
  /** `10s` */
  readonly interval?: string
  /** Applied in their order, one key each: [{ median: 5 }, { offset: -0.4 }]. */
  readonly filters?: readonly Readonly<Record<string, unknown>>[]
  /** Not gossiped; only peers of the book may ask for it. */
  readonly private?: boolean
  readonly options?: Readonly<Record<string, unknown>>
  readonly [key: string]: unknown
}

/** A rule (docs/access.md). */
export interface RuleInput {
  readonly name: string
  /** A series of this node, or WHO/ and one of a peer of the book; or a time of day. */
  readonly when:
    | {
        readonly series: string
        readonly above?: number
        readonly below?: number
        /** Where it is over: hysteresis. */
        readonly clear?: number
        /** `2min` */
        readonly for?: string
      }
    | { readonly series: string; readonly is: 'stale' | 'fault'; readonly for?: string }
    | { readonly time: string; readonly days?: readonly string[] }
  readonly then: readonly (
    | { readonly switch: string; readonly to: 'on' | 'off'; readonly for?: string }
    | { readonly log: string }
    | { readonly send: string; readonly protocol: string; readonly text: string }
  )[]
  /** `1min` */
  readonly interval?: string
  /** `5min` */
  readonly repeat?: string
}

/** The content of kith.yaml as an object: everything has a default, durations and sizes are text with a unit. */
export interface ConfigInput {
  /** The name of this node; the machine’s name unless given. */
  readonly name?: string | undefined
  /** Its purposes; others may ask for a purpose instead of a name. */
  readonly purposes?: readonly string[] | undefined
  /** External drivers: files, relative to this one, and npm packages. Their code is run by the node. */
  readonly devices?: readonly string[] | undefined
  /** Quantities that neither kith nor a driver defines. */
  readonly quantities?: readonly OwnQuantity[] | undefined
  /** Buses behind buses: channels of multiplexers. */
  readonly buses?: readonly {
    /** Its name, which sensors give as bus: attic. */
    readonly name: string
    /** The multiplexer; also right for a pca9548a. */
    readonly type?: 'tca9548a' | undefined
    /** The bus that the multiplexer is on; it may be one that is named above. */
    readonly bus?: string | undefined
    /** Its address. (0x70 to 0x77) */
    readonly address?: 112 | 113 | 114 | 115 | 116 | 117 | 118 | 119 | undefined
    /** The channel of the multiplexer. (0 to 7) */
    readonly channel: number
  }[]
  /** Takes each change of this file while the node runs, as `kith config reload` does. */
  readonly watch?: boolean | undefined
  /** Its sensors. */
  readonly sensors?: readonly SensorInput[] | undefined
  /** Its outputs, which are commanded from this machine. */
  readonly switches?: readonly {
    /** Its name in commands: kith switch NAME on. */
    readonly name: string
    /** A line of the device tree or chip:offset. */
    readonly line: string
    /** The level that means on; low for most relay boards. */
    readonly active?: 'high' | 'low' | undefined
    /** Its state when maxOn is over. */
    readonly safe?: 'off' | 'on' | undefined
    /** Its state at start. */
    readonly initial?: 'safe' | 'on' | 'off' | undefined
    /** Its state when a lease ends that was not renewed, and at stop. */
    readonly whenLost?: 'safe' | 'on' | 'off' | undefined
    /** Longest time away from its safe state, however often that is commanded. (1s to 30d) */
    readonly maxOn?: string | undefined
    /** Shortest time off before it may be switched on again, for compressors. (0ms to 1d) */
    readonly minOff?: string | undefined
    /** Time between readings of its state; changes come at once. (1s to 1h) */
    readonly interval?: string | undefined
    /** Whether its state is kept from gossip; peers of the book may ask for it. */
    readonly private?: boolean | undefined
  }[]
  /** What it does by itself: when a series or the time is so, then switch, log or send. */
  readonly rules?: readonly RuleInput[] | undefined
  /** Where it can be dialled; port 0 lets the system choose. */
  readonly listen?: readonly string[] | undefined
  /** Announced besides its own addresses: a forwarded port, a DNS name. */
  readonly announce?: readonly string[] | undefined
  /** Who may learn its addresses. near: each network those in it, and the book all of them; world: also anyone those
   * that are public. What is announced is for the world. */
  readonly reachable?: 'near' | 'world' | undefined
  /** Network interfaces on which neighbours are searched; all unless given. */
  readonly interfaces?: readonly string[] | undefined
  /** Finds neighbours on the local network and lets them find it. */
  readonly mdns?: boolean | undefined
  /** Whose gossip it forwards. near: within one network that of all, from one network into another that of peers of
   * the book; book: only that of the book; off: for a node that only publishes. */
  readonly forward?: 'off' | 'book' | 'near' | undefined
  /** Whose readings are accepted: peers of the book, also of the local network, or anyone. */
  readonly accept?: 'book' | 'near' | 'anyone' | undefined
  /** Names or PeerIds that are neither answered nor accepted. */
  readonly deny?: readonly string[] | undefined
  /** Who may do what, besides reading by the book and the local network: docs/access.md. */
  readonly access?: readonly {
    /** A name or purpose of the book, a PeerId, near, anyone, or a bridge: mqtt, http. */
    readonly who: string
    /** What it may: read, operate, configure; own is all of it. */
    readonly may: readonly ('read' | 'operate' | 'configure' | 'own')[]
    /** Switches, sensors, series as air/temperature, ProtocolNames; everything unless given. */
    readonly on?: readonly string[] | undefined
  }[]
  /** Neighbours do not name it to others that ask whom they see. What it publishes by gossip still names it. */
  readonly unlisted?: boolean | undefined
  /** Whose readings are stored beside its own: names and purposes of the book, PeerIds, { claimed: NAME } for peers
   * that claim it. */
  readonly store?: readonly (string | { readonly claimed: string })[] | undefined
  /** Readings on disk. */
  readonly history?: {
    /** Readings are written to disk this often; a power cut loses no more. (1s to 1h) */
    readonly flush?: string | undefined
    /** Older readings are deleted. (1h to 36500d) */
    readonly age?: string | undefined
    /** Beyond this size the oldest readings are deleted. (1MiB to 1024GiB) */
    readonly bytes?: string | undefined
    /** Unwritten bytes that bring a flush forward. (4KiB to 64MiB) */
    readonly flushBytes?: string | undefined
    /** Readings held in memory while the disk cannot be written. (4KiB to 1GiB) */
    readonly memoryBytes?: string | undefined
    /** Signatures of others that wait in memory for a block of their author; auto: 1/32 of the memory, 8 to 64 MiB.
     * (auto, 64KiB to 16GiB) */
    readonly sealBytes?: 'auto' | string | undefined
    /** An unfilled block is sealed after this. (1min to 1d) */
    readonly blockAge?: string | undefined
  }
  /** Whether the clock is right. */
  readonly time?: {
    /** Sources of time in order of preference; neighbours are peers of the book marked time. */
    readonly sources?: readonly ('kernel' | 'rtc' | 'neighbours')[] | undefined
    /** Time between two checks. (1s to 1h) */
    readonly check?: string | undefined
    /** The clock chip with a battery that the source rtc reads. */
    readonly rtc?: {
      /** Which one: ds3231, for example. */
      readonly type?: 'none' | 'ds1307' | 'ds1338' | 'ds3231' | undefined
      /** The bus it is on. */
      readonly bus?: string | undefined
      /** Its address. (0x68) */
      readonly address?: 104 | undefined
    }
  }
  /** Lines about what happens. */
  readonly log?: {
    /** The lowest level that is shown. */
    readonly level?: 'silent' | 'error' | 'warn' | 'info' | 'debug' | undefined
    /** auto is text on a terminal and JSON elsewhere. */
    readonly format?: 'auto' | 'text' | 'json' | undefined
  }
  /** Single encrypted packets beside the streams. */
  readonly datagrams?: {
    /** Whether datagrams are used. */
    readonly enabled?: boolean | undefined
    /** UDP port: tcp for the number that TCP listens on, 0 lets the system choose. (tcp, 0 to 65535) */
    readonly port?: 'tcp' | number | undefined
    /** Peers with a session at one time; auto: 256 for each 256 connections. (auto, 1 to 65536) */
    readonly sessions?: 'auto' | number | undefined
    /** Flows of one session. (1 to 1024) */
    readonly flows?: number | undefined
    /** Flows of one session that wait for an answer. (1 to 1024) */
    readonly pendingFlows?: number | undefined
    /** Largest payload accepted. (256B to 1168B) */
    readonly maxPayload?: string | undefined
    /** Maximum rate towards a distant peer; the rate follows the round trip. */
    readonly distantRate?: {
      /** Datagrams a second. (0.1 to 100000) */
      readonly perSecond?: number | undefined
      /** Datagrams at once. (1 to 10000) */
      readonly burst?: number | undefined
    }
    /** Rate towards a peer in a subnet of ours. */
    readonly onLinkRate?: {
      /** Datagrams a second. (0.1 to 100000) */
      readonly perSecond?: number | undefined
      /** Datagrams at once. (1 to 10000) */
      readonly burst?: number | undefined
    }
    /** Forged packets decrypted a second under one key; auto: 1000, on ARM 100. (auto, 10 to 100000) */
    readonly failedOpens?: 'auto' | number | undefined
    /** Forged packets decrypted a second, in all; auto: four times as many. (auto, 10 to 1000000) */
    readonly failedOpensOfNode?: 'auto' | number | undefined
    /** Packets under one key before it is replaced. (1000 to 268435456) */
    readonly packetsPerKey?: number | undefined
    /** Datagrams queued while a stream carries them. (1 to 1024) */
    readonly ring?: number | undefined
    /** A queued datagram is dropped after this. (10ms to 1min) */
    readonly ringAge?: string | undefined
    /** A session may take this long to begin. (100ms to 1min) */
    readonly handshakeTimeout?: string | undefined
    /** A flow may take this long to be answered. (100ms to 1min) */
    readonly openTimeout?: string | undefined
    /** A flow whose connection broke waits this long for another one. (100ms to 5min) */
    readonly resume?: string | undefined
    /** A better connection is sought again this long after none was found. (1s to 1h) */
    readonly searchAgain?: string | undefined
    /** Hosts without a validated path whose bytes are counted; auto: 1024 for each 256 connections. (auto, 16 to
     * 65536) */
    readonly unvalidatedHosts?: 'auto' | number | undefined
  }
  /** Connections through neighbours. */
  readonly via?: {
    /** For whom it carries connections: between peers of the book, also of the local network, or nobody. */
    readonly serve?: 'off' | 'book' | 'near' | undefined
    /** Whose connections through neighbours it takes. */
    readonly accept?: 'off' | 'book' | undefined
  }
  /** Relays at which it reserves, so that peers of the book reach it where nobody can dial it. */
  readonly relays?: readonly string[] | undefined
  /** What it does for others as a relay. */
  readonly relay?: {
    /** Who may reserve here and be reached: peers of the book, also of the local network, anyone, or nobody. */
    readonly serve?: 'off' | 'book' | 'near' | 'anyone' | undefined
  }
  /** A DHT of nodes of kith, in which peers are searched that no neighbour sees. */
  readonly dht?: {
    /** Servers by which it joins the DHT; none is joined unless given, or it serves one. */
    readonly bootstrap?: readonly string[] | undefined
    /** It answers for the DHT, and stores nothing for others. */
    readonly serve?: boolean | undefined
  }
  /** Who it belongs to: a PeerId or an invite. Goes into its address book under the name owner, with all rights. */
  readonly owner?: string | undefined
  /** The wireless network of this machine. Applied by `kith provision` from the boot partition of an SD card alone. */
  readonly wifi?: {
    /** The name of the network. */
    readonly ssid?: string | undefined
    /** WPA2; removed from the file once the machine has it. */
    readonly password?: string | undefined
    /** Whether the network has no password. */
    readonly open?: boolean | undefined
    /** Whether the network does not tell its name. */
    readonly hidden?: boolean | undefined
    /** The country, whose rules of radio apply: DE, for example. */
    readonly country?: string | undefined
  }
  /** Who may log in to this machine. Applied by `kith provision` from the boot partition of an SD card alone. */
  readonly ssh?: {
    /** Public keys, for root; without one nobody can log in. */
    readonly keys?: readonly string[] | undefined
  }
  /** Limits of everything that a neighbour or a fault could make grow. */
  readonly limits?: LimitsInput
}
