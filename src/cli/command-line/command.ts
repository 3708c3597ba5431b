import type { Clock } from '../../clock.ts'
import type { Operations } from '../../node/api/operations.ts'
import type { Environment } from '../home.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** What an option's text becomes. */
export interface KindValues {
  flag: boolean
  text: string
  /** One of the option's choices. */
  choice: string
  /** A value that may be left out: then true. */
  optional: string | true
  /** May be given again; commas separate as well. */
  list: readonly string[]
  /** May be given again. */
  each: readonly string[]
  count: number
  /** Milliseconds, from `30s`. */
  duration: number
  /** Unix seconds, from `1h` (ago) or a date. */
  time: number
}

export interface Option {
  readonly kind: keyof KindValues
  readonly short?: string
  /** Name of the value in the help: `DIR`. */
  readonly value?: string
  readonly choices?: readonly string[]
  /** Of an optional value: what it looks like. Another word behind the option is not taken for it. */
  readonly form?: RegExp
  readonly summary: string
}

export type Options = Readonly<Record<string, Option>>

export type Values<O extends Options> = {
  readonly [K in keyof O]?: KindValues[O[K]['kind']]
}

export interface Positional {
  readonly name: string
  readonly summary: string
  readonly required?: boolean
  /** Takes all that follow; only the last one may. */
  readonly many?: boolean
  readonly choices?: readonly string[]
}

/** The operations of a node, and whose they are. */
export interface Session {
  readonly operations: Operations
  /** Whether a node that runs anyway answers, or one that lives only for this command. */
  readonly from: 'running' | 'short-lived'
  close(): Promise<void>
}

/** What a command does with the home where no node runs in it; it visits the home unless told otherwise. */
export interface HomeUse {
  /** It tells of the home's own node: for a moment it is that node, where there is a home. */
  readonly own?: boolean
  /** As `own`, and there must be a home: what is done with it, with its article, `a book`. */
  readonly needs?: string
  /** Only a node that runs already will do. */
  readonly running?: boolean
}

/** What a command may use of the world. */
export interface Context<O extends Options = Options> {
  readonly options: Values<O>
  readonly positionals: readonly string[]
  readonly json: boolean
  readonly home: string
  /** Milliseconds, where --timeout was given. */
  readonly timeout: number | undefined
  readonly terminal: Terminal
  readonly environment: Environment
  readonly clock: Clock
  /** Every command of the program, for completion. */
  readonly commands: readonly AnyCommand[]
  /** Aborts at the first Ctrl-C, and when nobody reads the output any more. */
  readonly signal: AbortSignal
  /**
   * The running node, or a short-lived one; it is closed after the command.
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
  /** A line to type. */
  readonly example: string
  /** Milliseconds that it may take to end after Ctrl-C; 800 unless given. */
  readonly leave?: number
  /** @returns the exit status where it is not 0 */
  run(context: Context<O>): Promise<number | void>
}

/** A command whose first word chooses an action; without one it is the first action. */
export interface CommandGroup {
  readonly name: string
  readonly summary: string
  readonly example: string
  readonly actions: readonly [Command, ...Command[]]
}

export type AnyCommand = Command | CommandGroup

/** Keeps the options' literal types, so that `run` gets typed values. */
export function defineCommand<const O extends Options>(command: Command<O>): Command {
  return command
}

export const globalOptions = {
  json: { kind: 'flag', summary: 'JSON for programs: one document, or one object a line for streams' },
  home: {
    kind: 'text',
    value: 'DIR',
    summary: 'folder of the node (else $KITH_HOME, $STATE_DIRECTORY, ~/.local/state/kith)'
  },
  timeout: { kind: 'duration', value: 'TIME', summary: 'how long to wait for an answer, such as 5s' },
  'no-color': { kind: 'flag', summary: 'no colours ($NO_COLOR does the same)' },
  help: { kind: 'flag', short: 'h', summary: 'this help' },
  version: { kind: 'flag', summary: 'the version of kith' }
} as const satisfies Options
