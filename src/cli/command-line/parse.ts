import { parseArgs } from 'node:util'
import { nearest } from '../../config/options/nearest.ts'
import { defined } from '../../defined.ts'
import { NodeError } from '../../error.ts'
import type { AnyCommand, Command, CommandGroup, KindValues, Options, Positional } from './command.ts'
import { globalOptions } from './command.ts'
import { type GivenOption, readOptionValue } from './option-value.ts'

export interface Parsed {
  /** Absent if no command was named. */
  readonly command?: AnyCommand
  readonly action?: Command
  readonly values: Readonly<Record<string, KindValues[keyof KindValues]>>
  readonly positionals: readonly string[]
}

interface Word {
  readonly text: string
  readonly index: number
}

/** The word that names the command: options that every command has may stand before it. */
export function commandWord(argv: readonly string[]): string | undefined {
  return split(argv, globalOptions).words[0]?.text
}

/**
 * Finds the command among `commands` and its options in `argv`.
 * @param now milliseconds since 1970, for options such as `--since 1h`
 * @throws NodeError 'usage' with a hint
 */
export function parseCommandLine(
  argv: readonly string[],
  commands: readonly AnyCommand[],
  now: number
): Parsed {
  const [first] = split(argv, globalOptions).words
  // `kith help watch` is `kith watch --help`.
  if (first?.text === 'help')
    return parseCommandLine([...argv.toSpliced(first.index, 1), '--help'], commands, now)
  const command =
    first === undefined ? undefined : named(first.text, commands, 'unknown command', 'kith --help')
  if (command === undefined || first === undefined) {
    const { given } = split(argv, globalOptions)
    return { values: read(given, globalOptions, 'kith', now), positionals: [] }
  }
  const rest = argv.toSpliced(first.index, 1)
  return 'actions' in command ? parseGroup(command, rest, now) : parseAction(command, command, rest, now)
}

function parseGroup(group: CommandGroup, argv: readonly string[], now: number): Parsed {
  const all = Object.assign({}, ...group.actions.map((action) => action.options)) as Options
  const [first] = split(argv, { ...globalOptions, ...all }).words
  const isAction = group.actions.some(({ name }) => name === first?.text)
  if (first === undefined || (group.takesOtherWords === true && !isAction))
    return parseAction(group, group.actions[0], argv, now)
  const action = named(
    first.text,
    group.actions,
    `unknown action of kith ${group.name}`,
    `kith ${group.name} --help`
  )
  return parseAction(group, action, argv.toSpliced(first.index, 1), now)
}

function parseAction(command: AnyCommand, action: Command, argv: readonly string[], now: number): Parsed {
  const options: Options = { ...globalOptions, ...action.options }
  const path = command === action ? `kith ${command.name}` : `kith ${command.name} ${action.name}`
  const { words, given } = split(argv, options)
  const values = read(given, options, path, now)
  const positionals = words.map((word) => word.text)
  if (values['help'] !== true) checkPositionals(positionals, action.positionals, path)
  return { command, action, values, positionals }
}

function named<C extends { name: string }>(
  word: string,
  candidates: readonly C[],
  what: string,
  help: string
): C {
  const found = candidates.find((candidate) => candidate.name === word)
  if (found !== undefined) return found
  const names = candidates.map((candidate) => candidate.name)
  throw new NodeError('usage', `${what}: ${word}${didYouMean(word, names)}`, {
    hint: `${help} lists them`
  })
}

/** Separates words from options. parseArgs runs without its own checks: its messages have no hints. */
function split(argv: readonly string[], options: Options): { words: Word[]; given: GivenOption[] } {
  const { tokens } = parseArgs({
    args: [...argv],
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: Object.fromEntries(
      Object.entries(options).map(([name, { kind, short }]) => [
        name,
        { type: takesValue(kind) ? 'string' : 'boolean', ...defined({ short }) } as const
      ])
    )
  })
  const words: Word[] = []
  const given: GivenOption[] = []
  for (const token of tokens) {
    const before = given.at(-1)
    if (token.kind === 'option')
      given.push({
        name: token.name,
        raw: token.rawName,
        value: token.value,
        inline: token.inlineValue === true,
        index: token.index
      })
    else if (token.kind === 'positional') {
      const theirs = before !== undefined && before.index === token.index - 1
      if (theirs && isItsValue(token.value, before, options))
        given[given.length - 1] = { ...before, value: token.value }
      else words.push({ text: token.value, index: token.index })
    }
  }
  return { words, given }
}

/** Whether the word directly behind an option with an optional value is that value. */
function isItsValue(word: string, { name, value }: GivenOption, options: Options): boolean {
  const option = options[name]
  return option?.kind === 'optional' && value === undefined && (option.form?.test(word) ?? true)
}

function takesValue(kind: keyof KindValues): boolean {
  return kind !== 'flag' && kind !== 'optional'
}

function read(given: readonly GivenOption[], options: Options, path: string, now: number): Parsed['values'] {
  const values: Record<string, KindValues[keyof KindValues]> = {}
  for (const each of given) {
    const option = options[each.name]
    if (option === undefined) throw unknownOption(each, options, path)
    const value = readOptionValue(each, option, path, now)
    const before = values[each.name]
    values[each.name] = Array.isArray(value) && Array.isArray(before) ? [...before, ...value] : value
  }
  return values
}

function unknownOption(given: GivenOption, options: Options, path: string): NodeError {
  const names = Object.keys(options)
  const meant = given.name.length === 1 ? ofLetter(given.name, options) : suggest(given.name, names)
  return new NodeError(
    'usage',
    `${path} has no option ${given.raw}${meant === undefined ? '' : `; did you mean --${meant}?`}`,
    { hint: `${path} --help lists them` }
  )
}

function checkPositionals(given: readonly string[], wanted: readonly Positional[], path: string): void {
  const help = { hint: `see ${path} --help` }
  const missing = wanted.find((positional, i) => positional.required === true && given.length <= i)
  if (missing !== undefined)
    throw new NodeError('usage', `${path} needs ${missing.name} (${missing.summary})`, help)
  const extra = wanted.at(-1)?.many === true ? undefined : given[wanted.length]
  if (extra !== undefined) throw new NodeError('usage', `${path}: unexpected argument ${extra}`, help)
  for (const [i, { choices, name }] of wanted.entries()) {
    const word = given[i]
    if (word === undefined || choices === undefined || choices.includes(word)) continue
    const message = `${path}: ${name} must be one of ${choices.join(', ')}, not ${word}`
    throw new NodeError('usage', `${message}${didYouMean(word, choices)}`, help)
  }
}

/** The option of a letter of the other case, else the only one that begins with it. */
function ofLetter(letter: string, options: Options): string | undefined {
  const small = letter.toLowerCase()
  const names = Object.keys(options)
  const beginning = names.filter((name) => name.startsWith(small))
  return (
    names.find((name) => options[name]?.short === small) ??
    (beginning.length === 1 ? beginning[0] : undefined)
  )
}

/** What people call actions, and how kith calls them. */
const SYNONYMS: ReadonlyMap<string, readonly string[]> = new Map([
  ['rm', ['remove']],
  ['del', ['remove']],
  ['delete', ['remove']],
  ['mv', ['rename']],
  ['ls', ['list', 'peers']],
  ['list', ['peers']],
  ['discover', ['peers']],
  ['neighbours', ['peers']],
  ['start', ['run']],
  ['up', ['run']],
  ['info', ['status']],
  ['state', ['status']],
  ['read', ['ask']],
  ['get', ['ask']],
  ['setup', ['init']],
  ['new', ['init']],
  ['validate', ['check']],
  ['log', ['logs']]
])

/** A word of the same meaning, else the only word that begins with `word`, else the nearest one. */
export function suggest(word: string, words: readonly string[]): string | undefined {
  const same = SYNONYMS.get(word)?.find((one) => words.includes(one))
  if (same !== undefined) return same
  const beginning = words.filter((candidate) => word.length > 1 && candidate.startsWith(word))
  return beginning.length === 1 ? beginning[0] : nearest(word, words)
}

/** `; did you mean watch?`, or an empty string. */
function didYouMean(word: string, words: readonly string[]): string {
  const found = suggest(word, words)
  return found === undefined ? '' : `; did you mean ${found}?`
}
