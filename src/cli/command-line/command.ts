import type { Readable, Writable } from 'node:stream'
import type { Clock } from '../../clock.ts'
import type { Operations } from '../../node/api/operations.ts'
import type { Environment } from '../home.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** The type of an option's value, by its kind. */
export interface KindValues {
  flag: boolean
  text: string
  /** One of the option's choices. */
  choice: string
  /** A value that may be omitted: then true. */
  optional: string | true
  /** May be repeated; commas separate values as well. */
  list: readonly string[]
  /** May be repeated. */
  each: readonly string[]
  /** A whole number of at least 1. */
  count: number
  /** Milliseconds, from `30s`. */
  duration: number
  /** Unix seconds, from `1h` (ago), `23:00`, `yesterday` or a date. */
  time: number
}

export interface Option {
  readonly kind: keyof KindValues
  readonly short?: string
  /** Name of the value in the help: `DIR`. */
  readonly value?: string
  readonly choices?: readonly string[]
  /** Pattern of an optional value: a next word that does not match is a positional. */
  readonly form?: RegExp
  /** Maximum of a count; 999999999 unless given. */
  readonly max?: number
  /** Minimum and maximum of a duration, in milliseconds. */
  readonly range?: readonly [min: number, max: number]
  readonly summary: string
  /** Whether an empty text is a value: it removes one. */
  readonly mayBeEmpty?: boolean
}

export type Options = Readonly<Record<string, Option>>

export type Values<O extends Options> = {
  readonly [K in keyof O]?: KindValues[O[K]['kind']]
}

/** What `kith completion` offers of the node, and what the shell has itself. */
export const offers = ['names', 'sensors', 'switches', 'own-switches'] as const
export type Offer = (typeof offers)[number]
export type Offered = Offer | 'files' | 'folders' | 'nothing'

export interface Positional {
  readonly name: string
  readonly summary: string
  readonly required?: boolean
  /** Takes all following words; allowed for the last positional only. */
  readonly many?: boolean
  readonly choices?: readonly string[]
  /** What a shell offers for it, where its name does not say that (completion/places.ts). */
  readonly offers?: Offered
}

/** The operations of a node, and which node it is. */
export interface Session {
  readonly operations: Operations
  /** `running`: the node of the home; `temporary`: a node started for this command. */
  readonly from: 'running' | 'temporary'
  close(): Promise<void>
}

/** How a command uses the home if no node runs in it; by default read-only, by a temporary node without a name. */
export interface HomeUse {
  /** The temporary node takes the home and its identity, if the home exists. */
  readonly own?: boolean
  /** As `own`, but the home must exist. What needs it, with its article: `a book`. */
  readonly needs?: string
  /** Fail if no node runs. */
  readonly running?: boolean
}

/** The streams of the process. */
export interface ByteStreams {
  readonly input: Readable
  readonly output: Writable
}

/** What a command receives. */
export interface Context<O extends Options = Options> {
  readonly options: Values<O>
  readonly positionals: readonly string[]
  readonly json: boolean
  readonly home: string
  /** A command line for the same home, for hints: `kith run --home hall` where --home was given. */
  readonly commandLine: (words: string) => string
  /** Milliseconds of --timeout. */
  readonly timeout: number | undefined
  readonly terminal: Terminal
  readonly environment: Environment
  readonly clock: Clock
  /** stdin and stdout as bytes; called only by a command that uses them. */
  readonly bytes: () => ByteStreams
  /** Every command of the program, for completion. */
  readonly commands: readonly AnyCommand[]
  /** Aborts at the first Ctrl-C. */
  readonly signal: AbortSignal
  /** Calls the listener at each SIGHUP of `kith run` until the returned function is called. */
  onHangup(listener: () => void): () => void
  /**
   * The running node, or a temporary one, which is closed after the command.
   * @throws NodeError 'no-home', 'no-node'
   */
  connect(use?: HomeUse): Promise<Session>
}

export interface Command<O extends Options = Options> {
  readonly name: string
  /** One line for the list of commands. */
  readonly summary: string
  readonly options: O
  readonly positionals: readonly Positional[]
  /** An example command line. */
  readonly example: string
  /** Milliseconds that it may take to end after Ctrl-C; 800 unless given. */
  readonly leave?: number
  /** Whether it makes the home: where none is named, never in that of `npm start`. */
  readonly makesHome?: boolean
  /** @returns the exit status; none is 0 */
  run(context: Context<O>): Promise<number | void>
}

/** A command whose first word selects an action; the first action is the default. */
export interface CommandGroup {
  readonly name: string
  readonly summary: string
  readonly example: string
  readonly actions: readonly [Command, ...Command[]]
  /** Whether a first word that is no action belongs to the first action. */
  readonly takesOtherWords?: boolean
}

export type AnyCommand = Command | CommandGroup

/** Keeps the options' literal types, so that the values in `run` are typed. */
export function defineCommand<const O extends Options>(command: Command<O>): Command {
  return command
}

export const globalOptions = {
  json: { kind: 'flag', summary: 'print JSON: one document, or one object per line for streams' },
  home: {
    kind: 'text',
    value: 'DIR',
    summary: 'folder of the node (default: $KITH_HOME, $STATE_DIRECTORY, ~/.local/state/kith)'
  },
  timeout: {
    kind: 'duration',
    value: 'TIME',
    // That of the control socket's requests (node/control/requests.ts).
    range: [100, 600_000],
    summary: 'how long to wait for an answer: 5s'
  },
  'no-color': { kind: 'flag', summary: 'no colours, as with $NO_COLOR' },
  help: { kind: 'flag', short: 'h', summary: 'print this help' },
  version: { kind: 'flag', summary: 'print the version of kith' }
} as const satisfies Options
