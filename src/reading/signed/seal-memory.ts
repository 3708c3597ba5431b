import { hash } from 'node:crypto'
import type { OpenedSeal } from './seal.ts'

/** wire.md, Sealing. */
const DEFAULT_CAPACITY = 4096

/**
 * Remembers which seals were verified, so that each is verified once a process whichever door its bytes
 * came by. The least recently seen are forgotten first.
 */
export class SealMemory {
  private readonly capacity: number
  private readonly hashes = new Set<string>()

  constructor(capacity: number = DEFAULT_CAPACITY) {
    this.capacity = capacity
  }

  has(seal: OpenedSeal): boolean {
    const hash = hashOf(seal)
    if (!this.hashes.delete(hash)) return false
    this.hashes.add(hash)
    return true
  }

  add(seal: OpenedSeal): void {
    this.hashes.add(hashOf(seal))
    const [oldest] = this.hashes
    if (this.hashes.size > this.capacity && oldest !== undefined) this.hashes.delete(oldest)
  }
}

/** With the domain: the bytes of a verified pack are not those of a verified block. */
function hashOf({ domain, bytes }: OpenedSeal): string {
  return `${domain} ${hash('sha256', bytes, 'base64')}`
}
