import { openHome } from '../../src/peer/identity/home.ts'
import { createIdentity } from '../../src/peer/identity/identity.ts'

/** Makes a home with a key of its own. @returns its PeerId */
export async function makeHome(path: string): Promise<string> {
  const home = await openHome(path, { create: true })
  try {
    return (await createIdentity(home)).peer
  } finally {
    home.close()
  }
}
