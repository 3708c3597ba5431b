import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { NodeError } from '../../error.ts'
import { defineCommand } from '../command-line/command.ts'
import { type ConfigRequest, loadDeviceIndex } from '../load-config.ts'
import { facts } from '../terminal/table.ts'

/** The commented example: the same file that people read in deploy/. */
const EXAMPLE = new URL('../../../deploy/kith.example.yaml', import.meta.url)
const NAME = /^[a-z0-9][a-z0-9-]{0,31}$/

export const init = defineCommand({
  name: 'init',
  summary: 'make a home: identity, commented config, empty book; nothing is overwritten',
  options: {
    name: { kind: 'text', value: 'NAME', summary: 'what the node is called; the machine’s name unless given' }
  },
  positionals: [],
  example: 'kith init --name hall',
  async run({ home, environment, options, json, terminal }) {
    if (options.name !== undefined && !NAME.test(options.name))
      throw new NodeError('usage', `kith init --name: ${options.name} cannot be a name`, {
        hint: 'small letters, digits and "-", at most 32'
      })
    const { initHome } = await import('../../node/init-home.ts')
    const made = await initHome(home, await filesOf({ home, environment }, options.name))
    if (json) return terminal.json(made)
    const { ansi } = terminal
    const news = made.written.length === 0 ? 'all was there already' : made.written.join(', ')
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
      `  Edit ${home}/kith.yaml (kith config check reads it), then: ${ansi('kith run', 'bold')}`
    ])
  }
})

async function filesOf(request: ConfigRequest, name: string | undefined): Promise<Record<string, string>> {
  const [{ configJsonSchema }, { devices, clocks }, example] = await Promise.all([
    import('../../config/json-schema.ts'),
    loadDeviceIndex(request),
    readFile(EXAMPLE, 'utf8')
  ])
  return {
    'kith.yaml': withName(example, name),
    // Named in kith.yaml's first line, so that editors complete and check it.
    'kith.schema.json': `${JSON.stringify(await configJsonSchema(devices, clocks), null, 2)}\n`,
    'book.yaml': '# The address book of this node. kith book changes it.\n'
  }
}

/** The example with this node's name; without one it is the machine's at every start. */
function withName(example: string, name: string | undefined): string {
  return example.replace(
    /^name: .*$/m,
    name === undefined ? `#name: ${hostname().toLowerCase()}` : `name: ${name}`
  )
}
