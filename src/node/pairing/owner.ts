import type { Access } from '../../peer/access/access.ts'
import type { AddressBook } from '../../peer/book/book.ts'
import { rightsOf } from '../../peer/book/rights.ts'

/** Whether somebody has `own`, so that a new code does not grant it by itself. @param owner of kith.yaml */
export function isOwned(
  owner: string,
  access: Pick<Access, 'listed'>,
  book: Pick<AddressBook, 'entries'>
): boolean {
  return (
    owner !== '' ||
    access.listed.some(({ may }) => may.includes('own')) ||
    book.entries().some((entry) => rightsOf(entry).some(({ word }) => word === 'own'))
  )
}
