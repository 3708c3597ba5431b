import type { Hint } from '../../error.ts'

/** Where a home is missing, or has no identity. */
export const MAKE_HOME: Hint = {
  command: 'make one with `kith init`',
  program: 'createNode({ home }) makes one'
}

/** @param first what may help as well */
export function otherHome(first?: string): Hint {
  const or = first === undefined ? '' : `${first}, or `
  return { command: `${or}choose another --home`, program: `${or}choose another home` }
}

/** What root does with the files of a service: given to root, they would be lost to the service. */
export function asOwner(owner: number, self: number): Hint | undefined {
  if (self !== 0) return undefined
  return {
    command: `run kith as its owner: sudo -u '#${owner}' kith ...`,
    program: `run this program as user ${owner}`
  }
}
