import { existsSync } from 'node:fs'
import type { Clock } from '../../clock.ts'
import { isNodeError, NodeError } from '../../error.ts'
import type { Environment } from '../home.ts'
import type { Terminal } from '../terminal/terminal.ts'
import type { HomeUse, Session } from './command.ts'

export interface ConnectOptions extends HomeUse {
  readonly home: string
  readonly terminal: Terminal
  readonly environment: Environment
  readonly clock: Clock
  readonly signal: AbortSignal
}

/**
 * The running node of that home, or a node that lives only as long as the command. Two living nodes with one
 * key would be taken for one another, and a home that a `watch` of hours holds could not start its own node:
 * so such a node is nobody. It visits the home: reads its configuration and its book, locks and writes
 * nothing. Only a command about the home itself, over in a moment, takes the home and its identity.
 * @throws NodeError 'no-node'; 'no-home', 'home-in-use' where a nameless node would be of no use
 */
export async function connect(options: ConnectOptions): Promise<Session> {
  const { home, clock, terminal, needs } = options
  if (needs !== undefined) needHome(home, needs)
  const { connectControl } = await import('../../node/control/client.ts')
  const client = await connectControl(home, clock)
  if (client !== undefined) return { operations: client, from: 'running', close: () => client.close() }
  if (options.running === true)
    throw new NodeError('no-node', `no node runs in ${home}`, { hint: 'kith run' })
  const remark = (why: string): void => terminal.remark(`kith: ${why} for as long as it takes`)
  if (!existsSync(home)) {
    remark(`no node runs and ${home} does not exist; this command is a nameless node`)
    return shortLived(options, {})
  }
  if (needs === undefined && options.own !== true) {
    remark(`no node runs in ${home}; this command is a nameless node with its book`)
    return shortLived(options, { readOnlyHome: home })
  }
  remark(`no node runs in ${home}; this command is one`)
  try {
    return await shortLived(options, { home })
  } catch (error) {
    // Another command is a short-lived node of this home just now.
    if (!isNodeError(error, 'home-in-use') || needs !== undefined) throw error
    remark('another command is using the home; this one is a nameless node with its book')
    return shortLived(options, { readOnlyHome: home })
  }
}

async function shortLived(
  { home, environment, terminal, signal, clock }: ConnectOptions,
  place: { readonly home?: string; readonly readOnlyHome?: string }
): Promise<Session> {
  const [{ startNode }, { loadNodeConfig }, { createLog }] = await Promise.all([
    import('../../node/run-node.ts'),
    import('../load-config.ts'),
    import('../../node/log/create-log.ts')
  ])
  const { config, outside } = await loadNodeConfig({ home, environment })
  const write = (line: string): void => terminal.remark(line.trimEnd())
  const log = createLog({ level: 'warn', format: 'text', clock, write })
  signal.throwIfAborted()
  const node = await startNode({
    ...place,
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
