import { partsOfSeries } from '../../../reading/series.ts'
import type { Catalogue } from '../../../reading/signed/catalogue.ts'
import type { SealedReadings } from '../../../reading/signed/sealed.ts'
import type { QueryAnswer } from '../codec/frame.ts'
import { selectedAuthors, selectedSeries } from '../codec/selector.ts'
import type { AnswerVerifier } from './answer-verifier.ts'

/** What is asked for: a series, its tail or a device, and whose where they are not the asked peer's own. */
export interface Question {
  readonly n?: string | readonly string[]
  readonly who?: string
}

/** Verifies what an answer carries, and that it is what was asked for. The check throws where it is not. */
export function readingsCheck(
  verifier: AnswerVerifier,
  { peer, protocol }: { readonly peer: string; readonly protocol: string },
  question: Question
): (answer: QueryAnswer) => SealedReadings[] {
  const authors = selectedAuthors(question, peer)
  const isAsked = selectedSeries(question, peer)
  const check = (kind: SealedReadings['kind'], bytes: Uint8Array): SealedReadings => {
    const sealed = verifier.readings(kind, protocol, bytes)
    if (!authors.includes(sealed.author)) throw new Error(`it sends readings of ${sealed.author}`)
    if (!sealed.readings.some(({ series }) => isAsked(partsOfSeries(series))))
      throw new Error('it sends readings of other series than asked')
    return sealed
  }
  return ({ pack = [], block }) => {
    const packs = pack instanceof Uint8Array ? [pack] : pack
    const sealed = packs.map((bytes) => check('pack', bytes))
    if (block !== undefined) sealed.push(check('block', block))
    return sealed
  }
}

/** The verified catalogue of an answer, if it carries one. @throws Error where it is another's */
export function checkedCatalogue(
  verifier: AnswerVerifier,
  answer: QueryAnswer,
  author: string
): Catalogue | undefined {
  if (answer.meta === undefined) return undefined
  const opened = verifier.catalogue(answer.meta)
  if (opened.author !== author) throw new Error(`it sends the catalogue of ${opened.author}`)
  return opened.catalogue
}
