import type { OpenedSeal } from '../../reading/signed/seal.ts'

export interface GossipVersionsOptions {
  /** Topics of all versions of a topic's family, itself included. */
  readonly versionsOf: (topic: string) => readonly string[]
  /** Packs that are remembered. */
  readonly packs: number
}

/**
 * Remembers on which topics a pack was taken in. An author publishes the same bytes on the topic of every
 * version that it speaks: they are taken in once, but handed on in each topic, for behind us may be a node
 * that speaks another version than we do. Nothing is remembered where a family has one version.
 */
export class GossipVersions {
  readonly #options: GossipVersionsOptions
  /** By signature, in the order of their arrival. */
  readonly #topics = new Map<string, Set<string>>()

  constructor(options: GossipVersionsOptions) {
    this.#options = options
  }

  /** A pack was taken in. */
  note(topic: string, { signature }: OpenedSeal): void {
    if (this.#options.versionsOf(topic).length < 2) return
    this.#topics.set(keyOf(signature), new Set([topic]))
    const [oldest] = this.#topics.keys()
    if (this.#topics.size > this.#options.packs && oldest !== undefined) this.#topics.delete(oldest)
  }

  /** @returns whether it was taken in on the topic of another version and comes on this one for the first time */
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
