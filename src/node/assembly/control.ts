import { systemClock } from '../../clock.ts'
import { describeError, isNodeError } from '../../error.ts'
import type { Startable } from '../../startable.ts'
import type { Operations } from '../api/operations.ts'
import { type ControlServer, startControlServer } from '../control/server.ts'
import type { AssembleInit } from './assemble-init.ts'

/** The control socket, for a node with a home, by which commands find it. */
export function controlStartables(
  { home, shortLived, sharedFolder, config, log }: AssembleInit,
  operations: Operations
): Startable[] {
  if (home === undefined || shortLived) return []
  let server: ControlServer | undefined
  return [
    {
      name: 'control socket',
      async start() {
        if (!home.isLocked) log.warn(`${home.path} cannot be locked: do not start a second node of it`)
        for (const { message, hint } of home.exposures) log.warn(`${message}; ${hint}`)
        // Clients wait by the clock of this machine, in a simulated world too.
        const init = {
          home: home.path,
          shared: sharedFolder,
          operations,
          clock: systemClock,
          log,
          limits: config.limits.control
        }
        try {
          server = await startControlServer(init)
        } catch (error) {
          if (isNodeError(error)) throw error
          log.warn(`no control socket, commands cannot reach this node: ${describeError(error)}`)
        }
      },
      stop: () => server?.close()
    }
  ]
}
