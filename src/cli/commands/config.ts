import {
  type ConfigProblem,
  formatProblems,
  isConfigError,
  type ProblemView,
  problemView
} from '../../config/config-error.ts'
import { formatOrigin } from '../../config/origin.ts'
import { sanitize } from '../../node/log/sanitize.ts'
import { type Context, defineCommand } from '../command-line/command.ts'
import { DONE, WRONG_USE } from '../command-line/exit-status.ts'
import {
  type ConfigRequest,
  configFile,
  configFileFound,
  loadDeviceIndex,
  loadNodeConfig
} from '../load-config.ts'
import { table } from '../terminal/table.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { reloadLines, reloadProblems, reloadStatus } from '../views/reload-lines.ts'
import { checkAfar, edit, onOption, put, viewAfar } from './afar/config.ts'

const file = { name: 'FILE', summary: 'the file (default: kith.yaml in the home)' } as const

const check = defineCommand({
  name: 'check',
  summary: 'check the configuration and list every error',
  options: { on: onOption },
  positionals: [file],
  example: 'kith config check deploy/kith.example.yaml',
  async run(context) {
    const { home, environment, positionals, options, json, terminal } = context
    if (options.on !== undefined) return await checkAfar(context, options.on)
    const [named] = positionals
    const request = { home, file: named, environment }
    if (json) return listProblems(await problemsOf(request), terminal)
    const { config, warnings } = await loadNodeConfig(request).catch((error: unknown) => {
      if (isConfigError(error)) remarkWarnings(error.warnings, terminal)
      throw error
    })
    const path = configFile({ home, file: named })
    const there = configFileFound({ home, file: named })
    remarkWarnings(warnings, terminal)
    const { length } = config.sensors
    const sensors = `${length} ${length === 1 ? 'sensor' : 'sensors'}`
    terminal.line(there ? `${path}: no errors, ${sensors}` : `${path} does not exist; the defaults apply`)
    return DONE
  }
})

function remarkWarnings(warnings: readonly ConfigProblem[], terminal: Terminal): void {
  if (warnings.length > 0) terminal.remark(formatProblems(warnings))
}

async function problemsOf(request: ConfigRequest): Promise<ProblemView[]> {
  try {
    const { warnings } = await loadNodeConfig(request)
    return viewsOf('warning', warnings)
  } catch (error) {
    if (!isConfigError(error)) throw error
    return [...viewsOf('error', error.problems), ...viewsOf('warning', error.warnings)]
  }
}

function viewsOf(level: ProblemView['level'], problems: readonly ConfigProblem[]): ProblemView[] {
  return problems.map((problem) => problemView(level, problem))
}

function listProblems(problems: ProblemView[], terminal: Terminal): number {
  terminal.json(problems)
  return problems.some(({ level }) => level === 'error') ? WRONG_USE : DONE
}

const show = defineCommand({
  name: 'show',
  summary: 'list the options that are set, and where',
  options: {
    all: { kind: 'flag', short: 'a', summary: 'include defaults' },
    on: onOption
  },
  positionals: [file],
  example: 'kith config show --all',
  async run(context) {
    const { home, environment, positionals, options, json, terminal } = context
    if (options.on !== undefined) return await showAfar(context, options.on)
    const { provenance } = await loadNodeConfig({ home, file: positionals[0], environment })
    const wanted = provenance.filter(
      ({ origin }) => options.all === true || json || origin.kind !== 'default'
    )
    if (json)
      return terminal.json(
        wanted.map(({ path, value, text, origin }) => ({ path, value, text, origin: formatOrigin(origin) }))
      )
    if (wanted.length === 0) return terminal.remark('kith: no option is set; --all shows the defaults')
    const shown = wanted.map(({ path, text, origin }) => ({ path, text, origin: formatOrigin(origin) }))
    terminal.lines(optionLines(shown, terminal))
  }
})

function optionLines(
  options: readonly { readonly path: string; readonly text: string; readonly origin: string }[],
  { width, ansi }: Terminal
): string[] {
  const rows = options.map(({ path, text, origin }) => [
    { text: path, style: 'bold' } as const,
    { text: sanitize(text, 400) },
    { text: origin, style: 'dim' } as const
  ])
  return table([{ title: 'OPTION' }, { title: 'VALUE' }, { title: 'FROM' }], rows, { width, ansi })
}

async function showAfar(context: Context, who: string): Promise<number> {
  const { json, terminal } = context
  const view = await viewAfar(context, who)
  if (json) terminal.json(view)
  else {
    const { options = [], problems } = view
    for (const line of reloadProblems({ state: 'checked', problems })) terminal.remark(line)
    terminal.lines(optionLines(options, terminal))
  }
  return DONE
}

const schema = defineCommand({
  name: 'schema',
  summary: 'print the JSON Schema of kith.yaml with the drivers that it names, for editors',
  options: {},
  positionals: [file],
  example: 'kith config schema > kith.schema.json',
  async run({ home, environment, positionals, terminal }) {
    const [{ configJsonSchema }, { devices, clocks, failed }] = await Promise.all([
      import('../../config/json-schema.ts'),
      loadDeviceIndex({ home, file: positionals[0], environment })
    ])
    if (failed !== undefined) terminal.remark(`kith: external drivers are missing: ${failed.message}`)
    terminal.line(JSON.stringify(await configJsonSchema(devices, clocks), null, 2))
  }
})

const reload = defineCommand({
  name: 'reload',
  summary: 'have the running node take the configuration file as it is now',
  options: {},
  positionals: [],
  example: 'kith config reload',
  async run({ connect, json, terminal }) {
    const { operations } = await connect({ running: true })
    const result = await operations.configReload()
    if (json) terminal.json(result)
    else {
      for (const line of reloadProblems(result)) terminal.remark(line)
      terminal.lines(reloadLines(result))
    }
    return reloadStatus(result)
  }
})

const path = defineCommand({
  name: 'path',
  summary: 'print the path of kith.yaml',
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
  summary: 'the configuration, here or of another node: check, show, reload, put, edit, schema, path',
  example: 'kith config check',
  actions: [check, show, reload, put, edit, schema, path]
} as const
