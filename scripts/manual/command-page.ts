import type { AnyCommand, Command, Options } from '../../src/cli/command-line/command.ts'
import { globalOptions } from '../../src/cli/command-line/command.ts'
import { exitMeanings } from '../../src/cli/command-line/exit-status.ts'
import { optionLines, placeholder, sentence, usage } from '../../src/cli/command-line/help.ts'
import { entry, heading, literal, type PageTitle, paragraph, subheading, title, wrapped } from './roff.ts'

/** kith(1), of the tables that `--help` is made of. */
export function commandPage(
  commands: readonly AnyCommand[],
  facts: Pick<PageTitle, 'source' | 'date'>
): string {
  const lines = [
    ...title({ name: 'kith', section: '1', ...facts }),
    ...heading('Name'),
    'kith \\- measure with this machine, and talk to neighbours directly',
    ...heading('Synopsis'),
    '.B kith',
    '.I COMMAND',
    '[OPTIONS]',
    ...heading('Description'),
    ...wrapped(
      'kith is an edge-node runtime. A device gets an identity, measures, and talks to its neighbours with nothing in between. A command asks the running node over its control socket; where none runs, most commands start a temporary node and say so.'
    ),
    ...heading('Commands'),
    ...commands.flatMap(commandLines),
    ...heading('Global options'),
    ...optionEntries(globalOptions),
    ...heading('Exit status'),
    ...exitMeanings.flatMap(([status, meaning]) => entry(String(status), meaning)),
    ...heading('Environment'),
    ...entry('KITH_HOME', 'Folder of the node, where --home is not given.'),
    ...entry('KITH_HISTORY_AGE', 'An option of kith.yaml, history.age: every option has such a variable.'),
    ...entry('NO_COLOR', 'No colours.'),
    ...heading('Files'),
    ...entry('~/.local/state/kith', 'The home of a user: kith.yaml, key, address book, history.'),
    ...entry('/var/lib/kith', 'The home of the service of the machine.'),
    ...entry('/run/kith/control.sock', 'Its control socket for the members of the group kith.'),
    ...heading('See also'),
    '.BR kith.yaml (5),',
    '.BR systemctl (1),',
    '.BR journalctl (1)'
  ]
  return `${lines.join('\n')}\n`
}

function commandLines(command: AnyCommand): string[] {
  const head = subheading(`kith ${command.name}`)
  if (!('actions' in command)) return [...head, ...actionLines(command, command)]
  return [
    ...head,
    ...wrapped(sentence(command.summary)),
    ...command.actions.flatMap((action) => ['.PP', ...actionLines(command, action)])
  ]
}

function actionLines(command: AnyCommand, action: Command): string[] {
  return [
    ...wrapped(usage(command, action)),
    ...paragraph(sentence(action.summary)),
    ...action.positionals.flatMap((positional) => entry(placeholder(positional), positional.summary)),
    ...optionEntries(action.options),
    '.PP',
    ...literal([action.example])
  ]
}

function optionEntries(options: Options): string[] {
  return optionLines(options).flatMap(([name, summary]) => entry(name, summary))
}
