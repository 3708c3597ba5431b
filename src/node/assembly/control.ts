import { systemClock } from '../../clock.ts'
import type { Startable } from '../../startable.ts'
import type { Operations } from '../api/operations.ts'
import { type ControlServer, startControlServer } from '../control/server.ts'
import type { AssembleInit } from './assemble-init.ts'

/** The control socket, for a node with a home, by which commands find it. */
export function controlStartables(
  { home, shortLived, config, log }: AssembleInit,
  operations: Operations
): Startable[] {
  if (home === undefined || shortLived) return []
  let server: ControlServer | undefined
  return [
    {
      name: 'control socket',
      async start() {
        if (home.readOnly) {
          log.warn(`${home.path} is read-only: there is no control socket, commands cannot reach this node`)
          return
        }
        server = await startControlServer({
          home: home.path,
          operations,
          // Clients wait by the clock of this machine, in a simulated world too.
          clock: systemClock,
          log,
          limits: config.limits.control
        })
      },
      stop: () => server?.close()
    }
  ]
}
