import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { NodeError } from '../../error.ts'
import { INSTALLATION } from '../../installation.ts'
import { NAME } from '../../names.ts'
import { defineCommand } from '../command-line/command.ts'
import { type ConfigRequest, loadDeviceIndex } from '../load-config.ts'
import { facts } from '../terminal/table.ts'

/** The commented example configuration. */
const EXAMPLE = new URL('deploy/kith.example.yaml', INSTALLATION)

export const init = defineCommand({
  name: 'init',
  summary: 'create a home: key, commented configuration, empty book; existing files are kept',
  options: {
    name: { kind: 'text', value: 'NAME', summary: 'name of the node (default: the host name)' },
    all: { kind: 'flag', summary: 'write every option into kith.yaml, commented, with its default' }
  },
  positionals: [],
  example: 'kith init --name hall',
  makesHome: true,
  async run({ home, environment, options, json, terminal, commandLine }) {
    if (options.name !== undefined && !NAME.test(options.name))
      throw new NodeError('usage', `kith init --name: ${options.name} is not a name`, {
        hint: 'a name has 1 to 32 lower-case letters, digits and "-"'
      })
    const { initHome } = await import('../../node/home.ts')
    const made = await initHome(home, await newHomeFiles({ home, environment }, options))
    if (json) return terminal.json(made)
    const { ansi } = terminal
    const news = made.written.length === 0 ? 'nothing: every file exists' : made.written.join(', ')
    terminal.prose([
      ...facts(
        [
          ['PeerId', made.peer],
          ['home', made.home],
          ['written', news]
        ],
        ansi
      ),
      '',
      `  Edit ${home}/kith.yaml, check it with: ${commandLine('config check')}`,
      `  Then: ${ansi(commandLine('run'), 'bold')}`
    ])
  }
})

export interface NewHome {
  /** The name of the node; its host name at each start unless given. */
  readonly name?: string | undefined
  /** Whether kith.yaml has every option, in place of those that are set first. */
  readonly all?: boolean | undefined
}

/** The texts of the files of a new home, by name. */
export async function newHomeFiles(
  request: ConfigRequest,
  { name, all }: NewHome
): Promise<Record<string, string>> {
  const [{ configJsonSchema }, { devices, clocks }, example] = await Promise.all([
    import('../../config/json-schema.ts'),
    loadDeviceIndex(request),
    readFile(EXAMPLE, 'utf8')
  ])
  return {
    'kith.yaml': withName(all === true ? example : beginning(example), name),
    // The first line of kith.yaml names it, so that editors complete and check the file.
    'kith.schema.json': `${JSON.stringify(await configJsonSchema(devices, clocks), null, 2)}\n`,
    'book.yaml': '# The address book of this node. kith book changes it.\n'
  }
}

/** What is set first in a new home, in the order of the example. */
const FIRST: readonly string[] = ['name', 'purposes', 'sensors', 'switches', 'store']

/** The head of the example and its paragraphs of the options that are set first. */
function beginning(example: string): string {
  const paragraphs = example.trimEnd().split('\n\n')
  const kept = paragraphs.filter((paragraph, index) => {
    const option = /^#?(\w+):/m.exec(paragraph)?.[1]
    return index < 2 || (option !== undefined && FIRST.includes(option))
  })
  return `${[...kept, MORE].join('\n\n')}\n`
}

const MORE =
  '# There are more options: `kith config show --all` lists them, `kith init --all` writes them into a new home.'

/** The example with the node's name, or with a comment: then the host name is used at each start. */
function withName(example: string, name: string | undefined): string {
  return example.replace(
    /^name: .*$/m,
    name === undefined ? `#name: ${hostname().toLowerCase()}` : `name: ${name}`
  )
}
