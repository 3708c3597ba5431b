import { BoundedMap } from '../../bounded-map.ts'
import type { OpenedSeal } from '../../reading/signed/seal.ts'

export interface GossipVersionsOptions {
  /** Topics of all versions of a topic's family, itself included. */
  readonly versionsOf: (topic: string) => readonly string[]
  /** Packs that are remembered; beyond, the oldest is removed. */
  readonly packs: number
}

/**
 * Remembers on which topics a pack was accepted. An author publishes the same bytes on the topic of every
 * version that it speaks: they are accepted once but relayed on each topic, because a node behind us may
 * speak another version than we do. Nothing is remembered where a family has one version.
 */
export class GossipVersions {
  readonly #options: GossipVersionsOptions
  /** By signature. */
  readonly #topics: BoundedMap<string, Set<string>>

  constructor(options: GossipVersionsOptions) {
    this.#options = options
    this.#topics = new BoundedMap(options.packs)
  }

  /** A pack was accepted. */
  note(topic: string, { signature }: OpenedSeal): void {
    if (this.#options.versionsOf(topic).length < 2) return
    this.#topics.set(keyOf(signature), new Set([topic]))
  }

  /** @returns whether it was accepted on the topic of another version and arrives on this one for the first time */
  isNewOn(topic: string, { signature }: OpenedSeal): boolean {
    const topics = this.#topics.get(keyOf(signature))
    if (topics === undefined || topics.has(topic)) return false
    if (!this.#options.versionsOf(topic).some((version) => topics.has(version))) return false
    topics.add(topic)
    return true
  }
}

function keyOf(signature: Uint8Array): string {
  return Buffer.from(signature).toString('base64')
}
