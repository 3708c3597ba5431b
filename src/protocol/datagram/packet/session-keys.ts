import type { Cancel, Clock } from '../../../clock.ts'
import type { ConnectionIds } from './connection-ids.ts'
import type { DirectionKey } from './key-schedule.ts'
import { PacketDecrypter, PacketEncrypter } from './packet.ts'
import { type PacketOwner, ReceiveKey } from './receive-key.ts'

/** Milliseconds for which packets under replaced keys are still taken. */
const OLD_KEYS_FOR = 10_000

export interface SessionKeysOptions {
  readonly clock: Clock
  readonly ids: ConnectionIds
  readonly owner: PacketOwner
  readonly failedOpens: number
}

/** The keys of one session through its rekeys: at most two to receive with, and two to send with. */
export class SessionKeys {
  readonly #options: SessionKeysOptions
  /** Ids sent to the peer whose keys are not agreed yet. */
  readonly #reserved = new Set<ReceiveKey>()
  #receive: ReceiveKey | undefined
  #old: ReceiveKey | undefined
  #cancelOld: Cancel = () => {}
  #encrypter: PacketEncrypter | undefined
  /** The responder's next encrypter, until a packet shows that the initiator has the keys. */
  #next: PacketEncrypter | undefined

  constructor(options: SessionKeysOptions) {
    this.#options = options
  }

  /** Undefined before the first agreement. */
  get encrypter(): PacketEncrypter | undefined {
    return this.#encrypter
  }

  /** New keys are agreed, and no packet under them has come yet. */
  get awaitingPeer(): boolean {
    return this.#next !== undefined
  }

  isCurrent(key: ReceiveKey): boolean {
    return key === this.#receive
  }

  /** A connection id to send to the peer; it has no key before install(). */
  reserve(): ReceiveKey {
    const { ids, owner, failedOpens } = this.#options
    const key = new ReceiveKey(ids.fresh(), owner, failedOpens)
    ids.add(key)
    this.#reserved.add(key)
    return key
  }

  /** Frees an id that is not used after all. */
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
    key.agreed(new PacketDecrypter(receive))
    this.#reserved.delete(key)
    this.#retire()
    this.#old = this.#receive
    this.#receive = key
    if (this.#old !== undefined) {
      this.#cancelOld = this.#options.clock.after(OLD_KEYS_FOR, () => this.#retire())
    }
    const encrypter = new PacketEncrypter(send, peerCid)
    if (atOnce) this.#encrypter = encrypter
    else this.#next = encrypter
  }

  /** An authentic packet arrived under this key. */
  heard(key: ReceiveKey): void {
    if (this.#next === undefined || key !== this.#receive) return
    this.#encrypter = this.#next
    this.#next = undefined
  }

  close(): void {
    this.#retire()
    for (const key of this.#reserved) this.release(key)
    if (this.#receive !== undefined) this.#drop(this.#receive)
    this.#receive = undefined
    this.#encrypter = undefined
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
