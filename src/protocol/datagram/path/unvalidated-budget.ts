/** Bytes to one host before it has been validated, within this many milliseconds. */
const BYTES = 3600
const WINDOW = 10_000
/** Milliseconds for which a host stays validated. */
const VALIDATED_FOR = 600_000

interface Host {
  readonly sent: { at: number; bytes: number }[]
  validatedAt: number
  usedAt: number
}

/**
 * Limits what is sent to a host before it has been validated, over all sessions together, so that a peer cannot aim
 * us at a third host (as QUIC's limit before address validation, RFC 9000 section 8.1).
 */
export class UnvalidatedBudget {
  readonly #hosts = new Map<string, Host>()
  readonly #bound: number

  /** @param bound maximum of hosts; while all of them are in use, a further one gets nothing */
  constructor(bound: number) {
    this.#bound = bound
  }

  get size(): number {
    return this.#hosts.size
  }

  /** @returns whether this many bytes may be sent there now; if so they are counted */
  spend(address: string, bytes: number, now: number): boolean {
    const host = this.#host(address, now)
    if (host === undefined) return false
    host.usedAt = now
    if (now - host.validatedAt <= VALIDATED_FOR) return true
    while (host.sent[0] !== undefined && now - host.sent[0].at >= WINDOW) host.sent.shift()
    const spent = host.sent.reduce((sum, item) => sum + item.bytes, 0)
    if (spent + bytes > BYTES) return false
    host.sent.push({ at: now, bytes })
    return true
  }

  /** The host sent a token back. */
  validated(address: string, now: number): void {
    const host = this.#host(address, now)
    if (host !== undefined) host.validatedAt = now
  }

  #host(address: string, now: number): Host | undefined {
    const known = this.#hosts.get(address)
    if (known !== undefined) return known
    if (this.#hosts.size >= this.#bound && !this.#evict(now)) return undefined
    const host = { sent: [], validatedAt: Number.NEGATIVE_INFINITY, usedAt: now }
    this.#hosts.set(address, host)
    return host
  }

  #evict(now: number): boolean {
    for (const [address, host] of this.#hosts) {
      if (now - host.usedAt < WINDOW) continue
      return this.#hosts.delete(address)
    }
    return false
  }
}
