import { NodeError } from '../../../error.ts'
import type { Context } from '../../command-line/command.ts'

/**
 * A bus has one owner: while the node of this home measures on this machine, no other process uses its chips.
 * @throws NodeError 'node-running'
 */
export async function refuseWhileRunning({ home, clock }: Pick<Context, 'home' | 'clock'>): Promise<void> {
  const { connectControl } = await import('../../../node/control/client.ts')
  const node = await connectControl(home, clock)
  if (node === undefined) return
  try {
    const { world, pid } = await node.status()
    if (world !== 'linux') return
    throw new NodeError('node-running', `the node in ${home} (process ${pid}) uses the buses`, {
      hint: 'stop it first; kith status shows its sensors while it runs'
    })
  } finally {
    await node.close()
  }
}
