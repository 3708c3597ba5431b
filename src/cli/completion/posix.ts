import { globalOptions, offers } from '../command-line/command.ts'
import { type Place, valuedOptions } from './places.ts'

/** How bash and zsh name what a completion works with. */
interface Dialect {
  /** The words of the line, and the index of the one that is completed, with the first index. */
  readonly words: string
  readonly current: string
  readonly first: number
  readonly files: string
  readonly folders: string
  readonly end: string
}

const BASH: Dialect = {
  words: 'COMP_WORDS',
  current: 'COMP_CWORD',
  first: 0,
  files: 'compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$here")',
  folders: 'compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- "$here")',
  end: `for word in "\${offered[@]}"; do [[ $word == "$here"* ]] && COMPREPLY+=("$word"); done`
}

const ZSH: Dialect = {
  words: 'words',
  current: 'CURRENT',
  first: 1,
  files: '_files',
  folders: '_files -/',
  end: `compadd -- "\${offered[@]}"`
}

export function bashScript(places: readonly Place[]): string {
  return `${script(places, BASH)}\ncomplete -F _kith kith`
}

/** For a file _kith in $fpath as well as for \`source\`. */
export function zshScript(places: readonly Place[]): string {
  return `#compdef kith\n${script(places, ZSH)}\nif [ "$funcstack[1]" = _kith ]; then _kith "$@"; else compdef _kith kith; fi`
}

/**
 * Words of the node come from `kith completion`, which asks the running node and gives up after half a second. They are
 * names in the sense of src/names.ts and are never evaluated by the shell.
 */
function script(places: readonly Place[], dialect: Dialect): string {
  const { words, current, first, files, folders, end } = dialect
  const word = (index: string): string => `"\${${words}[${index}]}"`
  return `_kith() {
  local here=${word(current)} before=${word(`${current}-1`)} place="" word="" kind="" who="" i n=0 many=""
  local -a offered kinds home
  offered=() kinds=() home=()
  for ((i = ${first + 1}; i < ${current}; i++)); do
    word=${word('i')}
    case "$word" in
      --home) home=(--home ${word('i+1')}); ((i++)); continue ;;
      ${valued(places).join('|')}) ((i++)); continue ;;
      -*) continue ;;
    esac
    case "${pathsOf(places).join(' | ')}" in
      *"| \${place:+$place }$word |"*) place="\${place:+$place }$word"; n=0; who=""; continue ;;
    esac
    n=$((n + 1)); who="\${who:-$word}"
  done
  case "$before" in
${values(places, 'files')}    ${'    '}${files}; return ;;
${values(places, 'folders')}    ${'    '}${folders}; return ;;
${valueCases(places)}
    *)
      case "$place" in
${places.map(placeCase).join('\n')}
      esac
      if ((n < \${#kinds[@]})); then kind="\${kinds[n${first === 0 ? '' : '+1'}]}"; elif [ -n "$many" ]; then kind="$many"; fi ;;
  esac
  case "$kind" in
    files) ${files}; return ;;
    folders) ${folders}; return ;;
    ${offers.join('|')})
      while IFS= read -r word; do offered+=("$word"); done < <(${word(String(first))} completion "$kind" \${who:+"$who"} "\${home[@]}" 2>/dev/null) ;;
  esac
  ${end}
}`
}

function valued(places: readonly Place[]): string[] {
  return [...valuedOptions(places).keys()].filter((word) => word !== '--home')
}

function values(places: readonly Place[], wanted: string): string {
  const words = [...valuedOptions(places)].flatMap(([word, value]) => (value === wanted ? [word] : []))
  return `    ${words.join('|')})\n`
}

/** Of options whose values are of the node, or one of some words, or nothing that is known. */
function valueCases(places: readonly Place[]): string {
  const cases = [...valuedOptions(places)].flatMap(([word, value]) => {
    if (value === 'files' || value === 'folders') return []
    if (value === 'nothing') return [`    ${word}) ;;`]
    return typeof value === 'string'
      ? [`    ${word}) kind=${value} ;;`]
      : [`    ${word}) offered=(${value.join(' ')}) ;;`]
  })
  return cases.join('\n')
}

function placeCase({ path, words, options, positionals, many }: Place): string {
  const names = Object.keys({ ...options, ...globalOptions }).map((name) => `--${name}`)
  const offered = [...words.map(([word]) => word), ...names].join(' ')
  const rest = many ? ` many=${positionals.at(-1) ?? ''}` : ''
  return `        '${path}') offered=(${offered}) kinds=(${positionals.join(' ')})${rest} ;;`
}

/** Empty at both ends, so that joined by bars each path stands between two bars. */
function pathsOf(places: readonly Place[]): string[] {
  return ['', ...places.map(({ path }) => path).filter((path) => path !== ''), '']
}
