import type { Clock } from '../../clock.ts'
import { isRestricted } from '../../reading/signed/catalogue.ts'
import { decodeCatalogue } from '../../reading/signed/catalogue-read.ts'
import { readOpened } from '../../reading/signed/open-signed.ts'
import type { SealVerifier } from '../../reading/signed/seal-verify.ts'
import type { SealedReadings } from '../../reading/signed/sealed.ts'
import type { ProtocolRegistry } from '../protocol-registry.ts'
import { TokenBuckets } from '../token-bucket.ts'
import type { SealedCatalogue } from './catalogue-table.ts'
import { GossipChecks, type Reason } from './checks.ts'
import { checkFreshness, type FreshnessContext } from './freshness.ts'
import type { GossipLimits } from './limits.ts'
import { GossipVersions } from './versions.ts'

/** What the checks ask of the rest of a node. */
export interface MessageChecksComponents {
  readonly clock: Clock
  readonly registry: ProtocolRegistry
  readonly verifier: SealVerifier
  readonly admits: (author: string, source: string) => boolean
  /** Whether something of the author is held, or is to be in any case. */
  readonly isKnown: (author: string) => boolean
  readonly freshness: FreshnessContext
  /** Whether a catalogue is newer than the one held of its author. */
  readonly isNewer: (sealed: SealedCatalogue) => boolean
}

export interface MessageChecks {
  readonly packs: GossipChecks<SealedReadings>
  readonly catalogues: GossipChecks<SealedCatalogue>
}

/** The checks of the two kinds of messages; both take from the same buckets of a source and of an author. */
export function messageChecks(
  components: MessageChecksComponents,
  rates: Omit<GossipLimits, 'keys' | 'maxInboundDataLength'>,
  count: (reason: Reason) => void
): MessageChecks {
  const { clock, registry, verifier, admits, isKnown, isNewer, freshness } = components
  const buckets = (rate: number, burst: number, names: number): TokenBuckets =>
    new TokenBuckets(clock, { rate, burst, names })
  const maxPayload = (topic: string): number => registry.get(topic)?.maxPayload ?? 0
  const common = {
    verifier,
    admits,
    isKnown,
    maxPayload,
    newAuthors: buckets(rates.newAuthorRate, rates.newAuthorBurst, rates.sources),
    sources: buckets(rates.sourceRate, rates.sourceBurst, rates.sources),
    authors: buckets(rates.authorRate, rates.authorBurst, rates.authors),
    count
  }
  const packs = new GossipChecks<SealedReadings>({
    ...common,
    domain: 'pack',
    read: (seal, topic) =>
      readOpened(seal, { topic, quantities: registry.quantitiesOf(topic), maxPayload: maxPayload(topic) }),
    versions: new GossipVersions({
      versionsOf: (topic) => registry.versionsOf(topic),
      packs: rates.verified
    }),
    check: (sealed, topic) => checkFreshness(sealed, freshness, registry.get(topic)?.acceptAge ?? 0)
  })
  const catalogues = new GossipChecks<SealedCatalogue>({
    ...common,
    domain: 'meta',
    read: (seal) => ({
      author: seal.peer,
      bytes: seal.bytes,
      catalogue: decodeCatalogue(seal.payload, seal.peer)
    }),
    // A restricted catalogue is for peers of its author's book, whichever peer publishes it.
    check: (sealed) => (!isRestricted(sealed.catalogue) && isNewer(sealed) ? undefined : 'held')
  })
  return { packs, catalogues }
}
