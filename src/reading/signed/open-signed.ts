import { defined } from '../../defined.ts'
import { NodeError } from '../../error.ts'
import type { Quantities } from '../quantity.ts'
import { decodeBlock } from './block.ts'
import type { Catalogue } from './catalogue.ts'
import { decodeCatalogue } from './catalogue-read.ts'
import { isPackError } from './pack-error.ts'
import { decodePack } from './pack-read.ts'
import { isSealError, type OpenedSeal, openSeal, SEAL_BYTES, type SealDomain } from './seal.ts'
import type { SealVerifier } from './seal-verify.ts'
import type { SealedReadings } from './sealed.ts'
import { MAX_PAYLOAD } from './senml.ts'

/** Which check refused the bytes, in their order: the outer ones are cheap (docs/protocols.md section 11). */
export type RefusedBy = 'size' | 'seal' | 'signature' | 'pack'

/** Bytes that no correct peer sends: refused, and not passed on. */
export class SealedRefusal extends NodeError {
  readonly verdict = 'reject'
  readonly by: RefusedBy
  /** The rule within that check: of a PackFlaw, a SealFlaw. */
  readonly why: string

  constructor(by: RefusedBy, why: string, message: string, options: { cause?: unknown } = {}) {
    super('bad-sealed', message, options)
    this.by = by
    this.why = why
  }
}

export function isSealedRefusal(error: unknown): error is SealedRefusal {
  return error instanceof Error && (error as Partial<SealedRefusal>).code === 'bad-sealed'
}

/** What a topic takes. */
export interface TopicRules {
  /** The ProtocolName. */
  readonly topic: string
  readonly quantities: Quantities
  /** Bytes of a live pack. */
  readonly maxPayload: number
  /** Whether a pack of bad records only is taken, as faults: in an answer it may cost neither the others nor the rest. */
  readonly takesBadRecords?: boolean
}

/**
 * Checks size and form of sealed bytes, before anything expensive is done with them.
 * @throws SealedRefusal 'size', 'seal'
 */
export function openSealed(domain: SealDomain, bytes: Uint8Array, maxPayload: number): OpenedSeal {
  const tooLarge = (length: number): SealedRefusal =>
    new SealedRefusal('size', 'size', `${length} bytes on a topic of ${maxPayload}`)
  if (bytes.length > maxPayload + SEAL_BYTES) throw tooLarge(bytes.length)
  const opened = refusing('seal', () => openSeal(domain, bytes))
  if (opened.payload.length > maxPayload) throw tooLarge(opened.payload.length)
  return opened
}

/** The readings of a pack or block whose seal was verified. @throws SealedRefusal 'pack' */
export function readOpened(opened: OpenedSeal, rules: TopicRules): SealedReadings {
  const { domain, peer, payload, bytes } = opened
  const { topic, quantities, maxPayload } = rules
  if (domain === 'meta') throw new SealedRefusal('pack', 'form', 'a catalogue has no readings')
  const { readings, flaws } = refusing('pack', () => {
    const content =
      domain === 'block'
        ? decodeBlock(payload, { peer, quantities })
        : decodePack(payload, { peer, quantities, maxPayload })
    const [flaw] = content.flaws
    const isBad = flaw !== undefined && content.flaws.length === content.readings.length
    if (isBad && rules.takesBadRecords !== true) throw flaw
    return content
  })
  const words = flaws.length === 0 ? undefined : flaws.map(({ message }) => message)
  return { kind: domain, topic, author: peer, bytes, readings, ...defined({ flaws: words }) }
}

/**
 * A pack or block from bytes to readings, for callers that do nothing between the checks.
 * @throws SealedRefusal; there is no other
 */
export function readSealed(
  kind: SealedReadings['kind'],
  bytes: Uint8Array,
  rules: TopicRules,
  verifier: SealVerifier
): SealedReadings {
  const maxPayload = kind === 'block' ? MAX_PAYLOAD : rules.maxPayload
  return readOpened(verified(openSealed(kind, bytes, maxPayload), verifier), rules)
}

/** A catalogue and who signed it. @throws SealedRefusal */
export function readSealedCatalogue(
  bytes: Uint8Array,
  verifier: SealVerifier
): { author: string; catalogue: Catalogue } {
  const opened = verified(openSealed('meta', bytes, MAX_PAYLOAD), verifier)
  return {
    author: opened.peer,
    catalogue: refusing('pack', () => decodeCatalogue(opened.payload, opened.peer))
  }
}

function verified(opened: OpenedSeal, verifier: SealVerifier): OpenedSeal {
  if (verifier.verify(opened)) return opened
  throw new SealedRefusal('signature', 'signature', `not signed by ${opened.peer}`)
}

function refusing<T>(by: RefusedBy, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (isPackError(error) || isSealError(error)) {
      throw new SealedRefusal(by, error.why, error.message, { cause: error })
    }
    throw error
  }
}
