// Made of the schema of kith.yaml by test/config/config-input.test.ts (KITH_GOLDEN=write).

/** Those `limits` that are about other nodes: how they are found, reached, remembered. */
export interface ReachLimitsInput {
  /** Questions between neighbours about other peers. */
  readonly neighbours?: {
    /** Neighbours that are asked at once. (1 to 16) */
    readonly asked?: number | undefined
    /** Searches a second of one caller. (0.1 to 1000) */
    readonly findRate?: number | undefined
    /** Searches at once of one caller. (1 to 1000) */
    readonly findBurst?: number | undefined
    /** Lists a second of one caller. (0.1 to 1000) */
    readonly listRate?: number | undefined
    /** Lists at once of one caller. (1 to 1000) */
    readonly listBurst?: number | undefined
    /** Error answers a second to one caller; beyond them its stream is reset. (0.1 to 1000) */
    readonly errorRate?: number | undefined
    /** Error answers at once to one caller. (1 to 1000) */
    readonly errorBurst?: number | undefined
    /** Questions a second that are passed on for others, of all callers. (0.1 to 1000) */
    readonly forwardRate?: number | undefined
    /** Callers whose rate is remembered. (16 to 65536) */
    readonly callers?: number | undefined
    /** Questions of one stream that are answered at once. (1 to 64) */
    readonly openAsks?: number | undefined
    /** Peers remembered of which neighbours told. (16 to 65536) */
    readonly heard?: number | undefined
    /** An answer to a list is used for this long. (1s to 10min) */
    readonly keep?: string | undefined
    /** Searches whose answer is remembered. (1 to 65536) */
    readonly finds?: number | undefined
    /** The answer to a search is given again for this long. (100ms to 1min) */
    readonly findMemory?: string | undefined
    /** Streams of our own kept open for the next question. (1 to 4096) */
    readonly streams?: number | undefined
    /** A stream on which nothing is asked is closed after this. (1s to 1h) */
    readonly idle?: string | undefined
    /** A slow reader is given this long to take an answer. (100ms to 10min) */
    readonly write?: string | undefined
  }
  /** Circuits through a neighbour. */
  readonly via?: {
    /** Circuits carried for others, each holding up to 512 KiB; auto: 64, on ARM 16. (auto, 1 to 4096) */
    readonly circuits?: 'auto' | number | undefined
    /** Of these, circuits asked for by peers outside the book; at most a quarter. (0 to 4096) */
    readonly circuitsOfStrangers?: number | undefined
    /** Of those for strangers, circuits asked for from one IP address. (1 to 4096) */
    readonly circuitsPerAddress?: number | undefined
    /** Circuits that lead to this node. (1 to 4096) */
    readonly inbound?: number | undefined
    /** Circuits that lead from one peer to this node. (1 to 64) */
    readonly inboundPerPeer?: number | undefined
    /** Bytes a second carried in each direction of one circuit. (1KiB to 1GiB) */
    readonly rate?: string | undefined
    /** Bytes a second carried for others in all. (1KiB to 1GiB) */
    readonly totalRate?: string | undefined
    /** Bytes carried at once before the rates hold. (8KiB to 64MiB) */
    readonly burst?: string | undefined
  }
  /** The exchange of addresses with peers of the book. */
  readonly addresses?: {
    /** One exchange may take this long. (100ms to 1min) */
    readonly deadline?: string | undefined
    /** Time between two looks for connected peers that are to be told anew. (1s to 1h) */
    readonly check?: string | undefined
    /** Exchanges a second of one caller; beyond them its stream is reset. (0.01 to 1000) */
    readonly rate?: number | undefined
    /** Exchanges at once of one caller. (1 to 1000) */
    readonly burst?: number | undefined
    /** Callers whose rate is remembered. (16 to 65536) */
    readonly callers?: number | undefined
  }
  /** Circuits through relays: reservations of this node, and what it carries as a relay. */
  readonly relay?: {
    /** A reservation of ours is renewed after two thirds of this. (3min to 1d) */
    readonly term?: string | undefined
    /** First wait before a relay is asked again for a reservation. (100ms to 1min) */
    readonly retryMin?: string | undefined
    /** Longest such wait where the relay is away or full. (1s to 1h) */
    readonly retryMax?: string | undefined
    /** Longest such wait where the relay does not serve this node. (10s to 1d) */
    readonly refusedMax?: string | undefined
    /** Circuits over relays that lead to this node. (1 to 4096) */
    readonly inbound?: number | undefined
    /** Circuits over relays that lead from one peer to this node. (1 to 64) */
    readonly inboundPerPeer?: number | undefined
    /** Reservations that a relay gives. (1 to 4096) */
    readonly reservations?: number | undefined
    /** Of these, those of peers outside the book from one IP address. (1 to 4096) */
    readonly reservationsPerAddress?: number | undefined
    /** A reservation that a relay gives ends after this. (3min to 7d) */
    readonly lifetime?: string | undefined
    /** Circuits that a relay carries. (1 to 4096) */
    readonly circuits?: number | undefined
    /** Of these, circuits that one peer opened. (1 to 4096) */
    readonly circuitsPerPeer?: number | undefined
    /** Of these, those of peers outside the book from one IP address. (1 to 4096) */
    readonly circuitsPerAddress?: number | undefined
    /** Bytes that one circuit carries, both directions together. (4KiB to 64MiB) */
    readonly bytes?: string | undefined
    /** A circuit ends after this. (10s to 1h) */
    readonly duration?: string | undefined
    /** Bytes a second carried in each direction of one circuit. (1KiB to 1GiB) */
    readonly rate?: string | undefined
    /** Bytes a second that a relay carries in all. (1KiB to 1GiB) */
    readonly totalRate?: string | undefined
  }
  /** The DHT, where kith.yaml joins one. */
  readonly dht?: {
    /** A search for a peer takes at most this long. (100ms to 5min) */
    readonly lookup?: string | undefined
    /** Servers that are dialled in a minute because another server named them. (1 to 6000) */
    readonly dialsPerMinute?: number | undefined
    /** Servers whose addresses are remembered, and peers whose protocols are. (16 to 65536) */
    readonly heard?: number | undefined
    /** Servers that wait to be taken into the table. (16 to 16384) */
    readonly joining?: number | undefined
    /** Questions a second that one peer is answered. (0.1 to 1000) */
    readonly askRate?: number | undefined
    /** Questions of one peer at once. (1 to 1000) */
    readonly askBurst?: number | undefined
    /** Callers whose rate is remembered. (16 to 65536) */
    readonly callers?: number | undefined
    /** First wait before a bootstrap peer is dialled again. (100ms to 1h) */
    readonly retryMin?: string | undefined
    /** Longest wait before a bootstrap peer is dialled again. (1s to 1d) */
    readonly retryMax?: string | undefined
  }
  /** Connections. */
  readonly network?: {
    /** Open connections; auto: one for each 2 MiB of memory, 256 to 4096, as files and heap allow. (auto, 4 to 65536) */
    readonly connections?: 'auto' | number | undefined
    /** New connections a second from one IP address. (1 to 10000) */
    readonly inboundPerSecond?: number | undefined
    /** Connections whose handshake is not complete; auto: 128 for each 256 connections. (auto, 1 to 10000) */
    readonly inboundPending?: 'auto' | number | undefined
    /** The handshake of a new connection may take this long. (1s to 1min) */
    readonly handshakeTimeout?: string | undefined
    /** A dial may take this long, all addresses together. (1s to 5min) */
    readonly dialTimeout?: string | undefined
    /** A dial of one address may take this long. (100ms to 5min) */
    readonly addressDialTimeout?: string | undefined
    /** A new neighbour may take this long to list its protocols (identify). (1s to 5min) */
    readonly identifyTimeout?: string | undefined
    /** Time between pings; a connection without an answer is closed. (1s to 1h) */
    readonly pingInterval?: string | undefined
    /** A ping may take this long, up to the next one; a link with much loss may stall for seconds. (1s to 10min) */
    readonly pingTimeout?: string | undefined
    /** Bytes that wait to be written on one stream. (16KiB to 16MiB) */
    readonly streamBuffer?: string | undefined
    /** Time between two checks of the network interfaces. (1s to 1h) */
    readonly interfaceCheck?: string | undefined
    /** Time between two checks for connections whose gossip has ended. (1s to 1h) */
    readonly gossipCheck?: string | undefined
  }
  /** Peers that are known and dialled. */
  readonly dialing?: {
    /** Peers remembered besides the book, connected or not; auto: 1024 for each 256 connections. (auto, 16 to 65536) */
    readonly peers?: 'auto' | number | undefined
    /** Addresses remembered of one peer. (1 to 256) */
    readonly addresses?: number | undefined
    /** First wait before a peer is dialled again. (100ms to 1h) */
    readonly retryMin?: string | undefined
    /** Longest wait before a peer of the book is dialled again. (1s to 1d) */
    readonly retryMax?: string | undefined
    /** Longest wait before any other peer is dialled again. (1s to 1d) */
    readonly strangerRetryMax?: string | undefined
    /** Peers that are dialled at one time, besides those that are asked for. (1 to 1024) */
    readonly parallelDials?: number | undefined
    /** Dials without an answer in a second, beyond which other peers are dialled later. (1 to 1000) */
    readonly failuresPerSecond?: number | undefined
    /** Addresses of peers outside the book that are dialled in a minute. (2 to 6000) */
    readonly dialsPerMinute?: number | undefined
    /** A stranger never reached and not seen for this long is removed. (10s to 1d) */
    readonly forgetUnreached?: string | undefined
    /** A stranger reached before and not seen for this long is removed. (1min to 365d) */
    readonly forgetAfter?: string | undefined
  }
  /** Entries of the address book. (1 to 65536) */
  readonly book?: number | undefined
  /** Addresses at which peers of the book were reached, in a file. */
  readonly lastGood?: {
    /** Peers whose addresses are kept. (0 to 65536) */
    readonly peers?: number | undefined
    /** Addresses kept of one peer, the latest ones. (1 to 16) */
    readonly addresses?: number | undefined
    /** Time between two writes of the file; it is written at the end, too. (10s to 1d) */
    readonly write?: string | undefined
  }
}
