import { multiaddr } from '@multiformats/multiaddr'
import { NodeError } from '../../error.ts'
import { NAME } from '../../names.ts'
import type { BookEntry } from '../../peer/book/book.ts'

/**
 * Refuses purposes and addresses that could not be used, before they are in the file.
 * @throws NodeError 'bad-name', 'bad-multiaddr'
 */
export function checkBookEntry({ purposes, addresses }: Pick<BookEntry, 'purposes' | 'addresses'>): void {
  const purpose = purposes.find((word) => !NAME.test(word))
  if (purpose !== undefined)
    throw new NodeError('bad-name', `"${purpose}" cannot be a purpose`, {
      hint: 'use lower-case letters, digits and "-", at most 32; commas between several'
    })
  const address = addresses.find((text) => !isMultiaddr(text))
  if (address !== undefined)
    throw new NodeError('bad-multiaddr', `"${address}" is no multiaddr`, {
      hint: 'write it as /ip4/192.168.1.20/tcp/4001'
    })
}

function isMultiaddr(text: string): boolean {
  try {
    return multiaddr(text).getComponents().length > 0
  } catch {
    return false
  }
}
