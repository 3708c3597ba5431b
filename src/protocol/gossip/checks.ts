import { isSealedRefusal, openSealed } from '../../reading/signed/open-signed.ts'
import { isPackError } from '../../reading/signed/pack-error.ts'
import { type OpenedSeal, SEAL_BYTES } from '../../reading/signed/seal.ts'
import type { SealVerifier } from '../../reading/signed/seal-verify.ts'
import type { TokenBuckets } from '../token-bucket.ts'
import type { GossipVersions } from './versions.ts'

/** What decided about a message, in the order of the checks of docs/protocols.md section 11, and the verdict for gossipsub. */
export const VERDICTS = {
  size: 'reject',
  'source-rate': 'ignore',
  form: 'reject',
  signer: 'ignore',
  seen: 'ignore',
  version: 'accept',
  'new-author': 'ignore',
  'author-rate': 'ignore',
  signature: 'reject',
  content: 'reject',
  held: 'ignore',
  old: 'ignore',
  ahead: 'ignore',
  /** Some of its records are bad: taken, and not relayed, as peers may refuse it (docs/protocols.md section 8). */
  flawed: 'ignore',
  accept: 'accept'
} as const

export type Reason = keyof typeof VERDICTS
export type Verdict = (typeof VERDICTS)[Reason]

export interface Checked<T> {
  readonly reason: Reason
  readonly verdict: Verdict
  /** PeerId of the signer, from check 4 on. */
  readonly author?: string
  /** The verified content, from check 9 on. */
  readonly message?: T
}

export interface GossipChecksInit<T> {
  readonly domain: 'pack' | 'meta'
  /** One for the whole process: bytes are verified once, whatever carried them. */
  readonly verifier: Pick<SealVerifier, 'knows' | 'verify'>
  /** @throws SealedRefusal, PackError where the payload breaks a rule of its topic */
  readonly read: (seal: OpenedSeal, topic: string) => T
  /** Bytes of payload, by topic. */
  readonly maxPayload: (topic: string) => number
  readonly sources: TokenBuckets
  readonly authors: TokenBuckets
  /** Authors that a source may introduce. */
  readonly newAuthors: TokenBuckets
  /** Whether something of the author is held, or is to be in any case. */
  readonly isKnown: (author: string) => boolean
  /** Whether messages of the author are accepted from this source (`accept:` and `deny:`). */
  readonly admits: (author: string, source: string) => boolean
  /** Checks 9 and 10: whether the message is behind what is held, too old, or of the future. */
  readonly check: (message: T, topic: string) => 'held' | 'old' | 'ahead' | 'flawed' | undefined
  /** Packs that arrive on the topics of several versions; absent where no topic has another version. */
  readonly versions?: GossipVersions
  /** Called with each decision. */
  readonly count: (reason: Reason) => void
}

/** The eleven checks of docs/protocols.md section 11, cheapest first; the first that fails decides. */
export class GossipChecks<T> {
  readonly #init: GossipChecksInit<T>

  constructor(init: GossipChecksInit<T>) {
    this.#init = init
  }

  /** @param source the peer that sent the bytes */
  check(topic: string, bytes: Uint8Array, source: string): Checked<T> {
    const checked = this.#decide(topic, bytes, source)
    this.#init.count(checked.reason)
    return checked
  }

  #decide(topic: string, bytes: Uint8Array, source: string): Checked<T> {
    const { domain, verifier, sources, authors, newAuthors, isKnown, admits, read, check } = this.#init
    const maxPayload = this.#init.maxPayload(topic)
    if (bytes.length > maxPayload + SEAL_BYTES) return decided('size')
    if (!sources.take(source)) return decided('source-rate')
    const seal = unlessRefused(() => openSealed(domain, bytes, maxPayload))
    if (seal === undefined) return decided('form')
    const author = seal.peer
    if (!admits(author, source)) return decided('signer', { author })
    if (verifier.knows(seal)) return decided(this.#decideKnown(topic, seal), { author })
    if (author !== source && !isKnown(author) && !newAuthors.take(source))
      return decided('new-author', { author })
    if (!authors.take(author)) return decided('author-rate', { author })
    if (!verifier.verify(seal)) {
      authors.giveBack(author) // forgeries do not use up the rate of the author they name
      return decided('signature', { author })
    }
    const message = unlessRefused(() => read(seal, topic))
    if (message === undefined) return decided('content', { author })
    const reason = check(message, topic) ?? 'accept'
    if (reason === 'accept') this.#init.versions?.note(topic, seal)
    return decided(reason, { author, message })
  }

  /** A pack accepted on the topic of another version is relayed on this one, if it belongs there. */
  #decideKnown(topic: string, seal: OpenedSeal): Reason {
    const { versions, read } = this.#init
    if (versions?.isNewOn(topic, seal) !== true) return 'seen'
    return unlessRefused(() => read(seal, topic)) === undefined ? 'content' : 'version'
  }
}

function decided<T>(reason: Reason, known: { author?: string; message?: T } = {}): Checked<T> {
  return { reason, verdict: VERDICTS[reason], ...known }
}

function unlessRefused<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (isSealedRefusal(error) || isPackError(error)) return undefined
    throw error
  }
}
