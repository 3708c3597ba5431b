import { pad } from '../terminal/text-width.ts'
import type { AnyCommand, Command, Option, Options, Positional } from './command.ts'
import { globalOptions } from './command.ts'
import { exitMeanings } from './exit-status.ts'

/** `kith --help`. */
export function helpOverview(commands: readonly AnyCommand[]): string[] {
  return [
    'kith: devices known by PeerId measure and talk to their neighbours directly.',
    '',
    'Usage: kith COMMAND [OPTIONS]',
    '',
    ...listed(commands.map((command) => [command.name, command.summary])),
    '',
    'Global options:',
    ...listed(optionLines(globalOptions)),
    '',
    '`kith COMMAND --help` describes a command, with an example. To begin: kith run --simulated',
    `Exit status: ${exitMeanings.map(([status, meaning]) => `${status} ${meaning}`).join(', ')}.`
  ]
}

/** `kith watch --help`, `kith book add --help`. */
export function helpCommand(command: AnyCommand, action?: Command): string[] {
  if ('actions' in command && action === undefined)
    return [
      ...command.actions.map((each, i) => `${i === 0 ? 'Usage: ' : '       '}${usage(command, each)}`),
      '',
      sentence(command.summary),
      '',
      ...listed(command.actions.map((each) => [each.name, each.summary])),
      '',
      ...tail(command)
    ]
  const shown = action ?? (command as Command)
  const positionals = shown.positionals.map((each): [string, string] => [placeholder(each), each.summary])
  return [
    `Usage: ${usage(command, shown)}`,
    '',
    sentence(shown.summary),
    '',
    ...listed([...positionals, ...optionLines(shown.options)]),
    ...(positionals.length + Object.keys(shown.options).length === 0 ? [] : ['']),
    ...tail(shown)
  ]
}

export function sentence(summary: string): string {
  return `${summary.slice(0, 1).toUpperCase()}${summary.slice(1)}.`
}

function tail({ example }: { readonly example: string }): string[] {
  const everywhere = Object.keys(globalOptions).filter((name) => name !== 'help' && name !== 'version')
  const names = everywhere.map((name) => `--${name}`)
  return [`Global options: ${names.join(', ')} (kith --help describes them)`, '', `Example: ${example}`]
}

export function usage(command: AnyCommand, action: Command): string {
  const path = command === action ? ['kith', command.name] : ['kith', command.name, action.name]
  const options = Object.keys(action.options).length === 0 ? [] : ['[OPTIONS]']
  return [...path, ...action.positionals.map(placeholder), ...options].join(' ')
}

export function placeholder(positional: Positional): string {
  const name = `${positional.name}${positional.many === true ? ' ...' : ''}`
  return positional.required === true ? name : `[${name}]`
}

export function optionLines(options: Options): [string, string][] {
  return Object.entries(options).map(([name, option]) => [optionName(name, option), option.summary])
}

function optionName(name: string, option: Option): string {
  const short = option.short === undefined ? '' : `-${option.short}, `
  const value = option.value ?? option.choices?.join('|')
  if (value === undefined) return `${short}--${name}`
  return `${short}--${name} ${option.kind === 'optional' ? `[${value}]` : value}`
}

function listed(lines: readonly (readonly [name: string, summary: string])[]): string[] {
  const width = Math.max(0, ...lines.map(([name]) => name.length))
  return lines.map(([name, summary]) => `  ${pad(name, width)}  ${summary}`)
}
