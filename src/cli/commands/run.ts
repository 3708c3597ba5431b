import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { problemLine } from '../../config/config-error.ts'
import type { FlagSetting } from '../../config/loading.ts'
import type { NodeConfig } from '../../config/schema.ts'
import { NodeError } from '../../error.ts'
import type { Scenario } from '../../hal/simulated/scenario.ts'
import type { Log } from '../../log.ts'
import type { PairStep } from '../../node/api/access/pairing-views.ts'
import type { Operations, Status } from '../../node/api/operations.ts'
import type { ConfigSource, GivenLoad } from '../../node/configuration/live-config.ts'
import type { LogLevel } from '../../node/log/create-log.ts'
import type { RunningNode } from '../../node/run-node.ts'
import { type Context, defineCommand } from '../command-line/command.ts'
import { DONE, FAILED } from '../command-line/exit-status.ts'
import { seedOf, simulatedOption } from '../command-line/simulated-option.ts'
import { untilAborted } from '../command-line/until-aborted.ts'
import { configFile, loadNodeConfig } from '../load-config.ts'
import type { Health, Notifier } from '../service/notifier.ts'
import { stepLine } from '../views/pairing.ts'
import { ownReadingLine, startBlock } from '../views/start-block.ts'

/** The sensors of a simulated node without configured ones. */
const SIMULATED_SENSORS = '[{ type: tmp102, name: air, bus: i2c-1, interval: 2s }]'
/** Milliseconds that a node may take to stop. */
const STOP_MS = 5000

export const run = defineCommand({
  name: 'run',
  summary: 'run the node in the foreground until Ctrl-C',
  options: {
    simulated: simulatedOption,
    scenario: { kind: 'text', value: 'FILE', summary: 'events of the simulated hardware, as YAML' },
    config: { kind: 'text', value: 'FILE', summary: 'the configuration (default: kith.yaml in the home)' },
    set: {
      kind: 'each',
      value: 'OPTION=VALUE',
      summary: 'set an option of the configuration: history.age=7d; may be repeated'
    },
    quiet: { kind: 'flag', summary: 'do not print readings' }
  },
  positionals: [],
  example: 'kith run --simulated',
  makesHome: true,
  leave: STOP_MS,
  async run(context) {
    const { home, terminal, signal, options } = context
    const seed = seedOf(options.simulated, 'kith run')
    const isRestored = await restored(context)
    const { config, outside, warnings } = await configOf(context, seed !== undefined)
    const scenario = await scenarioOf(context, config)
    let { level } = config.log
    const log = await logOf(context, config, () => level)
    if (isRestored)
      log.warn('the configuration that was put was not confirmed: the one of before is in force')
    for (const warning of warnings) log.warn(problemLine(warning))
    const service = await notifierFor(context, log)
    const { startNode } = await import('../../node/run-node.ts')
    const node: RunningNode = await startNode({
      home,
      config,
      configSource: sourceOf(context, seed !== undefined, (given) => {
        level = given
      }),
      world: seed === undefined ? 'linux' : { simulated: seed, models: outside.models, ...scenario },
      devices: outside.devices,
      // systemd starts the service again (Restart=always); only a service has a folder of systemd.exec(5).
      ...(context.environment['RUNTIME_DIRECTORY'] === undefined ? {} : { restart: () => void node.stop() }),
      // RuntimeDirectory= of systemd.exec(5).
      sharedFolder: context.environment['RUNTIME_DIRECTORY']?.split(':')[0],
      log,
      signal
    })
    const unhang = context.onHangup(() => void node.operations.configReload())
    try {
      service?.ready(() => healthOf(node))
      const show = terminal.live && !context.json ? showOnTerminal : showInLog
      const shown = show(context, node, log)
      await Promise.race([node.stopped, Promise.all([shown, aborted(signal)])])
      return signal.aborted ? DONE : FAILED
    } finally {
      unhang()
      service?.stopping()
      await node.stop()
    }
  }
})

/** Loaded only where systemd started the process and listens. */
async function notifierFor({ environment, clock }: Context, log: Log): Promise<Notifier | undefined> {
  if (environment['LISTEN_FDNAMES'] === undefined) return undefined
  const { notifierOf } = await import('../service/notifier.ts')
  return notifierOf(environment, process.pid, { clock, log })
}

function healthOf({ assembled, stalled }: RunningNode): Health {
  const { live, sensing, transports } = assembled
  const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`
  const peers = count(transports.network.getPeers().length, 'peer')
  return {
    status: `${live.current.name}: ${count(sensing.sensors.all.length, 'sensor')}, ${peers} connected`,
    stalled: stalled()
  }
}

async function configOf(
  context: Context<typeof run.options>,
  simulated: boolean,
  mustExist = false,
  given?: GivenLoad
): ReturnType<typeof loadNodeConfig> {
  const { options } = context
  const flags = ((options['set'] ?? []) as readonly string[]).map(settingOf)
  const request = { ...context, file: fileOf(context), mustExist, given, flags }
  const loaded = await loadNodeConfig(request)
  if (!simulated || loaded.config.sensors.length > 0) return loaded
  const sensors: FlagSetting = { path: 'sensors', value: SIMULATED_SENSORS, flag: '--simulated' }
  return await loadNodeConfig({ ...request, flags: [sensors, ...flags] })
}

/** Whether a configuration that was put from afar was not confirmed before this start: it is undone. */
async function restored(context: Context<typeof run.options>): Promise<boolean> {
  const file = configFile({ home: context.home, file: fileOf(context) })
  if (!existsSync(`${file}.unconfirmed`)) return false
  const { restoreUnconfirmed } = await import('../../node/configuration/unconfirmed.ts')
  return restoreUnconfirmed(file)
}

function fileOf({ options }: Context<typeof run.options>): string | undefined {
  return options['config'] as string | undefined
}

/** The same file, variables and flags, each time that they are read anew. */
function sourceOf(
  context: Context<typeof run.options>,
  simulated: boolean,
  setLogLevel: ConfigSource['setLogLevel']
): ConfigSource {
  const { home } = context
  const file = configFile({ home, file: fileOf(context) })
  let existed = existsSync(file)
  return {
    file: resolve(file),
    async load(given) {
      // One that was there and is away is being replaced, or was removed by mistake: not the defaults.
      existed ||= existsSync(file)
      const { config, outside, provenance, warnings } = await configOf(context, simulated, existed, given)
      return { config, provenance, warnings, models: outside.models }
    },
    setLogLevel
  }
}

/** @throws ConfigError; NodeError 'usage' without --simulated */
async function scenarioOf(
  { options }: Context<typeof run.options>,
  { sensors }: NodeConfig
): Promise<{ scenario?: Scenario }> {
  const file = options['scenario'] as string | undefined
  if (file === undefined) return {}
  if (options['simulated'] === undefined)
    throw new NodeError('usage', 'kith run --scenario: needs --simulated', {
      hint: 'a scenario describes simulated hardware'
    })
  const { loadScenario } = await import('../../config/scenario/load.ts')
  return { scenario: loadScenario(file, sensors) }
}

function settingOf(text: string): FlagSetting {
  const at = text.indexOf('=')
  if (at < 1)
    throw new NodeError('usage', `kith run --set: must be OPTION=VALUE, not ${text}`, {
      hint: 'for example --set history.age=7d; kith config show --all lists the options'
    })
  return { path: text.slice(0, at), value: text.slice(at + 1), flag: `--set ${text.slice(0, at)}` }
}

async function logOf(
  { clock, terminal, json }: Context,
  config: NodeConfig,
  level: () => LogLevel
): Promise<Log> {
  const { createLog } = await import('../../node/log/create-log.ts')
  const { format } = config.log
  const automatic = terminal.live && !json ? 'text' : 'json'
  return createLog({
    level,
    format: json ? 'json' : format === 'auto' ? automatic : format,
    clock,
    write: (line) => terminal.lines([line.trimEnd()])
  })
}

async function showInLog(_context: Context, { operations }: RunningNode, log: Log): Promise<void> {
  const { name, peer, addresses, sensors } = await operations.status()
  log.info('started', { name, peer, addresses, sensors: sensors.map((sensor) => sensor.name) })
}

async function showOnTerminal(context: Context, node: RunningNode): Promise<void> {
  const { terminal, signal, environment, options, clock } = context
  const { operations } = node
  const status = await operations.status()
  const offer = isUntouched(node) ? operations.pairOpen({}, signal)[Symbol.asyncIterator]() : undefined
  const step = (await offer?.next())?.value
  const code = step !== undefined && 'code' in step ? { step, now: clock.now() / 1000 } : undefined
  terminal.prose(
    startBlock(status, {
      ansi: terminal.ansi,
      width: terminal.width,
      byNpm: environment['npm_execpath'] !== undefined,
      code
    })
  )
  await Promise.all([
    followOffer(context, offer),
    options['quiet'] === true ? [] : showReadings(context, status, operations)
  ])
}

/** Nobody may do anything here yet, so that whoever stands before the machine may take it. */
function isUntouched({ assembled: { init, peers } }: RunningNode): boolean {
  const { access, owner } = init.config
  return owner === '' && access.length === 0 && peers.book.entries().length === 0
}

async function followOffer(
  { terminal, signal }: Context,
  offer: AsyncIterator<PairStep> | undefined
): Promise<void> {
  if (offer === undefined) return
  const rest = { [Symbol.asyncIterator]: () => offer }
  // The log tells who tried, and who was paired.
  for await (const step of untilAborted(rest, signal)) if ('closed' in step) terminal.prose(stepLine(step))
}

async function showReadings(
  { terminal, signal }: Context,
  status: Status,
  operations: Operations
): Promise<void> {
  for await (const view of untilAborted(operations.watch({ who: [status.peer] }, signal), signal))
    terminal.line(ownReadingLine(view, terminal.ansi))
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
