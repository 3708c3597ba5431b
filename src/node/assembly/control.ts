import { systemClock } from '../../clock.ts'
import type { Startable } from '../../startable.ts'
import type { Operations } from '../api/operations.ts'
import { type ControlServer, startControlServer } from '../control/server.ts'
import type { AssembleInit } from './assemble-init.ts'

/** Lets commands ask this node, where it has a home that others may find it by. */
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
          // Who asks waits in the time of this machine, whatever world is measured.
          clock: systemClock,
          log,
          limits: config.limits.control
        })
      },
      stop: () => server?.close()
    }
  ]
}
