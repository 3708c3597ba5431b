import { formatOrigin } from '../../config/origin.ts'
import { sanitize } from '../../node/log/sanitize.ts'
import { defineCommand } from '../command-line/command.ts'
import { configFile, configFileFound, loadDeviceIndex, loadNodeConfig } from '../load-config.ts'
import { table } from '../terminal/table.ts'

const file = { name: 'FILE', summary: 'kith.yaml in the home unless given' } as const

const check = defineCommand({
  name: 'check',
  summary: 'say everything that is wrong with the configuration',
  options: {},
  positionals: [file],
  example: 'kith config check deploy/kith.example.yaml',
  async run({ home, environment, positionals, json, terminal }) {
    const [named] = positionals
    const { config } = await loadNodeConfig({ home, file: named, environment })
    const path = configFile({ home, file: named })
    const there = configFileFound({ home, file: named })
    if (json) return terminal.json({ file: there ? path : null, sensors: config.sensors.length })
    terminal.line(there ? `${path} is well` : `${path} does not exist: everything is as it is by default`)
  }
})

const show = defineCommand({
  name: 'show',
  summary: 'every value, and where it comes from',
  options: {
    all: { kind: 'flag', short: 'a', summary: 'defaults too' }
  },
  positionals: [file],
  example: 'kith config show --all',
  async run({ home, environment, positionals, options, json, terminal }) {
    const { provenance } = await loadNodeConfig({ home, file: positionals[0], environment })
    const wanted = provenance.filter(
      ({ origin }) => options.all === true || json || origin.kind !== 'default'
    )
    if (json)
      return terminal.json(
        wanted.map(({ path, value, text, origin }) => ({ path, value, text, origin: formatOrigin(origin) }))
      )
    if (wanted.length === 0) return terminal.remark('kith: all is as it is by default; --all shows it')
    const rows = wanted.map(({ path, text, origin }) => [
      { text: path, style: 'bold' } as const,
      { text: sanitize(text, 400) },
      { text: formatOrigin(origin), style: 'dim' } as const
    ])
    const { width, ansi } = terminal
    terminal.lines(table([{ title: 'OPTION' }, { title: 'VALUE' }, { title: 'FROM' }], rows, { width, ansi }))
  }
})

const schema = defineCommand({
  name: 'schema',
  summary: 'the JSON Schema of kith.yaml for editors, with the drivers that it names',
  options: {},
  positionals: [file],
  example: 'kith config schema > kith.schema.json',
  async run({ home, environment, positionals, terminal }) {
    const [{ configJsonSchema }, { devices, clocks, failed }] = await Promise.all([
      import('../../config/json-schema.ts'),
      loadDeviceIndex({ home, file: positionals[0], environment })
    ])
    if (failed !== undefined) terminal.remark(`kith: without the drivers from outside: ${failed.message}`)
    terminal.line(JSON.stringify(await configJsonSchema(devices, clocks), null, 2))
  }
})

const path = defineCommand({
  name: 'path',
  summary: 'where kith.yaml is, or would be',
  options: {},
  positionals: [],
  example: '$EDITOR "$(kith config path)"',
  async run({ home, json, terminal }) {
    const file = configFile({ home })
    if (json) terminal.json({ path: file, exists: configFileFound({ home }) })
    else terminal.line(file)
  }
})

export const config = {
  name: 'config',
  summary: 'the configuration: check, show, schema, path',
  example: 'kith config check',
  actions: [check, show, schema, path]
} as const
