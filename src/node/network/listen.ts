import { createServer } from 'node:net'
import { multiaddr } from '@multiformats/multiaddr'
import type { Log } from '../../log.ts'
import { hostPort } from '../../peer/discovery/multiaddr-host.ts'

/**
 * The addresses that can be listened on: where a port is taken by another program, any free port instead;
 * where the machine has no such address (no IPv6), none. What was changed is said.
 */
export async function usableAddresses(listen: readonly string[], log: Log): Promise<string[]> {
  const usable: string[] = []
  for (const text of listen) {
    const place = hostPort(multiaddr(text))
    const problem =
      place === undefined || place.port === 0 ? undefined : await tryPort(place.host, place.port)
    if (problem === undefined) usable.push(text)
    else if (problem === 'EADDRINUSE') {
      const other = text.replace(/\/tcp\/\d+/, '/tcp/0')
      log.warn(`${text} is taken by another program: listening on a free port instead`)
      usable.push(other)
    } else log.debug(`${text} cannot be listened on: ${problem}`)
  }
  return usable
}

/** @returns the system's code where the port cannot be taken */
function tryPort(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen({ host, port, ipv6Only: host.includes(':') }, () => server.close(() => resolve(undefined)))
  })
}
