import { entry, heading, literal, type PageTitle, paragraph, subheading, title, wrapped } from './roff.ts'

/** What is read of a JSON Schema that `kith config schema` prints. */
export interface Schema {
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, Schema>>
  readonly description?: string
  readonly default?: unknown
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema | readonly Schema[]
  readonly anyOf?: readonly Schema[]
}

const example = [
  'name: hall',
  'sensors:',
  '  - type: bme280',
  '    name: air',
  '    bus: i2c-1',
  '    interval: 10s'
]

/** kith.yaml(5), of the schema: every option with its meaning, range and default. */
export function configurationPage(schema: Schema, facts: Pick<PageTitle, 'source' | 'date'>): string {
  const defs = schema.$defs ?? {}
  const lines = [
    ...title({ name: 'kith.yaml', section: '5', ...facts }),
    ...heading('Name'),
    'kith.yaml \\- configuration of a kith node',
    ...heading('Description'),
    ...wrapped(
      'kith.yaml is a YAML file in the home of a node. Everything has a default, and a node without the file runs. Durations and sizes have a unit: 250ms, 10s, 15min, 2h, 30d; 512B, 64KiB, 1MB. A variable of the environment goes before the file: KITH_HISTORY_AGE before history.age.'
    ),
    ...paragraph(
      '`kith config check` checks the file and names line, column and cure of every error; `kith config show --all` says where each value is from.'
    ),
    ...heading('Example'),
    ...literal(example),
    ...heading('Options'),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, option]) => [
      ...subheading(name),
      ...optionLines(name, option, defs)
    ]),
    ...heading('Files'),
    ...entry('/var/lib/kith/kith.yaml', 'That of the service.'),
    ...entry('~/.local/state/kith/kith.yaml', 'That of a user.'),
    ...heading('See also'),
    '.BR kith (1)'
  ]
  return `${lines.join('\n')}\n`
}

type Definitions = Readonly<Record<string, Schema>>

/** An option and all below it, each by its whole path. */
function optionLines(path: string, given: Schema, defs: Definitions): string[] {
  const option = resolved(given, defs)
  const items = Array.isArray(option.items) ? undefined : (option.items as Schema | undefined)
  const below = items === undefined ? option : resolved(items, defs)
  const inside = items === undefined ? path : `${path}[]`
  return [...entry(path, meaning(option)), ...partLines(inside, below, defs)]
}

function partLines(path: string, option: Schema, defs: Definitions): string[] {
  if (option.properties !== undefined)
    return Object.entries(option.properties).flatMap(([name, part]) =>
      optionLines(`${path}.${name}`, part, defs)
    )
  const kinds = (option.anyOf ?? []).map((kind) => resolved(kind, defs)).filter((kind) => kind.properties)
  if (kinds.length === 0) return []
  const shared = sharedBy(kinds)
  return [
    ...shared.flatMap(([name, part]) => optionLines(`${path}.${name}`, part, defs)),
    ...kinds.flatMap((kind) => kindLines(path, kind, new Set(shared.map(([name]) => name)), defs))
  ]
}

/** One kind of several, named by its type, or else by the option that only it has. */
function kindLines(path: string, kind: Schema, shared: ReadonlySet<string>, defs: Definitions): string[] {
  const { type, ...own } = kind.properties ?? {}
  const rest = Object.entries(own).filter(([name]) => !shared.has(name))
  const lines = rest.flatMap(([name, part]) => optionLines(`${path}.${name}`, part, defs))
  if (type?.const === undefined) return lines
  return [...entry(`${path}.type: ${type.const}`, text(type.description)), '.RS', ...lines, '.RE']
}

/** The options that every kind has with the same meaning. */
function sharedBy(kinds: readonly Schema[]): [string, Schema][] {
  const [first = {}, ...others] = kinds.map(({ properties = {} }) => properties)
  return Object.entries(first)
    .filter(([name, { description }]) => others.every((other) => other[name]?.description === description))
    .map(([name, part]) => {
      const isSame = others.every((other) => String(other[name]?.default) === String(part.default))
      return [name, isSame ? part : { ...part, default: 'depends on the type' }]
    })
}

function meaning(option: Schema): string {
  const choices = option.enum === undefined ? [] : [`One of: ${option.enum.join(', ')}.`]
  const initial = option.default
  const isShown =
    initial !== undefined && (typeof initial !== 'object' || (Array.isArray(initial) && initial.length > 0))
  const value = isShown ? [`Default: ${Array.isArray(initial) ? initial.join(', ') : initial}.`] : []
  return [text(option.description), ...choices, ...value].join(' ')
}

function text(description = ''): string {
  return description.trim()
}

function resolved(schema: Schema, defs: Definitions): Schema {
  const name = schema.$ref?.split('/').at(-1)
  if (name === undefined) return schema
  const { $ref, ...own } = schema
  return { ...defs[name], ...own }
}
