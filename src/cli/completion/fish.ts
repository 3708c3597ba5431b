import { globalOptions, type Offered, type Option } from '../command-line/command.ts'
import { argumentKind, type Place } from './places.ts'

export function fishScript(places: readonly Place[]): string {
  const global = Object.entries(globalOptions).map((option) => optionLine('', option))
  return [
    WORDS,
    'complete -c kith -f',
    ...global,
    ...places.flatMap((place) => placeLines(place, actionsOf(place, places)))
  ].join('\n')
}

/** Words that are no options, behind kith; and what the node offers for a --home that was given. */
const WORDS = `function __kith_words
  set -l skip 0
  for word in (commandline -opc)[2..-1]
    if test $skip = 1; set skip 0; continue; end
    switch $word
      case --home --timeout; set skip 1
      case '-*'
      case '*'; echo $word
    end
  end
end
function __kith_offer
  set -l words (commandline -opc)
  set -l home
  for i in (seq (count $words))
    if test $words[$i] = --home; set home --home $words[(math $i + 1)]; end
  end
  $words[1] completion $argv $home 2>/dev/null
end`

/** Of a group of commands. */
function actionsOf({ path }: Place, places: readonly Place[]): string[] {
  return places.flatMap((place) =>
    place.path.startsWith(`${path} `) ? [place.path.slice(path.length + 1)] : []
  )
}

function placeLines(
  { path, words, options, positionals, many }: Place,
  actions: readonly string[]
): string[] {
  const depth = path === '' ? 0 : path.split(' ').length
  const [command = '', action] = path.split(' ')
  const seen = (word: string): string => `__fish_seen_subcommand_from ${word}`
  const condition =
    path === ''
      ? '__fish_use_subcommand'
      : action === undefined
        ? [seen(command), ...(actions.length > 0 ? [`not ${seen(actions.join(' '))}`] : [])].join('; and ')
        : `${seen(command)}; and ${seen(action)}`
  return [
    ...words.map(([word, summary]) => line(condition, `-a ${word}`, summary)),
    ...Object.entries(options).map((option) => optionLine(condition, option)),
    ...positionals.flatMap((offered, index) => {
      const is = many && index === positionals.length - 1 ? '-ge' : '-eq'
      const here = `${condition}; and test (count (__kith_words)) ${is} ${depth + index}`
      return offered === 'nothing' ? [] : [line(here, argumentOf(offered, depth), '')]
    })
  ]
}

function optionLine(condition: string, [name, option]: readonly [string, Option]): string {
  const { short, summary } = option
  const value = argumentKind(option)
  const letter = short === undefined ? '' : ` -s ${short}`
  return line(
    condition,
    `-l ${name}${letter}${value === undefined ? '' : ` -r ${valueArgument(value)}`}`.trimEnd(),
    summary
  )
}

function valueArgument(value: Offered | readonly string[]): string {
  if (typeof value !== 'string') return `-f -a '${value.join(' ')}'`
  return value === 'nothing' ? '-f' : argumentOf(value, 0)
}

/** Sensors are those of the word before. */
function argumentOf(offered: Offered, depth: number): string {
  if (offered === 'files') return '-F'
  if (offered === 'folders') return `-f -a '(__fish_complete_directories)'`
  const whose = offered === 'sensors' && depth > 0 ? ` (__kith_words)[${depth + 1}]` : ''
  return `-f -a '(__kith_offer ${offered}${whose})'`
}

function line(condition: string, what: string, summary: string): string {
  const when = condition === '' ? '' : ` -n '${condition}'`
  const about = summary === '' ? '' : ` -d '${summary.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  return `complete -c kith${when} ${what}${about}`
}
