import { existsSync } from 'node:fs'
import type { Clock } from '../../clock.ts'
import { isNodeError, NodeError } from '../../error.ts'
import type { ControlClient } from '../../node/control/client.ts'
import type { Environment } from '../home.ts'
import type { Terminal } from '../terminal/terminal.ts'
import type { HomeUse, Session } from './command.ts'

export interface ConnectOptions extends HomeUse {
  readonly home: string
  readonly commandLine: (words: string) => string
  /** Whether somebody named the home; in place of a chosen one that does not exist the machine's service is asked. */
  readonly homeIsNamed: boolean
  /** Where that has its socket; its own folder unless given. */
  readonly serviceFolder?: string
  readonly terminal: Terminal
  readonly environment: Environment
  readonly clock: Clock
  readonly signal: AbortSignal
}

/**
 * The running node of the home, or the service of this machine where there is no home and none was named, or a temporary node that is closed after the command. Peers would confuse two
 * nodes with one key, and a `watch` of hours must not lock the home: so a temporary node has a key of its own
 * and no name. It reads the configuration and the book of the home and neither locks nor writes anything. Only
 * short commands about the home itself take the home and its identity.
 * @throws NodeError 'no-node'; 'no-home', 'home-in-use' if the command needs the home
 */
export async function connect(options: ConnectOptions): Promise<Session> {
  const { home, terminal, needs } = options
  const client = await runningClient(options)
  if (client !== undefined) return { operations: client, from: 'running', close: () => client.close() }
  if (needs !== undefined) needHome(options, needs)
  if (options.running === true)
    throw new NodeError('no-node', `no node runs in ${home}`, {
      hint: `${options.commandLine('run')} starts one`
    })
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

async function runningClient(options: ConnectOptions): Promise<ControlClient | undefined> {
  const { home, homeIsNamed, serviceFolder, clock, running, needs } = options
  const { connectControl, connectService } = await import('../../node/control/client.ts')
  const client = await connectControl(home, clock)
  if (client !== undefined || homeIsNamed || existsSync(home)) return client
  try {
    return await connectService(clock, serviceFolder)
  } catch (error) {
    // Commands that a temporary node can do need no service.
    if (running === true || needs !== undefined || !isNodeError(error, 'denied')) throw error
    return undefined
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
  const log = createLog({ level: () => 'warn', format: 'text', clock, write })
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

function needHome({ home, commandLine }: ConnectOptions, what: string): void {
  if (existsSync(home)) return
  throw new NodeError('no-home', `${home} does not exist, and ${what} needs a home`, {
    hint: `${commandLine('init')} creates it`
  })
}
