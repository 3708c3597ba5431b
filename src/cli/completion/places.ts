import {
  type AnyCommand,
  type Command,
  globalOptions,
  type Offered,
  type Option,
  type Options
} from '../command-line/command.ts'

export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

/** A position on the command line and the words allowed there. */
export interface Place {
  /** `book`, `book add`; empty directly behind `kith`. */
  readonly path: string
  /** Actions and choices of positionals, with their summaries. */
  readonly words: readonly (readonly [word: string, summary: string])[]
  readonly options: Options
  /** What each positional is, in their order. */
  readonly positionals: readonly Offered[]
  /** Whether the last positional takes all following words. */
  readonly many: boolean
}

const byName: ReadonlyMap<string, Offered> = new Map([
  ['WHO', 'names'],
  ['WHOM', 'names'],
  ['FROM', 'names'],
  ['WHAT', 'sensors'],
  ['SENSOR', 'sensors'],
  ['FILE', 'files'],
  ['DIR', 'folders']
])

export function placesOf(commands: readonly AnyCommand[]): Place[] {
  const first: Place = { path: '', words: listed(commands), options: {}, positionals: [], many: false }
  return [first, ...commands.flatMap(placesOfCommand)]
}

function placesOfCommand(command: AnyCommand): Place[] {
  if (!('actions' in command)) return [placeOf(command.name, command)]
  const { name, actions, takesOtherWords = false } = command
  const [byDefault] = actions
  const first = placeOf(name, byDefault)
  return [
    takesOtherWords
      ? { ...first, words: [...listed(actions), ...first.words] }
      : { ...first, words: listed(actions), positionals: [] },
    ...actions.map((action) => placeOf(`${name} ${action.name}`, action))
  ]
}

function placeOf(path: string, { positionals, options }: Command): Place {
  return {
    path,
    words: positionals.flatMap(({ choices = [], summary }) =>
      choices.map((word): [string, string] => [word, summary])
    ),
    options,
    positionals: positionals.map(({ name, offers: known }) => known ?? byName.get(name) ?? 'nothing'),
    many: positionals.at(-1)?.many === true
  }
}

function listed(commands: readonly { name: string; summary: string }[]): [string, string][] {
  return commands.map(({ name, summary }) => [name, summary])
}

/** What the value of an option is; undefined where it has none, or need not have one. */
export function argumentKind({ kind, value = '', choices }: Option): Offered | readonly string[] | undefined {
  if (kind === 'flag' || kind === 'optional') return undefined
  return choices ?? byName.get(value) ?? 'nothing'
}

/** Every option with a value, by the words that name it. */
export function valuedOptions(places: readonly Place[]): Map<string, Offered | readonly string[]> {
  const all = [globalOptions, ...places.map(({ options }) => options)].flatMap((options: Options) =>
    Object.entries(options)
  )
  return new Map(
    all.flatMap(([name, option]) => {
      const value = argumentKind(option)
      if (value === undefined) return []
      return [`--${name}`, ...(option.short === undefined ? [] : [`-${option.short}`])].map(
        (word) => [word, value] as const
      )
    })
  )
}
