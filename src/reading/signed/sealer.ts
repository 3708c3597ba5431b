import type { Quantities } from '../quantity.ts'
import type { Reading } from '../reading.ts'
import { blocksOf } from './block.ts'
import { readOpened } from './open-signed.ts'
import { type Pack, type PackOptions, packReadings } from './pack.ts'
import { PackError } from './pack-error.ts'
import { isSealError, openSeal, type Signer, seal } from './seal.ts'
import { SealVerifier } from './seal-verify.ts'
import type { SealedReadings } from './sealed.ts'
import { MAX_PAYLOAD } from './senml.ts'
import { signable } from './signable.ts'

/** How an author's readings become sealed bytes, and how sealed bytes of the history are read again. */
export interface Sealer {
  /** PeerId of the author. */
  readonly peer: string
  /** Everything that can be measured. */
  readonly quantities: Quantities
  /** One pack of the first readings, as many as fit. @throws PackError where not even one does */
  pack(topic: string, readings: readonly Reading[], options?: PackOptions): SealedReadings
  /** One block of the first readings of one run and series, as many as fit, without a gap. @throws PackError */
  block(topic: string, readings: readonly Reading[]): SealedReadings
  /** Reads what was verified before it was kept. @throws SealedRefusal, SealError where it cannot be read */
  open(kind: SealedReadings['kind'], topic: string, bytes: Uint8Array): SealedReadings
  /** Whether kept bytes are still those that their author signed: a disk may have damaged them. */
  isGenuine(kind: SealedReadings['kind'], bytes: Uint8Array): boolean
}

/**
 * @param quantities everything that can be measured; what is opened was checked against its topic on arrival
 * @param verifier the one of the process: what it verified on arrival, or sealed, is served for a hash
 */
export function createSealer(
  signer: Signer,
  quantities: Quantities,
  verifier: SealVerifier = new SealVerifier()
): Sealer {
  function sealed(kind: 'pack' | 'block', topic: string, packs: Generator<Pack>): SealedReadings {
    const { value: first } = packs.next()
    if (first === undefined) throw new PackError('items', `nothing to seal for ${topic}`)
    const bytes = seal(kind, first.payload, signer)
    return { kind, topic, author: signer.peer, bytes, readings: first.readings }
  }
  const checked = (readings: readonly Reading[]): Reading[] =>
    readings.map((reading) => signable(reading, quantities))
  return {
    peer: signer.peer,
    quantities,
    pack: (topic, readings, options) => sealed('pack', topic, packReadings(checked(readings), options)),
    block(topic, readings) {
      const block = sealed('block', topic, blocksOf(checked(alike(readings))))
      verifier.vouch(openSeal('block', block.bytes))
      return block
    },
    open: (kind, topic, bytes) =>
      readOpened(openSeal(kind, bytes), {
        topic,
        quantities,
        maxPayload: MAX_PAYLOAD,
        takesBadRecords: true
      }),
    isGenuine(kind, bytes) {
      try {
        return verifier.verify(openSeal(kind, bytes))
      } catch (error) {
        if (isSealError(error)) return false
        throw error
      }
    }
  }
}

/** The first readings whose times are known alike: packReadings would sort the others behind them. */
export function alike(readings: readonly Reading[]): readonly Reading[] {
  const [first] = readings
  const other = readings.findIndex(
    (reading) =>
      reading.quality !== first?.quality ||
      (reading.errorBound === undefined) !== (first.errorBound === undefined) ||
      (reading.mono === undefined) !== (first.mono === undefined)
  )
  return other === -1 ? readings : readings.slice(0, other)
}
