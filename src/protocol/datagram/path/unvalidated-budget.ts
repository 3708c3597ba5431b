/** Bytes to one host before it has proven that it takes UDP from us, and in what time. */
const BYTES = 3600
const WINDOW = 10_000
/** A proof holds so long. */
const PROVEN_FOR = 600_000

interface Host {
  readonly sent: { at: number; bytes: number }[]
  provenAt: number
  usedAt: number
}

/** Keeps us from being aimed at a host that wants nothing of us, whatever the number of sessions. */
export class UnvalidatedBudget {
  readonly #hosts = new Map<string, Host>()
  readonly #bound: number

  /** @param bound hosts remembered; when all of them are fresh, a further one gets nothing */
  constructor(bound: number) {
    this.#bound = bound
  }

  get size(): number {
    return this.#hosts.size
  }

  /** Whether so many bytes may go there now; if so they are counted. */
  spend(address: string, bytes: number, now: number): boolean {
    const host = this.#host(address, now)
    if (host === undefined) return false
    host.usedAt = now
    if (now - host.provenAt <= PROVEN_FOR) return true
    while (host.sent[0] !== undefined && now - host.sent[0].at >= WINDOW) host.sent.shift()
    const spent = host.sent.reduce((sum, item) => sum + item.bytes, 0)
    if (spent + bytes > BYTES) return false
    host.sent.push({ at: now, bytes })
    return true
  }

  /** A token came back from there. */
  proven(address: string, now: number): void {
    const host = this.#host(address, now)
    if (host !== undefined) host.provenAt = now
  }

  #host(address: string, now: number): Host | undefined {
    const known = this.#hosts.get(address)
    if (known !== undefined) return known
    if (this.#hosts.size >= this.#bound && !this.#forgetOne(now)) return undefined
    const host = { sent: [], provenAt: Number.NEGATIVE_INFINITY, usedAt: now }
    this.#hosts.set(address, host)
    return host
  }

  #forgetOne(now: number): boolean {
    for (const [address, host] of this.#hosts) {
      if (now - host.usedAt < WINDOW) continue
      return this.#hosts.delete(address)
    }
    return false
  }
}
