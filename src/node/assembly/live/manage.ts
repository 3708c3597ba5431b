import { isDirect, remoteHost } from '../../../direct.ts'
import { OnDemand } from '../../../on-demand.ts'
import type { Caller } from '../../../peer/admission.ts'
import { type Manage, manage } from '../../../protocol/manage/index.ts'
import type { Operations } from '../../api/operations.ts'
import type { Manager } from '../../manage/manager.ts'
import type { Components } from '../components.ts'

/**
 * What peers that were granted `configure` may ask of this node.
 * @param operations made afterwards, because it asks others by this; available once the node starts
 */
export function createManage(
  {
    init: { config, world, log, home, shortLived, restart },
    live,
    recent,
    transports: { network },
    peers: { access, directory }
  }: Pick<Components, 'init' | 'live' | 'recent' | 'transports' | 'peers'>,
  operations: () => Operations,
  stopping: AbortSignal
): Manage {
  const { clock } = world
  const limits = config.limits.manage
  const manager = new OnDemand<Manager>(async () => {
    const { Manager } = await import('../../manage/manager.ts')
    stopping.throwIfAborted()
    const made = new Manager({
      clock,
      log,
      access,
      live,
      recent,
      operations: operations(),
      home: home?.path,
      labelOf: (peer) => directory.labelOf(peer),
      confirm: limits.confirm,
      restart
    })
    stopping.addEventListener('abort', () => made.stop(), { once: true })
    return made
  })
  const node = { kind: 'node' } as const
  return manage({ limits, isOffered: !shortLived })({
    network,
    clock,
    log,
    callerOf: (connection): Caller => ({
      peer: connection.remotePeer.toString(),
      host: remoteHost(connection),
      direct: isDirect(connection)
    }),
    allows: (caller) => access.may({ kind: 'peer', caller }, 'configure', node).allowed,
    stillAllows: (caller) => access.decide({ kind: 'peer', caller }, 'configure', node).allowed,
    onRights: (listener) => access.onChange(listener),
    async *answer(request, caller, signal) {
      yield* (await manager.get()).answer(request, caller, signal)
    }
  })
}
