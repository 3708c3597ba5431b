import type { Cancel, Clock } from '../../../clock.ts'
import { TokenBucket } from '../../../token-bucket.ts'
import { SECRET_BYTES } from '../constants.ts'
import { encodeRekey, encodeRekeyRequest, type RekeyFrame } from '../control/frame.ts'
import type { ReceiveKey } from './receive-key.ts'

const MINUTE = 60_000
/** Keys are replaced after 60 minutes, plus or minus 10, or when their packets are used up. */
const INTERVAL = 60 * MINUTE
const SPREAD = 10 * MINUTE
/** Keys older than this are not used, even where the rekey failed. */
const HARD_LIMIT = 120 * MINUTE
/** REKEY is sent this many times, this many milliseconds apart; then the session ends. */
const TRIES = 3
const RETRY = 10_000
/** Rate of REKEYs that are accepted: an honest initiator sends one every 10 s at most. */
const ACCEPTED = { perSecond: 0.5, burst: 8 }

/** Both frames of a completed exchange. */
export interface Renewal {
  readonly rekey: RekeyFrame
  readonly ack: RekeyFrame
  readonly key: ReceiveKey
}

export interface RekeyOptions {
  readonly clock: Clock
  readonly random: (bytes: number) => Uint8Array
  readonly initiator: boolean
  readonly send: (frame: Buffer) => void
  readonly reserve: () => ReceiveKey
  readonly release: (key: ReceiveKey) => void
  readonly renewed: (renewal: Renewal) => void
  /** The session must end. */
  readonly failed: () => void
}

interface Pending {
  readonly frame: RekeyFrame
  readonly key: ReceiveKey
  tries: number
}

/**
 * When keys are replaced, and the exchange that replaces them. Only the initiator starts one; the responder
 * requests it. Methods that take a frame return whether it was in order.
 */
export class Rekey {
  readonly #options: RekeyOptions
  readonly #accepted = new TokenBucket(ACCEPTED)
  #pending: Pending | undefined
  #last: Renewal | undefined
  #requestedAt = Number.NEGATIVE_INFINITY
  #cancelSchedule: Cancel = () => {}
  #cancelHard: Cancel = () => {}
  #cancelRetry: Cancel = () => {}

  constructor(options: RekeyOptions) {
    this.#options = options
  }

  /** Keys were agreed just now. */
  schedule(): void {
    const { clock, random, failed } = this.#options
    const [spread = 0] = random(1)
    this.#cancelSchedule()
    this.#cancelHard()
    this.#cancelSchedule = clock.after(INTERVAL - SPREAD + (spread / 255) * 2 * SPREAD, () => this.due())
    this.#cancelHard = clock.after(HARD_LIMIT, failed)
  }

  /** Requests new keys; does nothing while a rekey is under way. */
  due(): void {
    if (this.#options.initiator) this.#start()
    else this.#request()
  }

  onRekey(frame: RekeyFrame): boolean {
    const { initiator, clock, random, send, reserve, renewed } = this.#options
    if (initiator || !this.#accepted.take(clock.monotonic())) return false
    if (this.#last?.rekey.bytes.equals(frame.bytes) === true) {
      send(this.#last.ack.bytes)
      return true
    }
    const key = reserve()
    const ack = encodeRekey('rekey-ack', Buffer.from(random(SECRET_BYTES)), key.cid)
    this.#last = { rekey: frame, ack, key }
    send(ack.bytes)
    renewed(this.#last)
    return true
  }

  onAck(frame: RekeyFrame): boolean {
    if (!this.#options.initiator) return false
    // A REKEY that was sent twice is answered twice.
    if (this.#last?.ack.bytes.equals(frame.bytes) === true) return true
    const pending = this.#pending
    if (pending === undefined) return false
    this.#pending = undefined
    this.#cancelRetry()
    this.#last = { rekey: pending.frame, ack: frame, key: pending.key }
    this.#options.renewed(this.#last)
    return true
  }

  onRequest(): boolean {
    if (!this.#options.initiator) return false
    this.#start()
    return true
  }

  close(): void {
    this.#cancelSchedule()
    this.#cancelHard()
    this.#cancelRetry()
    this.#pending = undefined
  }

  #start(): void {
    const { clock, random, reserve } = this.#options
    const now = clock.monotonic()
    if (this.#pending !== undefined || now - this.#requestedAt < RETRY) return
    this.#requestedAt = now
    const key = reserve()
    const frame = encodeRekey('rekey', Buffer.from(random(SECRET_BYTES)), key.cid)
    this.#pending = { frame, key, tries: 0 }
    this.#try(this.#pending)
  }

  #try(pending: Pending): void {
    if (pending.tries === TRIES) {
      this.#pending = undefined
      this.#options.release(pending.key)
      this.#options.failed()
      return
    }
    pending.tries++
    this.#cancelRetry = this.#options.clock.after(RETRY, () => this.#try(pending))
    this.#options.send(pending.frame.bytes)
  }

  #request(): void {
    const now = this.#options.clock.monotonic()
    if (now - this.#requestedAt < RETRY) return
    this.#requestedAt = now
    this.#options.send(encodeRekeyRequest())
  }
}
