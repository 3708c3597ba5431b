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
 * The running node of the home, or a temporary node that is closed after the command. Peers would confuse two
 * nodes with one key, and a `watch` of hours must not lock the home: so a temporary node has a key of its own
 * and no name. It reads the configuration and the book of the home and neither locks nor writes anything. Only
 * short commands about the home itself take the home and its identity.
 * @throws NodeError 'no-node'; 'no-home', 'home-in-use' if the command needs the home
 */
export async function connect(options: ConnectOptions): Promise<Session> {
  const { home, clock, terminal, needs } = options
  if (needs !== undefined) needHome(home, needs)
  const { connectControl } = await import('../../node/control/client.ts')
  const client = await connectControl(home, clock)
  if (client !== undefined) return { operations: client, from: 'running', close: () => client.close() }
  if (options.running === true)
    throw new NodeError('no-node', `no node runs in ${home}`, { hint: 'kith run starts one' })
  const remark = (why: string, which: string): void =>
    terminal.remark(`kith: ${why}; using a temporary node ${which}`)
  if (!existsSync(home)) {
    remark(`no node runs and ${home} does not exist`, 'for this command')
    return temporaryNode(options, {})
  }
  if (needs === undefined && options.own !== true) {
    remark(`no node runs in ${home}`, 'with its book for this command')
    return temporaryNode(options, { readOnlyHome: home })
  }
  remark(`no node runs in ${home}`, 'with its identity for this command')
  try {
    return await temporaryNode(options, { home })
  } catch (error) {
    // Another command is a temporary node of this home.
    if (!isNodeError(error, 'home-in-use') || needs !== undefined) throw error
    remark('another command uses the home', 'with its book for this command')
    return temporaryNode(options, { readOnlyHome: home })
  }
}

async function temporaryNode(
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
  return { operations: node.operations, from: 'temporary', close: () => node.stop() }
}

function needHome(home: string, what: string): void {
  if (existsSync(home)) return
  throw new NodeError('no-home', `${home} does not exist, and ${what} needs a home`, {
    hint: 'kith init creates it'
  })
}
