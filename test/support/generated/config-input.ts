/** What of a JSON Schema (draft 2020-12) the configuration's has. */
export interface JsonSchema {
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly JsonSchema[]
  readonly items?: JsonSchema
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly default?: unknown
  readonly description?: string
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, JsonSchema>>
}

const WIDTH = 118

const HEAD = `// Made of the schema of kith.yaml by test/config/config-input.test.ts (KITH_GOLDEN=write).
`

const SENSOR = `
/** A sensor: beside these keys, those of its type (docs/devices.md). */
export interface SensorInput {
  readonly type: string
  /** Its name in series: hall/air/temperature. */
  readonly name?: string
  /** \`i2c-1\`, or a bus of \`buses\`. */
  readonly bus?: string
  /** 0x76 */
  readonly address?: number
  /** \`10s\` */
  readonly interval?: string
  /** Applied in their order, one key each: [{ median: 5 }, { offset: -0.4 }]. */
  readonly filters?: readonly Readonly<Record<string, unknown>>[]
  /** Not gossiped; only peers of the book may ask for it. */
  readonly private?: boolean
  readonly options?: Readonly<Record<string, unknown>>
  readonly [key: string]: unknown
}
`

const RULE = `
/** A rule (docs/access.md). */
export interface RuleInput {
  readonly name: string
  /** A series of this node, or WHO/ and one of a peer of the book; or a time of day. */
  readonly when:
    | {
        readonly series: string
        readonly above?: number
        readonly below?: number
        /** Where it is over: hysteresis. */
        readonly clear?: number
        /** \`2min\` */
        readonly for?: string
      }
    | { readonly series: string; readonly is: 'stale' | 'fault'; readonly for?: string }
    | { readonly time: string; readonly days?: readonly string[] }
  readonly then: readonly (
    | { readonly switch: string; readonly to: 'on' | 'off'; readonly for?: string }
    | { readonly log: string }
    | { readonly send: string; readonly protocol: string; readonly text: string }
  )[]
  /** \`1min\` */
  readonly interval?: string
  /** \`5min\` */
  readonly repeat?: string
}
`

/** `src/config/input/config-input.ts`: what an application may give as a configuration. Limits have a file of their own. */
export function configInput(schema: JsonSchema): string {
  const { limits, ...properties } = schema.properties ?? {}
  const body = membersOf({ ...schema, properties }, schema, 1, (key) => NAMED[key])
  return `${HEAD}import type { OwnQuantity } from '../../reading/quantity.ts'
import type { LimitsInput } from './limits-input.ts'
${SENSOR}${RULE}
/** The content of kith.yaml as an object: everything has a default, durations and sizes are text with a unit. */
export interface ConfigInput {
${body}
${about(limits?.description, 1)}  readonly limits?: LimitsInput
}
`
}

/** Sections of `limits` about other nodes: how they are found, reached, remembered. They have a file of their own. */
const REACH = ['neighbours', 'via', 'addresses', 'relay', 'dht', 'network', 'dialing', 'book', 'lastGood']

export function limitsInput(schema: JsonSchema): string {
  return `${HEAD}import type { ReachLimitsInput } from './reach-limits-input.ts'

/** \`limits\` of a configuration: the bound of every table, queue and wait. */
export interface LimitsInput extends ReachLimitsInput {
${limitsOf(schema, (key) => !REACH.includes(key))}
}
`
}

export function reachLimitsInput(schema: JsonSchema): string {
  return `${HEAD}
/** Those \`limits\` that are about other nodes: how they are found, reached, remembered. */
export interface ReachLimitsInput {
${limitsOf(schema, (key) => REACH.includes(key))}
}
`
}

function limitsOf(schema: JsonSchema, isOne: (key: string) => boolean): string {
  const { properties = {}, ...limits } = schema.properties?.['limits'] ?? {}
  const chosen = Object.fromEntries(Object.entries(properties).filter(([key]) => isOne(key)))
  return membersOf({ ...limits, properties: chosen }, schema, 1)
}

type Special = (key: string) => string | undefined

const NAMED: Readonly<Record<string, string>> = {
  sensors: 'readonly SensorInput[]',
  rules: 'readonly RuleInput[]',
  quantities: 'readonly OwnQuantity[]'
}

function membersOf(
  schema: JsonSchema,
  root: JsonSchema,
  depth: number,
  special: Special = () => undefined
): string {
  const required = schema.required ?? []
  return Object.entries(schema.properties ?? {})
    .map(([key, part]) => {
      const type = special(key) ?? typeOf(part, root, depth)
      return `${about(part.description, depth)}${indent(depth)}readonly ${key}${required.includes(key) ? `: ${type}` : `?: ${type}${type.includes('\n') ? '' : ' | undefined'}`}`
    })
    .join('\n')
}

function typeOf(schema: JsonSchema, root: JsonSchema, depth: number): string {
  if (schema.$ref !== undefined)
    return typeOf(root.$defs?.[schema.$ref.replace('#/$defs/', '')] ?? {}, root, depth)
  if (schema.enum !== undefined) return schema.enum.map(literal).join(' | ')
  if (schema.const !== undefined) return literal(schema.const)
  if (schema.anyOf !== undefined)
    return [...new Set(schema.anyOf.map((part) => inLine(part, root, depth)))].join(' | ')
  if (schema.type === 'array') return `readonly ${elementOf(typeOf(schema.items ?? {}, root, depth))}[]`
  if (schema.properties !== undefined) return `{\n${membersOf(schema, root, depth + 1)}\n${indent(depth)}}`
  if (schema.type === 'integer') return 'number'
  return schema.type ?? 'unknown'
}

/** One of several: an object in one line, without what is said of its keys. */
function inLine(schema: JsonSchema, root: JsonSchema, depth: number): string {
  const { properties } = schema
  if (properties === undefined) return typeOf(schema, root, depth)
  const members = Object.entries(properties).map(
    ([key, part]) => `readonly ${key}: ${typeOf(part, root, depth)}`
  )
  return `{ ${members.join('; ')} }`
}

function elementOf(type: string): string {
  return type.startsWith('{\n') || !/ \| /.test(type) ? type : `(${type})`
}

function literal(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : JSON.stringify(value)
}

function about(text: string | undefined, depth: number): string {
  if (text === undefined) return ''
  const line = `${indent(depth)}/** ${text} */`
  if (line.length <= WIDTH) return `${line}\n`
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || `${indent(depth)} * ${last} ${word}`.length > WIDTH) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return `${indent(depth)}/** ${lines.join(`\n${indent(depth)} * `)} */\n`
}

function indent(depth: number): string {
  return '  '.repeat(depth)
}
