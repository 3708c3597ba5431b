import type * as v from 'valibot'
import type { OptionPath } from '../option-path.ts'

type Schema = v.GenericSchema

/** What the walk reads of valibot's schemas: each has a type, some have parts. */
interface Parts {
  readonly type: string
  readonly wrapped?: Schema
  readonly getter?: (input: unknown) => Schema
  readonly entries?: Readonly<Record<string, Schema>>
  readonly item?: Schema
}

/** The schema that checks this input: optional, lazy and the like are looked through. */
function inner(schema: Schema, input: unknown): Parts {
  const parts = schema as unknown as Parts
  if (/^(exact_)?optional$/.test(parts.type) && parts.wrapped !== undefined)
    return inner(parts.wrapped, input)
  if (parts.type === 'lazy' && parts.getter !== undefined) return inner(parts.getter(input), input)
  return parts
}

/** The options under this schema, or undefined where it has none. */
export function entriesOf(schema: Schema, input?: unknown): Readonly<Record<string, Schema>> | undefined {
  const { type, entries } = inner(schema, input)
  return type === 'object' ? entries : undefined
}

export function itemOf(schema: Schema, input?: unknown): Schema | undefined {
  const { type, item } = inner(schema, input)
  return type === 'array' ? item : undefined
}

export interface UnknownKey {
  readonly path: OptionPath
  readonly key: string
  /** The keys that are known in its place. */
  readonly known: readonly string[]
  /** The key of its place under which it is known. */
  readonly under: string | undefined
  readonly value: unknown
}

/** Every key of the input that the schema does not know. */
export function* unknownKeys(schema: Schema, input: unknown, path: OptionPath = []): Generator<UnknownKey> {
  if (typeof input !== 'object' || input === null) return
  const item = itemOf(schema, input)
  if (Array.isArray(input)) {
    if (item !== undefined)
      for (const [i, part] of input.entries()) yield* unknownKeys(item, part, [...path, i])
    return
  }
  const entries = entriesOf(schema, input)
  if (entries === undefined) return
  for (const [key, part] of Object.entries(input)) {
    const below = [...path, key]
    const entry = Object.hasOwn(entries, key) ? entries[key] : undefined
    if (entry !== undefined) yield* unknownKeys(entry, part, below)
    else yield { path: below, key, known: Object.keys(entries), under: ownerOf(entries, key), value: part }
  }
}

function ownerOf(entries: Readonly<Record<string, Schema>>, key: string): string | undefined {
  return Object.keys(entries).find((name) => {
    const below = entries[name] && entriesOf(entries[name])
    return below !== undefined && Object.hasOwn(below, key)
  })
}

export interface Leaf {
  readonly path: OptionPath
  readonly schema: Schema
  readonly value: unknown
}

/** Every value of a checked configuration that has no named parts, with its schema. */
export function* leaves(schema: Schema, value: unknown, path: OptionPath = []): Generator<Leaf> {
  if (value === undefined) return
  const entries = entriesOf(schema, value)
  const item = itemOf(schema, value)
  if (entries !== undefined) {
    const values = value as Readonly<Record<string, unknown>>
    for (const [key, entry] of Object.entries(entries)) yield* leaves(entry, values[key], [...path, key])
  } else if (item !== undefined && Array.isArray(value) && hasMaps(value)) {
    for (const [i, part] of value.entries()) yield* leaves(item, part, [...path, i])
  } else yield { path, schema, value }
}

function hasMaps(list: readonly unknown[]): boolean {
  return list.some((item) => typeof item === 'object' && item !== null)
}

export interface Setting {
  readonly path: readonly string[]
  readonly schema: Schema
}

/** Every option with one place of its own: those in lists have none. */
export function* settingsOf(schema: Schema, path: readonly string[] = []): Generator<Setting> {
  const entries = entriesOf(schema)
  if (entries === undefined) yield { path, schema }
  else for (const [key, entry] of Object.entries(entries)) yield* settingsOf(entry, [...path, key])
}
