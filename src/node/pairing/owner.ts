import type { Access } from '../../peer/access/access.ts'
import type { AddressBook } from '../../peer/book/book.ts'
import { rightsOf } from '../../peer/book/rights.ts'

/**
 * Whether somebody has `own`, so that a new code does not grant it by itself.
 * @param owner of kith.yaml
 * @param but a peer that is not counted
 */
export function isOwned(
  owner: string,
  access: Pick<Access, 'listed'>,
  book: Pick<AddressBook, 'entries'>,
  but?: string
): boolean {
  return (
    (owner !== '' && owner !== but) ||
    access.listed.some(({ who, may }) => who !== but && may.includes('own')) ||
    book.entries().some((entry) => entry.peer !== but && rightsOf(entry).some(({ word }) => word === 'own'))
  )
}
