import { createServer } from 'node:net'
import { multiaddr } from '@multiformats/multiaddr'
import { NodeError } from '../../error.ts'
import type { Log } from '../../log.ts'
import { hostPort } from '../../peer/discovery/multiaddr-host.ts'

/** Every address of the machine: a family that the machine does not have is no mistake of the configuration. */
const WILDCARDS = ['0.0.0.0', '::']

/**
 * The addresses that can be listened on: where a port is taken by another program, any free port instead; others
 * that the machine does not have are left out, with a warning.
 * @throws NodeError 'cannot-listen' where none is left of at least one
 */
export async function usableAddresses(listen: readonly string[], log: Log): Promise<string[]> {
  if (listen.length === 0)
    log.info(
      'listen: []: nobody can connect to this node; it connects to others, and is reached over these connections'
    )
  const usable: string[] = []
  const problems: string[] = []
  for (const text of listen) {
    const problem = await listenProblem(text)
    if (problem === undefined) usable.push(text)
    else if (problem.code === 'EADDRINUSE') {
      const other = text.replace(/\/tcp\/\d+/, '/tcp/0')
      log.warn(`${text} is taken by another program: listening on a free port instead`)
      usable.push(other)
    } else {
      problems.push(`${text} ${problem.text}`)
      if (problem.isExpected) log.debug(`${text} cannot be listened on: ${problem.text}`)
      else log.warn(`${text} cannot be listened on: it ${problem.text}`)
    }
  }
  if (usable.length > 0 || listen.length === 0) return usable
  throw new NodeError('cannot-listen', `nothing can be listened on: ${problems.join(', ')}`, {
    hint: 'set listen to addresses of this machine (ip address shows them), or to [/ip4/0.0.0.0/tcp/4001] for all'
  })
}

export interface ListenProblem {
  /** The system's, as in EADDRINUSE. */
  readonly code: string
  /** Goes on after the address. */
  readonly text: string
  /** The machine lacks the whole family, as where IPv6 is switched off. */
  readonly isExpected: boolean
}

/** Tries an address by listening on it for a moment. */
export async function listenProblem(text: string): Promise<ListenProblem | undefined> {
  const place = hostPort(multiaddr(text))
  const code = place === undefined ? undefined : await tryPort(place.host, place.port)
  if (place === undefined || code === undefined) return undefined
  return { code, text: textOf(code), isExpected: WILDCARDS.includes(place.host) && code !== 'EACCES' }
}

function textOf(code: string): string {
  if (code === 'EADDRNOTAVAIL') return 'is not an address of this machine'
  if (code === 'EACCES') return 'needs root, as ports below 1024 do'
  if (code === 'EAFNOSUPPORT') return 'is of a family that this machine does not have'
  if (code === 'EADDRINUSE') return 'is in use'
  return `is refused by the system (${code})`
}

/** @returns the system's code where the port cannot be taken */
function tryPort(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen({ host, port, ipv6Only: host.includes(':') }, () => server.close(() => resolve(undefined)))
  })
}
