// Made of the schema of kith.yaml by test/config/config-input.test.ts (KITH_GOLDEN=write).
import type { ReachLimitsInput } from './reach-limits-input.ts'

/** `limits` of a configuration: the bound of every table, queue and wait. */
export interface LimitsInput extends ReachLimitsInput {
  /** Reading the sensors. */
  readonly sampling?: {
    /** A sample that takes longer is a fault. (100ms to 10min) */
    readonly deadline?: string | undefined
    /** First wait before a failed sensor is opened again. (100ms to 1h) */
    readonly retryMin?: string | undefined
    /** Longest wait before a failed sensor is opened again. (100ms to 1h) */
    readonly retryMax?: string | undefined
    /** Time between two changes that a contact reports at once; the newest is always reported. (10ms to 1h) */
    readonly changeSpacing?: string | undefined
  }
  /** Publishing our own readings. */
  readonly author?: {
    /** Time between two packs of one topic. (1s to 1h) */
    readonly pace?: string | undefined
    /** Readings that may wait for a pack; more are only in the history. (16 to 65536) */
    readonly waiting?: number | undefined
  }
  /** Queries over streams. */
  readonly query?: {
    /** Streams one peer may hold open on one protocol. (1 to 64) */
    readonly streamsPerPeer?: number | undefined
    /** Open requests of one stream. (1 to 1024) */
    readonly requestsPerStream?: number | undefined
    /** Observe requests of one peer that are open. (1 to 65536) */
    readonly observationsPerPeer?: number | undefined
    /** Largest request. (128B to 64KiB) */
    readonly requestBytes?: string | undefined
    /** Largest answer; a block must fit. (1KiB to 1MiB) */
    readonly answerBytes?: string | undefined
    /** Streams of all peers that are answered at once; auto: 256 for each 256 connections. (auto, 1 to 65536) */
    readonly sessions?: 'auto' | number | undefined
    /** Streams of our own kept open for the next query; auto: 256 for each 256 connections. (auto, 1 to 65536) */
    readonly links?: 'auto' | number | undefined
    /** A stream without an open request is closed after this. (10s to 1d) */
    readonly idle?: string | undefined
    /** A slow reader is given this long to take a frame. (100ms to 10min) */
    readonly write?: string | undefined
    /** A query of ours may take this long. (100ms to 10min) */
    readonly deadline?: string | undefined
    /** Requests a second of one peer. (0.1 to 100000) */
    readonly rate?: number | undefined
    /** Requests at once of one peer. (1 to 100000) */
    readonly burst?: number | undefined
    /** Peers whose rate is remembered; auto: 1024 for each 256 connections. (auto, 16 to 65536) */
    readonly peers?: 'auto' | number | undefined
    /** Series whose newest reading is kept for an observer without credit. (1 to 65536) */
    readonly observedSeries?: number | undefined
    /** Packs accepted as the answer to one read. (1 to 4096) */
    readonly packs?: number | undefined
    /** Packs kept in decoded form: the same bytes are not verified and decoded again. (0B to 16MiB) */
    readonly remembered?: string | undefined
    /** Blocks and packs in the answer to one history request. (1 to 4096) */
    readonly historyItems?: number | undefined
    /** Bytes in the answer to one history request. (16KiB to 1MiB) */
    readonly historyBytes?: string | undefined
  }
  /** Streams of applications. */
  readonly streams?: {
    /** Streams that others may hold open, on all protocols; auto: 256 for each 256 connections. (auto, 1 to 65536) */
    readonly open?: 'auto' | number | undefined
    /** Of these, streams of one peer. (1 to 4096) */
    readonly openPerPeer?: number | undefined
    /** Streams one peer may hold open on one protocol. (1 to 1024) */
    readonly perPeer?: number | undefined
    /** Largest message. (1KiB to 4MiB) */
    readonly messageBytes?: string | undefined
    /** Memory of messages that wait for a slow application: their bytes, and 240 of each. (1KiB to 4MiB) */
    readonly bufferBytes?: string | undefined
    /** A slow reader is given this long to take a message. (100ms to 10min) */
    readonly write?: string | undefined
  }
  /** Readings received by gossip. */
  readonly gossip?: {
    /** Messages a second accepted from one neighbour. (1 to 100000) */
    readonly sourceRate?: number | undefined
    /** Messages at once accepted from one neighbour. (1 to 100000) */
    readonly sourceBurst?: number | undefined
    /** Packs a second accepted of one author. (0.1 to 100000) */
    readonly authorRate?: number | undefined
    /** Packs at once accepted of one author. (1 to 100000) */
    readonly authorBurst?: number | undefined
    /** Unknown authors a second taken from one neighbour. (0.01 to 100000) */
    readonly newAuthorRate?: number | undefined
    /** Unknown authors at once taken from one neighbour. (1 to 100000) */
    readonly newAuthorBurst?: number | undefined
    /** Authors whose rate is remembered; auto: 4096 for each 256 connections. (auto, 16 to 1000000) */
    readonly authors?: 'auto' | number | undefined
    /** Neighbours whose rate is remembered; auto: 1024 for each 256 connections. (auto, 16 to 65536) */
    readonly sources?: 'auto' | number | undefined
    /** Verified packs whose hash is remembered; auto: 4096 for each 256 connections. (auto, 16 to 1000000) */
    readonly verified?: 'auto' | number | undefined
    /** Authors whose public key is kept ready; auto: 1024 for each 256 connections. (auto, 16 to 65536) */
    readonly keys?: 'auto' | number | undefined
    /** Largest message of gossip itself; the same on every node. (64KiB to 16MiB) */
    readonly maxInboundDataLength?: string | undefined
    /** Time between two log lines about a flood. (1s to 1d) */
    readonly floodPeriod?: string | undefined
    /** Refused messages in that time that count as a flood. (1 to 1000000) */
    readonly floodMin?: number | undefined
  }
  /** Latest readings in memory. */
  readonly hub?: {
    /** Series whose latest reading is held; auto: 4096 for each 256 connections. (auto, 16 to 1000000) */
    readonly series?: 'auto' | number | undefined
    /** What is held of all series; auto: 1/32 of the memory, 8 to 256 MiB. (auto, 256KiB to 16GiB) */
    readonly bytes?: 'auto' | string | undefined
    /** Subscribers at one time: observers, bridges, watches. (1 to 4096) */
    readonly subscribers?: number | undefined
    /** Packs that wait for one slow subscriber; the oldest are dropped. (16 to 65536) */
    readonly queue?: number | undefined
    /** Runs of one series whose positions are remembered as seen. (1 to 256) */
    readonly runs?: number | undefined
    /** Ranges without a gap remembered of one run. (1 to 4096) */
    readonly ranges?: number | undefined
  }
  /** Subscriptions to the readings of others, in order and each once. */
  readonly subscription?: {
    /** A gap may fill by itself for this long. (0ms to 1h) */
    readonly wait?: string | undefined
    /** First wait before asking again for what is missing. (100ms to 1h) */
    readonly min?: string | undefined
    /** Longest wait before asking again. (100ms to 1d) */
    readonly max?: string | undefined
    /** Readings that no peer could send for this long are given up as lost. (1min to 365d) */
    readonly giveUpAfter?: string | undefined
    /** Readings of one series that wait behind a gap. (16 to 65536) */
    readonly waiting?: number | undefined
  }
  /** Asking for readings that were missed. */
  readonly backfill?: {
    /** Requests in flight at one time. (1 to 256) */
    readonly concurrent?: number | undefined
    /** Time between the starts of two requests. (1ms to 1h) */
    readonly spacing?: string | undefined
    /** Gaps that wait for their turn; the oldest are dropped; auto: 256 for each 256 connections. (auto, 1 to 65536) */
    readonly waiting?: 'auto' | number | undefined
    /** Peers asked besides the author. (0 to 64) */
    readonly otherPeers?: number | undefined
    /** An answer counts as ended after this silence. (100ms to 10min) */
    readonly silence?: string | undefined
    /** An answer that brings nothing missing for this long is given up. (1s to 1d) */
    readonly fruitless?: string | undefined
  }
  /** Storing the readings of others (store). */
  readonly replication?: {
    /** Time between two searches for gaps. (1s to 1d) */
    readonly period?: string | undefined
    /** Time between two requests for blocks in place of packs. (1min to 7d) */
    readonly compactPeriod?: string | undefined
    /** First wait before an author who is silent is asked again. (100ms to 1h) */
    readonly min?: string | undefined
    /** Longest wait before it is asked again. (100ms to 1d) */
    readonly max?: string | undefined
    /** Longest wait while it is connected and its readings arrive. (100ms to 1d) */
    readonly alive?: string | undefined
    /** Gaps requested at one time. (1 to 4096) */
    readonly gaps?: number | undefined
    /** Gaps remembered that their author cannot fill. (1 to 65536) */
    readonly unfillable?: number | undefined
  }
  /** Peers that have readings of an author. */
  readonly providers?: {
    /** Authors whose providers are remembered; auto: 1024 for each 256 connections. (auto, 16 to 1000000) */
    readonly authors?: 'auto' | number | undefined
    /** Providers remembered of each. (1 to 256) */
    readonly perAuthor?: number | undefined
  }
  /** Shares of the authors whose readings are stored. */
  readonly store?: {
    /** Part of history.bytes that one other author may take. (0.01 to 1) */
    readonly authorShare?: number | undefined
    /** Part of history.bytes for all authors together that are stored for a claim. (0.01 to 1) */
    readonly claimedShare?: number | undefined
    /** Bytes of one other author stored in an hour; those stored for a claim count as one. (64KiB to 1GiB) */
    readonly authorWrites?: string | undefined
  }
  /** Descriptions that nodes publish of themselves. */
  readonly catalogue?: {
    /** Nodes whose catalogue is held; auto: 1024 for each 256 connections. (auto, 16 to 1000000) */
    readonly authors?: 'auto' | number | undefined
    /** Catalogues held; auto: 1/512 of the memory, 1 to 16 MiB. (auto, 64KiB to 1GiB) */
    readonly bytes?: 'auto' | string | undefined
    /** Time between two publications of an unchanged catalogue. (10s to 1d) */
    readonly period?: string | undefined
    /** Changes are gathered for this long before they are published. (0ms to 1h) */
    readonly gather?: string | undefined
  }
  /** Pairing by a code. */
  readonly pair?: {
    /** A code that nobody used is closed after this. (1min to 15min) */
    readonly lifetime?: string | undefined
    /** Tries of one code, by whomever; then it is closed. (1 to 5) */
    readonly tries?: number | undefined
    /** Least time from the begin of one try to that of the next. (2s to 1min) */
    readonly interval?: string | undefined
    /** One try may take this long. (1s to 1min) */
    readonly deadline?: string | undefined
    /** Whoever proved a code may prove it again for this long, if the answer was lost. (0ms to 10min) */
    readonly repeat?: string | undefined
  }
  /** What peers that were granted configure may ask of this node from afar. */
  readonly manage?: {
    /** One request may take this long to arrive, and its answer as long again. (1s to 10min) */
    readonly deadline?: string | undefined
    /** Requests a second of one caller; beyond them its stream is reset. (0.01 to 1000) */
    readonly rate?: number | undefined
    /** Requests at once of one caller. (1 to 1000) */
    readonly burst?: number | undefined
    /** Callers whose rate is remembered. (16 to 65536) */
    readonly callers?: number | undefined
    /** Requests of all callers that are answered at a time. (1 to 256) */
    readonly streams?: number | undefined
    /** Lines of the log that are kept in memory for them. (1 to 10000) */
    readonly lines?: number | undefined
    /** Length to which one of these lines is cut. (100B to 16KiB) */
    readonly lineBytes?: string | undefined
    /** Time to confirm a configuration that was put, before the one of before comes back. (5s to 10min) */
    readonly confirm?: string | undefined
  }
  /** Refusals of what somebody may not do. */
  readonly access?: {
    /** Callers whose refusals are logged once a minute each; of all others none is. (1 to 4096) */
    readonly callers?: number | undefined
  }
  /** Commands of switches, and their log. */
  readonly switches?: {
    /** Commands a second of one peer. (0.1 to 1000) */
    readonly rate?: number | undefined
    /** Commands at once of one peer. (1 to 1000) */
    readonly burst?: number | undefined
    /** Peers whose commands are remembered, so that a repeated one switches nothing again. (1 to 1024) */
    readonly peers?: number | undefined
    /** Commands that wait for one switch. (1 to 256) */
    readonly waiting?: number | undefined
    /** Commands in the log; refused ones are at most a quarter of them. (16 to 100000) */
    readonly logRows?: number | undefined
    /** Older commands are deleted from the log. (1h to 36500d) */
    readonly logAge?: string | undefined
  }
  /** Streams that kith serve answers with programs. */
  readonly serve?: {
    /** Programs at one time for one kith serve; further streams are reset. (1 to 256) */
    readonly programs?: number | undefined
    /** Of these, programs that answer one peer. (1 to 256) */
    readonly programsPerPeer?: number | undefined
    /** A stream waits this long for its program to start. (1s to 1min) */
    readonly accept?: string | undefined
  }
  /** The control socket in the home. */
  readonly control?: {
    /** Requests at one time that wait for peers or go on (ask, watch), and as many others. (1 to 1024) */
    readonly connections?: number | undefined
    /** Streams at one time that kith pipe and kith serve carry. (1 to 1024) */
    readonly streams?: number | undefined
    /** Largest request. (1KiB to 16MiB) */
    readonly requestBytes?: string | undefined
    /** A request may take this long to arrive. (1s to 1h) */
    readonly timeout?: string | undefined
  }
}
