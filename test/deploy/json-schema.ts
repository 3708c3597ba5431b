/** A JSON Schema of draft 2020-12, of which the keywords below are judged; others are refused by `violations`. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** Keywords that say nothing about whether a value is valid. */
const ANNOTATIONS = new Set([
  '$schema',
  '$id',
  'id',
  'default',
  'deprecated',
  'format',
  'definitions',
  '$defs'
])

type Judge = (given: unknown, value: unknown, schema: JsonSchema, root: JsonSchema, path: string) => string[]

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const typeOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
const isOfType = (value: unknown, type: unknown): boolean =>
  type === typeOf(value) || (type === 'integer' && Number.isInteger(value))

const judges: Readonly<Record<string, Judge>> = {
  $ref: (given, value, _schema, root, path) => violations(referred(root, String(given)), value, root, path),
  type: (given, value, _schema, _root, path) =>
    (Array.isArray(given) ? given : [given]).some((one) => isOfType(value, one))
      ? []
      : [`${path} is no ${given}`],
  enum: (given, value, _schema, _root, path) =>
    (given as unknown[]).includes(value) ? [] : [`${path} is none of ${given}`],
  pattern: (given, value, _schema, _root, path) =>
    typeof value !== 'string' || new RegExp(String(given), 'u').test(value)
      ? []
      : [`${path} does not match ${given}`],
  minimum: (given, value, _schema, _root, path) =>
    typeof value !== 'number' || value >= Number(given) ? [] : [`${path} is below ${given}`],
  maximum: (given, value, _schema, _root, path) =>
    typeof value !== 'number' || value <= Number(given) ? [] : [`${path} is above ${given}`],
  uniqueItems: (given, value, _schema, _root, path) =>
    given !== true ||
    !Array.isArray(value) ||
    new Set(value.map((one) => JSON.stringify(one))).size === value.length
      ? []
      : [`${path} has an item twice`],
  items: (given, value, _schema, root, path) =>
    Array.isArray(value)
      ? value.flatMap((one, i) => violations(given as JsonSchema, one, root, `${path}[${i}]`))
      : [],
  required: (given, value, _schema, _root, path) =>
    isObject(value)
      ? (given as string[]).filter((key) => !Object.hasOwn(value, key)).map((key) => `${path} lacks ${key}`)
      : [],
  properties: members,
  unevaluatedProperties: (given, value, schema, root, path) =>
    given !== false || !isObject(value)
      ? []
      : Object.keys(value)
          .filter((key) => !isNamed(key, schema, root))
          .map((key) => `${path} has no ${key}`),
  patternProperties: () => [],
  additionalProperties: (given, value, schema, root, path) =>
    // Without properties beside it nothing else looks at the members.
    schema['properties'] === undefined ? members(given, value, schema, root, path) : [],
  allOf: (given, value, _schema, root, path) =>
    (given as JsonSchema[]).flatMap((one) => violations(one, value, root, path)),
  anyOf: (given, value, _schema, root, path) => oneOf(given, value, root, path, (count) => count > 0),
  oneOf: (given, value, _schema, root, path) => oneOf(given, value, root, path, (count) => count === 1)
}

/**
 * What is wrong with a value, by its path; empty where it is valid.
 * @throws Error for a keyword that is not judged
 */
export function violations(schema: JsonSchema, value: unknown, root = schema, path = '$'): string[] {
  return Object.entries(schema).flatMap(([keyword, given]) => {
    if (ANNOTATIONS.has(keyword)) return []
    const judge = judges[keyword]
    if (judge === undefined) throw new Error(`${keyword} is not judged`)
    return judge(given, value, schema, root, path)
  })
}

/** Each member by the schema of its name, of its pattern, or of all others. */
function members(
  _given: unknown,
  value: unknown,
  schema: JsonSchema,
  root: JsonSchema,
  path: string
): string[] {
  if (!isObject(value)) return []
  const {
    properties = {},
    patternProperties = {},
    additionalProperties = {}
  } = schema as Record<string, object>
  return Object.entries(value).flatMap(([key, member]) => {
    const own = Object.hasOwn(properties, key) ? [(properties as Record<string, JsonSchema>)[key] ?? {}] : []
    const byPattern = Object.entries(patternProperties as Record<string, JsonSchema>)
      .filter(([pattern]) => new RegExp(pattern, 'u').test(key))
      .map(([, one]) => one)
    const all = [...own, ...byPattern]
    if (all.length === 0 && (additionalProperties as unknown) === false) return [`${path} has no ${key}`]
    const rest = all.length === 0 ? [additionalProperties as JsonSchema] : all
    return rest.flatMap((one) => violations(one, member, root, `${path}.${key}`))
  })
}

/** Whether a schema, or one that it is made of, says what a member of that name is. */
function isNamed(key: string, schema: JsonSchema, root: JsonSchema): boolean {
  const { properties = {}, patternProperties = {}, allOf = [], $ref } = schema
  if (Object.hasOwn(properties as object, key)) return true
  if (Object.keys(patternProperties as object).some((one) => new RegExp(one, 'u').test(key))) return true
  const parts = [...(allOf as JsonSchema[]), ...($ref === undefined ? [] : [referred(root, String($ref))])]
  return parts.some((part) => isNamed(key, part, root))
}

function oneOf(
  given: unknown,
  value: unknown,
  root: JsonSchema,
  path: string,
  enough: (count: number) => boolean
): string[] {
  const results = (given as JsonSchema[]).map((one) => violations(one, value, root, path))
  if (enough(results.filter((one) => one.length === 0).length)) return []
  return [`${path} fits none or several of ${results.length} forms`, ...results.flat()]
}

function referred(root: JsonSchema, ref: string): JsonSchema {
  const found = ref
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>((at, key) => (isObject(at) ? at[key] : undefined), root)
  if (!isObject(found)) throw new Error(`${ref} is not in the schema`)
  return found
}
