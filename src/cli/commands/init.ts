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
    name: { kind: 'text', value: 'NAME', summary: 'name of the node (default: the host name)' }
  },
  positionals: [],
  example: 'kith init --name hall',
  async run({ home, environment, options, json, terminal }) {
    if (options.name !== undefined && !NAME.test(options.name))
      throw new NodeError('usage', `kith init --name: ${options.name} is not a name`, {
        hint: 'a name has 1 to 32 lower-case letters, digits and "-"'
      })
    const { initHome } = await import('../../node/home.ts')
    const made = await initHome(home, await newHomeFiles({ home, environment }, options.name))
    if (json) return terminal.json(made)
    const { ansi } = terminal
    const news = made.written.length === 0 ? 'nothing: every file exists' : made.written.join(', ')
    terminal.lines([
      ...facts(
        [
          ['PeerId', made.peer],
          ['home', made.home],
          ['written', news]
        ],
        ansi
      ),
      '',
      `  Edit ${home}/kith.yaml (kith config check checks it), then: ${ansi('kith run', 'bold')}`
    ])
  }
})

/** The texts of the files of a new home, by name. */
export async function newHomeFiles(
  request: ConfigRequest,
  name: string | undefined
): Promise<Record<string, string>> {
  const [{ configJsonSchema }, { devices, clocks }, example] = await Promise.all([
    import('../../config/json-schema.ts'),
    loadDeviceIndex(request),
    readFile(EXAMPLE, 'utf8')
  ])
  return {
    'kith.yaml': withName(example, name),
    // The first line of kith.yaml names it, so that editors complete and check the file.
    'kith.schema.json': `${JSON.stringify(await configJsonSchema(devices, clocks), null, 2)}\n`,
    'book.yaml': '# The address book of this node. kith book changes it.\n'
  }
}

/** The example with the node's name, or with a comment: then the host name is used at each start. */
function withName(example: string, name: string | undefined): string {
  return example.replace(
    /^name: .*$/m,
    name === undefined ? `#name: ${hostname().toLowerCase()}` : `name: ${name}`
  )
}
