import { randomBytes } from 'node:crypto'
import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import type { Clock } from '../../clock.ts'
import { describeError, NodeError } from '../../error.ts'
import { EachMinute, type Log } from '../../log.ts'
import { makeCode } from './code.ts'
import type { Frames, Refusal } from './codec.ts'
import { NONCE_BYTES, PAIR_PROTOCOL } from './constants.ts'
import type { PairLimits } from './limits.ts'
import { type Closed, OpenCode } from './open-code.ts'
import { PairStream } from './pair-stream.ts'
import type { Nonces } from './parties.ts'

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
}

/** What a code is opened for. */
export interface OpenRequest {
  /** What it grants. */
  readonly may: readonly string[]
  /**
   * Writes a peer that proved the code into the book.
   * @param checkOpen throws where the code is closed by now; to be called last before the book changes
   * @returns how it is called there
   */
  readonly proved: (by: ProvedBy, checkOpen: () => void) => Promise<string>
  /** Must not throw; the last is `closed`. */
  readonly onEvent: (event: PairEvent) => void
}

/** Who proved a code. */
export interface ProvedBy {
  readonly peer: string
  /** What it calls itself. */
  readonly name: string | undefined
}

/** What becomes of an open code. */
export type PairEvent =
  /** A try that came to nothing, whyever. */
  | { readonly kind: 'tried'; readonly peer: string; readonly left: number }
  | { readonly kind: 'paired'; readonly peer: string; readonly who: string }
  /** Proved, but not written into the book. */
  | { readonly kind: 'unwritten'; readonly peer: string; readonly why: string }
  | { readonly kind: 'closed'; readonly why: Closed }

const REFUSED: Refusal = { code: 'refused', text: 'the code is not right, or not open' }
const BUSY: Refusal = { code: 'busy', text: 'another try runs, or the last began just now' }
const NOT_WRITTEN: Refusal = {
  code: 'internal',
  text: 'the book could not be written; the machine that shows the code says why'
}

/** Streams of one connection that are answered at a time. */
const MAX_STREAMS = 2
/** Peers whose refusals are logged in a minute. */
const MAX_LOGGED = 16

interface Opened {
  readonly code: OpenCode
  readonly request: OpenRequest
}

/** A try that runs. */
interface Try extends Opened {
  readonly frames: PairStream
  readonly connection: Connection
  readonly peer: string
}

/** Opens codes, one at a time, and answers whoever proves one. While none is open the protocol is not spoken. */
export class Pairing {
  readonly #init: PairingInit
  readonly #components: PairingComponents
  readonly #loggedBusy: EachMinute
  readonly #counters = { tries: 0, refused: 0, paired: 0 }
  #opened: Opened | undefined
  /** The codes whose peer is being written into the book, with what is told afterwards: that they are closed by then. */
  readonly #writing = new Map<OpenCode, () => void>()
  /** The registrations of the protocol, one after the other. */
  #registered: Promise<unknown> = Promise.resolve()

  constructor(components: PairingComponents, init: PairingInit) {
    this.#init = init
    this.#components = components
    this.#loggedBusy = new EachMinute(components.clock, MAX_LOGGED)
  }

  /** Tries that counted; what was refused, those that were too early as well; peers that were paired. */
  get counters(): Readonly<Record<string, number>> {
    return this.#counters
  }

  /** Opens a new code; one that was open is withdrawn. @throws what the network throws: then none is open */
  async open(request: OpenRequest): Promise<OpenCode> {
    const { network, clock } = this.#components
    this.close('withdrawn')
    const code: OpenCode = new OpenCode({
      clock,
      limits: this.#init.limits,
      code: makeCode(),
      may: request.may,
      onClosed: (why) => this.#closed(code, request, why)
    })
    this.#opened = { code, request }
    const options = { maxInboundStreams: MAX_STREAMS, runOnLimitedConnection: true }
    try {
      await this.#register(() => network.handle(PAIR_PROTOCOL, this.#handle, options))
    } catch (error) {
      code.close('withdrawn')
      throw error
    }
    return code
  }

  /** Closes the code that is open, if one is. */
  close(why: Closed = 'withdrawn'): void {
    this.#opened?.code.close(why)
  }

  #closed(code: OpenCode, { onEvent }: OpenRequest, why: Closed): void {
    if (this.#opened?.code === code) this.#opened = undefined
    const tell = (): void => onEvent({ kind: 'closed', why })
    if (this.#writing.has(code)) this.#writing.set(code, tell)
    else tell()
    const { network, log } = this.#components
    this.#register(() => network.unhandle(PAIR_PROTOCOL)).catch((error: unknown) =>
      log.debug(describeError(error))
    )
  }

  #register(work: () => Promise<void>): Promise<void> {
    const done = this.#registered.then(work)
    this.#registered = done.catch(() => {})
    return done
  }

  /** Never throws: libp2p hands that to the process (docs/network.md trap 9). */
  readonly #handle = (stream: Stream, connection: Connection): void => {
    this.#answer(stream, connection).catch((error: unknown) => {
      this.#components.log.debug(`pairing with ${connection.remotePeer}: ${describeError(error)}`)
      stream.abort(error instanceof Error ? error : new Error(String(error)))
    })
  }

  /** Only who sends a share takes the one place: whoever holds it uses up a try. */
  async #answer(stream: Stream, connection: Connection): Promise<void> {
    const frames = new PairStream(stream, this.#components.clock, this.#init.limits.deadline)
    const peer = connection.remotePeer.toString()
    const { nonce } = await frames.receive('nonce')
    if (this.#isClosedTo(peer)) return await this.#refuse(frames, REFUSED)
    const nonces = { initiator: nonce, responder: randomBytes(NONCE_BYTES) }
    await frames.send('nonce', { nonce: nonces.responder })
    const share = await frames.receive('share')
    const opened = this.#opened
    if (opened === undefined || this.#isClosedTo(peer)) return await this.#refuse(frames, REFUSED)
    const begun = opened.code.begin(peer)
    if (begun === 'busy' && this.#loggedBusy.take(peer))
      this.#components.log.info('a try to pair was too early', { peer })
    if (begun !== 'begun') return await this.#refuse(frames, begun === 'busy' ? BUSY : REFUSED)
    this.#counters.tries++
    try {
      await this.#try({ ...opened, frames, connection, peer }, nonces, share)
    } finally {
      opened.code.end()
    }
  }

  #isClosedTo(peer: string): boolean {
    return this.#opened === undefined || this.#components.denies(peer)
  }

  async #try(one: Try, nonces: Nonces, share: Frames['share']): Promise<void> {
    let tag: Uint8Array | undefined
    try {
      tag = await this.#provedTag(one, nonces, share)
    } finally {
      // Also where it was broken off.
      if (tag === undefined) this.#failed(one)
    }
    if (tag === undefined) await this.#refuse(one.frames, REFUSED)
    else await this.#proved(one, { peer: one.peer, name: share.name }, tag)
  }

  /**
   * What the last check says goes to the other side in one form, and after the same work, whatever is wrong.
   * @returns our own proof; undefined where that of the other side is none
   */
  async #provedTag(
    { frames, connection, code }: Try,
    nonces: Nonces,
    share: Frames['share']
  ): Promise<Uint8Array | undefined> {
    const { self } = this.#init
    const name = this.#init.name()
    const [{ cpaceBegin, cpaceTags, isSameTag }, { cpaceInput, dataOf, messageOf, partiesOf }] =
      await Promise.all([import('./cpace.ts'), import('./parties.ts')])
    const parties = partiesOf(connection, self, 'responder')
    const own = cpaceBegin(cpaceInput(code.code, parties, nonces), dataOf(parties.responder, name))
    await frames.send('share', { share: own.sent.share, name })
    const tags = cpaceTags(own, messageOf(parties.initiator, share), 'responder')
    const { tag } = await frames.receive('proof')
    const isProved = tags !== undefined && isSameTag(tags.initiator, tag) && !code.isClosed
    return isProved ? tags.responder : undefined
  }

  #failed({ peer, code, request }: Try): void {
    this.#components.log.warn('a try to pair failed', { peer, triesLeft: code.triesLeft })
    if (!code.isClosed) request.onEvent({ kind: 'tried', peer, left: code.triesLeft })
  }

  async #refuse(frames: PairStream, refusal: Refusal): Promise<void> {
    this.#counters.refused++
    await frames.refuse(refusal)
  }

  /** The book is written first: whoever hears that it is paired, is. */
  async #proved(one: Try, by: ProvedBy, tag: Uint8Array): Promise<void> {
    const { frames, code } = one
    this.#writing.set(code, () => {})
    const isWritten = await this.#write(one, by)
    this.#writing.get(code)?.()
    this.#writing.delete(code)
    if (!isWritten) return await this.#refuse(frames, code.isClosed ? REFUSED : NOT_WRITTEN)
    await frames.send('paired', { tag, may: code.may })
    await frames.receive('done')
    frames.close()
    code.close('used')
  }

  /** @returns whether it is in the book; never throws */
  async #write({ code, request }: Try, by: ProvedBy): Promise<boolean> {
    const { log } = this.#components
    const { proved, onEvent } = request
    const { peer } = by
    try {
      const who = await proved(by, () => checkOpen(code))
      if (code.provedBy === undefined) {
        log.info(`paired with ${who}`, { peer, may: code.may })
        this.#counters.paired++
        onEvent({ kind: 'paired', peer, who })
      }
      code.proved(peer)
      return true
    } catch (error) {
      const why = describeError(error)
      log.error(`pairing with ${peer}: ${why}`)
      onEvent({ kind: 'unwritten', peer, why })
      return false
    }
  }
}

function checkOpen(code: OpenCode): void {
  if (code.isClosed) throw new NodeError('refused', 'the code was closed meanwhile')
}
