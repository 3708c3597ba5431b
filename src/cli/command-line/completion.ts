import { type AnyCommand, type Command, globalOptions, type Options } from './command.ts'

export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

/** A position on the command line and the words allowed there. */
interface Place {
  /** `book`, `book add`; empty directly behind `kith`. */
  readonly path: string
  /** Actions and choices of positionals, with their summaries. */
  readonly words: readonly (readonly [word: string, summary: string])[]
  readonly options: Options
}

/** A completion script for the shell, generated from the commands' definitions. */
export function completionScript(shell: Shell, commands: readonly AnyCommand[]): string {
  const places = placesOf(commands)
  if (shell === 'fish') return fish(places)
  if (shell === 'zsh') return `#compdef kith\nautoload -U +X bashcompinit && bashcompinit\n${bash(places)}`
  return bash(places)
}

function placesOf(commands: readonly AnyCommand[]): Place[] {
  const first: Place = { path: '', words: listed(commands), options: {} }
  return [first, ...commands.flatMap(placesOfCommand)]
}

function placesOfCommand(command: AnyCommand): Place[] {
  if (!('actions' in command))
    return [{ path: command.name, words: choices(command), options: command.options }]
  const { name, actions } = command
  return [
    { path: name, words: listed(actions), options: actions[0].options },
    ...actions.map((action) => ({
      path: `${name} ${action.name}`,
      words: choices(action),
      options: action.options
    }))
  ]
}

function listed(commands: readonly { name: string; summary: string }[]): [string, string][] {
  return commands.map(({ name, summary }) => [name, summary])
}

function choices({ positionals }: Command): [string, string][] {
  return positionals.flatMap(({ choices = [], summary }) =>
    choices.map((word): [string, string] => [word, summary])
  )
}

function bash(places: readonly Place[]): string {
  const cases = places.map(({ path, words, options }) => {
    const names = Object.keys({ ...options, ...globalOptions }).map((name) => `--${name}`)
    return `    '${path}') candidates='${[...words.map(([word]) => word), ...names].join(' ')}' ;;`
  })
  return `_kith() {
  local here="\${COMP_WORDS[COMP_CWORD]}" place="" word candidates="" i
  case "\${COMP_WORDS[COMP_CWORD-1]}" in
    --home) COMPREPLY=($(compgen -d -- "$here")); return ;;
    --config) COMPREPLY=($(compgen -f -- "$here")); return ;;
  esac
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${place:+$place }\${COMP_WORDS[i]}"
    case "${pathsOf(places).join(' | ')}" in
      *"| $word |"*) place="$word" ;;
    esac
  done
  case "$place" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$candidates" -- "$here"))
}
complete -F _kith kith`
}

/** Empty at both ends, so that joined by bars each path stands between two bars. */
function pathsOf(places: readonly Place[]): string[] {
  return ['', ...places.map(({ path }) => path).filter((path) => path !== ''), '']
}

function fish(places: readonly Place[]): string {
  const global = Object.entries(globalOptions).map(([name, { summary }]) =>
    fishLine('', `-l ${name}`, summary)
  )
  return ['complete -c kith -f', ...global, ...places.flatMap(fishPlace)].join('\n')
}

function fishPlace({ path, words, options }: Place): string[] {
  const [command = '', action] = path.split(' ')
  const seen = (word: string): string => `__fish_seen_subcommand_from ${word}`
  const condition =
    path === ''
      ? '__fish_use_subcommand'
      : action === undefined
        ? seen(command)
        : `${seen(command)}; and ${seen(action)}`
  return [
    ...words.map(([word, summary]) => fishLine(condition, `-a ${word}`, summary)),
    ...Object.entries(options).map(([name, { short, kind, summary }]) => {
      const value = kind === 'flag' || kind === 'optional' ? '' : ' -r'
      return fishLine(condition, `-l ${name}${short === undefined ? '' : ` -s ${short}`}${value}`, summary)
    })
  ]
}

function fishLine(condition: string, what: string, summary: string): string {
  const when = condition === '' ? '' : ` -n '${condition}'`
  return `complete -c kith${when} ${what} -d '${summary.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
