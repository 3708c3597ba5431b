import type { Clock } from '../../clock.ts'
import { isConfigError, problemView } from '../../config/config-error.ts'
import { defined } from '../../defined.ts'
import { commandHint, describeError, isNodeError } from '../../error.ts'
import { errorView } from '../../node/api/error-view.ts'
import { jsonLine, sanitize } from '../../node/log/sanitize.ts'
import { chooseHome, type Environment, namedHome } from '../home.ts'
import { type Sink, Terminal } from '../terminal/terminal.ts'
import type { AnyCommand, ByteStreams, Command, Context, Session } from './command.ts'
import { type ConnectOptions, connect } from './connect.ts'
import { DONE, exitStatus } from './exit-status.ts'
import { helpCommand, helpOverview } from './help.ts'
import { type Parsed, parseCommandLine } from './parse.ts'
import { versionLine, versionOf } from './version.ts'

/** Milliseconds that a command may take to end after Ctrl-C, so that kith ends within a second. */
const LEAVE_MS = 800
/** Maximum characters of one line of an error. */
const MAX_ERROR_LINE = 1000

export interface CliIo {
  readonly commands: readonly AnyCommand[]
  readonly stdout: Sink
  readonly stderr: Sink
  readonly environment: Environment
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Calls the listener at SIGHUP until the returned function is called; never unless given. */
  readonly onHangup?: Context['onHangup']
  /** Those of the process unless given. */
  readonly bytes?: () => ByteStreams
  /** Finds the node; connect() unless given. */
  readonly connect?: (options: ConnectOptions) => Promise<Session>
}

/** Runs one command line. @returns the exit status; never rejects */
export async function runCommandLine(argv: readonly string[], io: CliIo): Promise<number> {
  const asJson = argv.includes('--json')
  try {
    const parsed = parseCommandLine(argv, io.commands, io.clock.now())
    return await runParsed(parsed, io)
  } catch (error) {
    if (!(io.signal.aborted && error === io.signal.reason))
      new Terminal(io).error(errorText(error, asJson), asJson)
    return exitStatus(error)
  }
}

async function runParsed(parsed: Parsed, io: CliIo): Promise<number> {
  const { command, action, values } = parsed
  const terminal = new Terminal({ ...io, plain: values['no-color'] === true })
  if (values['version'] === true && values['json'] === true) terminal.json(versionOf())
  else if (values['version'] === true) terminal.line(versionLine())
  else if (command === undefined || action === undefined) terminal.prose(helpOverview(io.commands))
  else if (values['help'] === true) terminal.prose(helpOf(command, action))
  else return runAction(action, parsed, terminal, io)
  return DONE
}

function helpOf(command: AnyCommand, action: Command): string[] {
  return 'actions' in command && action === command.actions[0]
    ? helpCommand(command)
    : helpCommand(command, action)
}

async function runAction(
  action: Command,
  { values, positionals }: Parsed,
  terminal: Terminal,
  io: CliIo
): Promise<number> {
  const { commands, environment, clock, signal } = io
  let session: Promise<Session> | undefined
  const given = typeof values['home'] === 'string' ? values['home'] : undefined
  const context: Context = {
    options: values,
    positionals,
    json: values['json'] === true,
    home: chooseHome(given, environment, action.makesHome),
    commandLine: (words) => `kith ${words}${given === undefined ? '' : ` --home ${shellWord(given)}`}`,
    timeout: typeof values['timeout'] === 'number' ? values['timeout'] : undefined,
    terminal,
    environment,
    clock,
    commands,
    signal,
    onHangup: io.onHangup ?? (() => () => {}),
    bytes: io.bytes ?? processBytes,
    connect: (use) => {
      session ??= (io.connect ?? connect)({
        ...context,
        homeIsNamed: namedHome(given, environment) !== undefined,
        ...use
      })
      return session
    }
  }
  const left = rejectAfterAbort(action.leave ?? LEAVE_MS, io)
  try {
    return (await Promise.race([action.run(context), left])) ?? DONE
  } finally {
    const close = async (): Promise<void> => (await session?.catch(() => undefined))?.close()
    await Promise.race([close(), left])
  }
}

/** A word as a shell of POSIX takes it. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/** Not before they are used: a stdin that was opened is read from. */
function processBytes(): ByteStreams {
  return { input: process.stdin, output: process.stdout }
}

/** Rejects `ms` after the signal aborts, so that a command that ignores it cannot delay the exit. */
function rejectAfterAbort(ms: number, { clock, signal }: CliIo): Promise<never> {
  const left = new Promise<never>((_resolve, reject) => {
    const aborted = (): unknown => clock.after(ms, () => reject(signal.reason))
    if (signal.aborted) aborted()
    else signal.addEventListener('abort', aborted, { once: true })
  })
  // A command that ends in time leaves it unhandled.
  left.catch(() => undefined)
  return left
}

/** An error as text for stderr. Errors of a file begin with path, line and column, as those of compilers. */
function errorText(error: unknown, asJson: boolean): string {
  const problems = isConfigError(error)
    ? error.problems.map((problem) => problemView('error', problem))
    : undefined
  if (asJson) return jsonLine({ error: { ...errorView(error), ...defined({ problems }) } })
  if (!isNodeError(error)) return `kith: ${sanitize(describeError(error), MAX_ERROR_LINE)}`
  const lines = error.message.split('\n').map((line) => sanitize(line, MAX_ERROR_LINE))
  if (problems !== undefined) return lines.join('\n')
  const text = commandHint(error)
  const hint = text === undefined ? [] : [`      ${sanitize(text, MAX_ERROR_LINE)}`]
  return [`kith: ${lines[0]}`, ...lines.slice(1), ...hint].join('\n')
}
