import { existsSync } from 'node:fs'
import type { Clock } from '../clock.ts'
import { isNodeError, NodeError } from '../error.ts'
import type { Session } from './command.ts'
import type { Environment } from './home.ts'
import type { Terminal } from './terminal.ts'

export interface ConnectOptions {
  readonly home: string
  readonly terminal: Terminal
  readonly environment: Environment
  readonly clock: Clock
  readonly signal: AbortSignal
  /** What is done with the home itself, `a book`: then a nameless node would be of no use. */
  readonly needs?: string | undefined
}

/**
 * The running node of that home, or a node that lives only as long as the command: with the home's
 * identity where there is a home that nobody else uses, else with one of the moment, and nothing is written.
 * @throws NodeError 'no-home', 'home-in-use' where a nameless node would be of no use
 */
export async function connect(options: ConnectOptions): Promise<Session> {
  const { home, clock, terminal, needs } = options
  if (needs !== undefined) needHome(home, needs)
  const { connectControl } = await import('../node/control-client.ts')
  const client = await connectControl(home, clock)
  if (client !== undefined) return { operations: client, from: 'running', close: () => client.close() }
  const remark = (why: string): void => terminal.remark(`kith: ${why} for as long as it takes`)
  if (!existsSync(home)) {
    remark(`no node runs and ${home} does not exist; this command is a nameless node`)
    return shortLived(options, undefined)
  }
  remark(`no node runs in ${home}; this command is one`)
  try {
    return await shortLived(options, home)
  } catch (error) {
    // Another command is a short-lived node of this home just now.
    if (!isNodeError(error, 'home-in-use') || needs !== undefined) throw error
    remark('another command is using the home; this one is a nameless node')
    return shortLived(options, undefined)
  }
}

async function shortLived(
  { home, environment, terminal, signal, clock }: ConnectOptions,
  identity: string | undefined
): Promise<Session> {
  const [{ startNode }, { loadNodeConfig }, { createLog }] = await Promise.all([
    import('../node/run-node.ts'),
    import('./load-config.ts'),
    import('../node/log.ts')
  ])
  const { config, outside } = await loadNodeConfig({ home, environment })
  const write = (line: string): void => terminal.remark(line.trimEnd())
  const log = createLog({ level: 'warn', format: 'text', clock, write })
  signal.throwIfAborted()
  const node = await startNode({
    ...(identity === undefined ? {} : { home: identity }),
    config,
    world: 'linux',
    devices: outside.devices,
    log,
    shortLived: true
  })
  return { operations: node.operations, from: 'short-lived', close: () => node.stop() }
}

function needHome(home: string, what: string): void {
  if (existsSync(home)) return
  throw new NodeError('no-home', `${home} does not exist, and ${what} belongs into a home`, {
    hint: 'kith init makes it'
  })
}
