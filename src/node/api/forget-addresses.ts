import type { AddressBook } from '../../peer/book/book.ts'
import type { LastGoodAddresses } from '../../peer/book/last-good.ts'
import type { AutoDialer } from '../../peer/dialing/auto-dialer.ts'
import type { PeerDirectory } from '../peers/directory.ts'
import type { ForgottenAddresses } from './operations.ts'

export interface ForgetInit {
  readonly directory: Pick<PeerDirectory, 'resolve' | 'labelOf'>
  readonly book: Pick<AddressBook, 'ofPeer'>
  readonly autoDialer: Pick<AutoDialer, 'forgetAddresses'>
  /** undefined where no home holds them. */
  readonly lastGood: Pick<LastGoodAddresses, 'forget'> | undefined
}

/** Removes the learned addresses of each peer that is meant, those of earlier runs included; the book's stay. */
export async function forgetAddresses(
  { directory, book, autoDialer, lastGood }: ForgetInit,
  who: string
): Promise<ForgottenAddresses[]> {
  const forgotten = directory.resolve(who).map(async ({ peer }) => {
    const kept = book.ofPeer(peer)?.addresses ?? []
    const stored = lastGood?.forget(peer) ?? []
    const learned = await autoDialer.forgetAddresses(peer, kept)
    const addresses = new Set([...learned, ...stored.filter((one) => !kept.includes(one))])
    return { peer, who: directory.labelOf(peer), addresses: [...addresses] }
  })
  return await Promise.all(forgotten)
}
