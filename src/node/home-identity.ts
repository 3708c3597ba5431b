import { join, resolve } from 'node:path'
import { loadIdentity } from '../peer/identity/identity.ts'

/**
 * Who the node of a home is, without being it: nothing is locked, written or listened to.
 * @throws NodeError 'no-identity', 'identity-lost', 'identity-damaged', 'identity-exposed', 'identity-foreign',
 *   'identity-unreadable'
 */
export async function peerOfHome(home: string): Promise<string> {
  const path = resolve(home)
  const file = (name: string): string => join(path, name)
  return (await loadIdentity({ path, file, readOnly: true, close() {} })).peer
}
