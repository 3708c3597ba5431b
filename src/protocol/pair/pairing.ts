import { randomBytes } from 'node:crypto'
import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import type { Clock } from '../../clock.ts'
import { describeError } from '../../error.ts'
import type { Log } from '../../log.ts'
import { makeCode } from './code.ts'
import type { Refusal } from './codec.ts'
import { NONCE_BYTES, PAIR_PROTOCOL } from './constants.ts'
import type { PairLimits } from './limits.ts'
import { type Closed, OpenCode } from './open-code.ts'
import { PairStream } from './pair-stream.ts'

export interface PairingInit {
  readonly limits: PairLimits
  /** Our PeerId. */
  readonly self: string
  /** What we are called; a proposal for the other's book. */
  readonly name: () => string | undefined
}

export interface PairingComponents {
  readonly network: Pick<Libp2p, 'handle' | 'unhandle'>
  readonly clock: Clock
  readonly log: Log
  readonly denies: (peer: string) => boolean
  /** Writes a peer that proved a code into the book. @returns how it is called there */
  readonly proved: (by: ProvedBy) => Promise<string>
}

/** Who proved a code, and what it granted. */
export interface ProvedBy {
  readonly peer: string
  /** What it calls itself. */
  readonly name: string | undefined
  readonly may: readonly string[]
}

/** What becomes of an open code. */
export type PairEvent =
  | { readonly kind: 'tried'; readonly peer: string; readonly left: number }
  | { readonly kind: 'paired'; readonly peer: string; readonly who: string }
  | { readonly kind: 'closed'; readonly why: Closed }

const REFUSED: Refusal = { code: 'refused', text: 'the code is not right, or not open' }
const BUSY: Refusal = { code: 'busy', text: 'another try runs, or the last began just now' }
const NOT_WRITTEN: Refusal = { code: 'internal', text: 'the book could not be written' }

/** Streams of one connection that are answered at a time. */
const MAX_STREAMS = 2

/** Opens codes, one at a time, and answers whoever proves one. While none is open the protocol is not spoken. */
export class Pairing {
  readonly #init: PairingInit
  readonly #components: PairingComponents
  #open: OpenCode | undefined
  #onEvent: (event: PairEvent) => void = () => {}

  constructor(components: PairingComponents, init: PairingInit) {
    this.#init = init
    this.#components = components
  }

  /** Opens a new code; one that was open is withdrawn. @param onEvent must not throw */
  async open(may: readonly string[], onEvent: (event: PairEvent) => void): Promise<OpenCode> {
    const { network, clock } = this.#components
    await this.close('withdrawn')
    const open: OpenCode = new OpenCode({
      clock,
      limits: this.#init.limits,
      code: makeCode(),
      may,
      onClosed: (why) => this.#closed(open, why)
    })
    this.#open = open
    this.#onEvent = onEvent
    await network.handle(PAIR_PROTOCOL, this.#handle, {
      maxInboundStreams: MAX_STREAMS,
      runOnLimitedConnection: true
    })
    return open
  }

  /** Closes the code that is open, if one is. */
  async close(why: Closed = 'withdrawn'): Promise<void> {
    this.#open?.close(why)
  }

  #closed(open: OpenCode, why: Closed): void {
    if (this.#open !== open) return
    this.#open = undefined
    this.#onEvent({ kind: 'closed', why })
    const { network, log } = this.#components
    network.unhandle(PAIR_PROTOCOL).catch((error: unknown) => log.debug(describeError(error)))
  }

  /** Never throws: libp2p hands that to the process (docs/network.md trap 9). */
  readonly #handle = (stream: Stream, connection: Connection): void => {
    this.#answer(stream, connection).catch((error: unknown) => {
      this.#components.log.debug(`pairing with ${connection.remotePeer}: ${describeError(error)}`)
      stream.abort(error instanceof Error ? error : new Error(String(error)))
    })
  }

  async #answer(stream: Stream, connection: Connection): Promise<void> {
    const { clock, denies } = this.#components
    const peer = connection.remotePeer.toString()
    const frames = new PairStream(stream, clock, this.#init.limits.deadline)
    const { nonce } = await frames.receive('nonce')
    const open = this.#open
    const begun = open === undefined || denies(peer) ? 'refused' : open.begin(peer)
    if (open === undefined || begun !== 'begun') return await frames.refuse(begun === 'busy' ? BUSY : REFUSED)
    try {
      await this.#try(frames, connection, open, nonce)
    } finally {
      open.end()
    }
  }

  /** What the last check says goes to the other side in one form, and after the same work, whatever is wrong. */
  async #try(frames: PairStream, connection: Connection, open: OpenCode, nonce: Uint8Array): Promise<void> {
    const { self } = this.#init
    const name = this.#init.name()
    const [{ cpaceBegin, cpaceTags, isSameTag }, { cpaceInput, dataOf, messageOf, partiesOf }] =
      await Promise.all([import('./cpace.ts'), import('./parties.ts')])
    const nonces = { initiator: nonce, responder: randomBytes(NONCE_BYTES) }
    await frames.send('nonce', { nonce: nonces.responder })
    const theirs = await frames.receive('share')
    if (!open.count()) return await frames.refuse(REFUSED)
    const own = cpaceBegin(
      cpaceInput(open.code, partiesOf(connection, self, 'responder'), nonces),
      dataOf(name)
    )
    await frames.send('share', { share: own.sent.share, name })
    const tags = cpaceTags(own, messageOf(theirs), 'responder')
    const { tag } = await frames.receive('proof')
    const isProved = tags !== undefined && isSameTag(tags.initiator, tag) && !open.isClosed
    if (!isProved) return await this.#failed(frames, connection, open)
    await this.#proved(
      frames,
      { peer: connection.remotePeer.toString(), name: theirs.name },
      open,
      tags.responder
    )
  }

  async #failed(frames: PairStream, { remotePeer }: Connection, open: OpenCode): Promise<void> {
    const peer = remotePeer.toString()
    this.#components.log.warn('a try to pair failed', { peer, triesLeft: open.triesLeft })
    this.#onEvent({ kind: 'tried', peer, left: open.triesLeft })
    await frames.refuse(REFUSED)
  }

  /** The book is written first: whoever hears that it is paired, is. */
  async #proved(
    frames: PairStream,
    by: Omit<ProvedBy, 'may'>,
    open: OpenCode,
    tag: Uint8Array
  ): Promise<void> {
    const { log, proved } = this.#components
    const { may } = open
    const who = await proved({ ...by, may }).catch((error: unknown) => {
      log.error(`pairing with ${by.peer}: ${describeError(error)}`)
      return undefined
    })
    if (who === undefined) return await frames.refuse(NOT_WRITTEN)
    if (open.provedBy === undefined) {
      log.info(`paired with ${who}`, { peer: by.peer, may })
      this.#onEvent({ kind: 'paired', peer: by.peer, who })
    }
    open.proved(by.peer)
    await frames.send('paired', { tag, may })
    await frames.receive('done')
    frames.close()
    open.close('used')
  }
}
