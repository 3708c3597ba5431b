import { isNodeError } from '../../error.ts'
import type { Operations } from '../../node/api/operations.ts'
import type { Context } from './command.ts'

/** The node that runs in the home; undefined if none does. */
export async function runningNode({ connect }: Pick<Context, 'connect'>): Promise<Operations | undefined> {
  try {
    return (await connect({ running: true })).operations
  } catch (error) {
    if (isNodeError(error, 'no-node')) return undefined
    throw error
  }
}
