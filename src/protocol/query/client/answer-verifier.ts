import type { Quantities } from '../../../reading/quantity.ts'
import type { Catalogue } from '../../../reading/signed/catalogue.ts'
import { readSealed, readSealedCatalogue } from '../../../reading/signed/open-signed.ts'
import { ReadMemory } from '../../../reading/signed/read-memory.ts'
import type { SealVerifier } from '../../../reading/signed/seal-verify.ts'
import type { SealedReadings } from '../../../reading/signed/sealed.ts'
import { MAX_PAYLOAD } from '../../../reading/signed/senml.ts'

/** Verifies the seals of what answers carry. */
export interface AnswerVerifier {
  /** @throws where the bytes are not genuine, or not of this topic */
  readings(kind: SealedReadings['kind'], topic: string, bytes: Uint8Array): SealedReadings
  /** @throws where the bytes are no genuine catalogue */
  catalogue(bytes: Uint8Array): { author: string; catalogue: Catalogue }
}

/**
 * @param topics the registry of protocols
 * @param verifier the one of this process: what it verified before, whatever carried it, costs a hash
 * @param remembered bytes of packs kept as read (limits.query.remembered)
 */
export function createAnswerVerifier(
  topics: { quantitiesOf(topic: string): Quantities },
  verifier: SealVerifier,
  remembered: number
): AnswerVerifier {
  const memory = new ReadMemory(remembered)
  return {
    readings(kind, topic, bytes) {
      const known = memory.find(kind, topic, bytes)
      if (known !== undefined) return known
      // A topic's own limit is for live packs; history brings bigger ones. Bad records cost nothing else.
      const rules = {
        topic,
        maxPayload: MAX_PAYLOAD,
        quantities: topics.quantitiesOf(topic),
        takesBadRecords: true
      }
      const sealed = readSealed(kind, bytes, rules, verifier)
      memory.add(sealed)
      return sealed
    },
    catalogue: (bytes) => readSealedCatalogue(bytes, verifier)
  }
}
