import type { Cancel, Clock } from '../../../clock.ts'
import type { ConnectionIds } from './connection-ids.ts'
import type { DirectionKey } from './key-schedule.ts'
import { Opener, Sealer } from './packet.ts'
import { type PacketOwner, ReceiveKey } from './receive-key.ts'

/** Milliseconds that packets under replaced keys are still taken. */
const OLD_KEYS_LIVE = 10_000

export interface SessionKeysOptions {
  readonly clock: Clock
  readonly ids: ConnectionIds
  readonly owner: PacketOwner
  readonly failedOpens: number
}

/** The keys of one session through its rekeys: at most two to receive with, and two to send with. */
export class SessionKeys {
  readonly #options: SessionKeysOptions
  /** Ids promised to the peer whose keys are not agreed yet. */
  readonly #reserved = new Set<ReceiveKey>()
  #receive: ReceiveKey | undefined
  #old: ReceiveKey | undefined
  #cancelOld: Cancel = () => {}
  #sealer: Sealer | undefined
  /** The responder's next sealer, until a packet proves that the initiator has the keys. */
  #next: Sealer | undefined

  constructor(options: SessionKeysOptions) {
    this.#options = options
  }

  /** What packets are sealed with; undefined before the first agreement. */
  get sealer(): Sealer | undefined {
    return this.#sealer
  }

  /** New keys are agreed, and the peer has not shown yet that it has them. */
  get awaitingPeer(): boolean {
    return this.#next !== undefined
  }

  isCurrent(key: ReceiveKey): boolean {
    return key === this.#receive
  }

  /** A connection id to tell the peer; it opens nothing before install(). */
  reserve(): ReceiveKey {
    const { ids, owner, failedOpens } = this.#options
    const key = new ReceiveKey(ids.fresh(), owner, failedOpens)
    ids.add(key)
    this.#reserved.add(key)
    return key
  }

  /** Gives back an id that came to nothing. */
  release(key: ReceiveKey): void {
    this.#reserved.delete(key)
    this.#options.ids.remove(key)
  }

  /**
   * @param peerCid the id the peer receives on
   * @param atOnce send under the new keys from now on; else only after a packet under them has come
   */
  install(
    key: ReceiveKey,
    receive: DirectionKey,
    send: DirectionKey,
    peerCid: Uint8Array,
    atOnce: boolean
  ): void {
    key.agreed(new Opener(receive))
    this.#reserved.delete(key)
    this.#retire()
    this.#old = this.#receive
    this.#receive = key
    if (this.#old !== undefined) {
      this.#cancelOld = this.#options.clock.after(OLD_KEYS_LIVE, () => this.#retire())
    }
    const sealer = new Sealer(send, peerCid)
    if (atOnce) this.#sealer = sealer
    else this.#next = sealer
  }

  /** An authentic packet came under this key. */
  heard(key: ReceiveKey): void {
    if (this.#next === undefined || key !== this.#receive) return
    this.#sealer = this.#next
    this.#next = undefined
  }

  close(): void {
    this.#retire()
    for (const key of this.#reserved) this.release(key)
    if (this.#receive !== undefined) this.#drop(this.#receive)
    this.#receive = undefined
    this.#sealer = undefined
    this.#next = undefined
  }

  #retire(): void {
    this.#cancelOld()
    if (this.#old !== undefined) this.#drop(this.#old)
    this.#old = undefined
  }

  #drop(key: ReceiveKey): void {
    key.forget()
    this.#options.ids.remove(key)
  }
}
