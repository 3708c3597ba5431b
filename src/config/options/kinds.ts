import * as v from 'valibot'
import type { Hint } from '../../error.ts'
import { NAME } from '../../names.ts'
import {
  durationUnits,
  formatUnits,
  guessUnits,
  parseUnits,
  sizeUnits,
  type Units,
  unitPattern
} from '../../units.ts'

/** Facts about an option beyond its type; valibot carries them as metadata. */
export interface OptionFacts {
  /** The allowed values, for people: `1s to 1h`. */
  readonly range?: string
  /** How a checked value is written in the configuration; JSON unless given. */
  readonly format?: (value: unknown) => string
}

/** A message, its hint and the hint for programs on a line each: valibot carries one text for all. */
export function withHint(message: string, hint: Hint | undefined): string {
  if (hint === undefined) return message
  return [message, ...(typeof hint === 'string' ? [hint] : [hint.command, hint.program])].join('\n')
}

/** The parts of such a text. */
export function splitHint(text: string): { readonly message: string; readonly hint: Hint | undefined } {
  const [message = '', command, program] = text.split('\n')
  if (command === undefined || program === undefined) return { message, hint: command }
  return { message, hint: { command, program } }
}

/** `did you mean …?` for the nearest candidate. */
export function didYouMean(meant: string | undefined): string | undefined {
  return meant === undefined ? undefined : `did you mean ${meant}?`
}

/** An input as messages show it: one line, at most 60 characters. */
export function showInput(input: unknown): string {
  if (Array.isArray(input)) return 'a list'
  if (typeof input === 'object' && input !== null) return 'a map'
  if (typeof input !== 'string') return input === undefined || input === null ? 'nothing' : String(input)
  return JSON.stringify(input.length > 60 ? `${input.slice(0, 59)}…` : input)
}

export interface Issue {
  readonly input: unknown
}

const isNot =
  (expected: string) =>
  (issue: Issue): string =>
    issue.input === undefined ? `${expected} is missing` : `${showInput(issue.input)} is not ${expected}`

/** @param issue `written` is a number's own digits, where they are not those of its value: `007` */
export function notText({ input, written }: Issue & { readonly written?: string }): string {
  const isScalar = typeof input === 'number' || typeof input === 'boolean'
  if (!isScalar) return isNot('text')({ input })
  const shown = written ?? String(input)
  return withHint(`${shown} is not text`, `write it in quotes: "${shown}"`)
}

/** Text of a form. @param form what it must be, for messages: `a name of a–z, 0–9 and -` */
export function text(pattern: RegExp, form: string) {
  return v.pipe(
    v.string((issue) => notText({ input: issue.input })),
    v.regex(pattern, isNot(form))
  )
}

/** A name as in series names (docs/protocols.md section 5). */
export function name() {
  return v.pipe(
    v.string((issue) => notText({ input: issue.input })),
    v.regex(NAME, (issue) =>
      withHint(`${showInput(issue.input)} is not a name`, 'names are 1 to 32 of a–z, 0–9 and -')
    )
  )
}

export function truth() {
  return v.boolean((issue) => {
    const word = String(issue.input).toLowerCase()
    const meant = /^(yes|on|1|y)$/.test(word) ? 'true' : /^(no|off|0|n)$/.test(word) ? 'false' : undefined
    return withHint(isNot('true or false')(issue), didYouMean(meant))
  })
}

/** One word in place of a value. @param form what the value is, for messages */
export function wordOr<const Word extends string, const Schema extends v.GenericSchema>(
  word: Word,
  schema: Schema,
  form: string
) {
  return v.pipe(
    v.union([v.literal(word), schema], (issue) =>
      withHint(isNot(`${word} or ${form}`)(issue), withoutQuotes(issue.input))
    ),
    v.metadata({ range: `${word}, ${factsOf(schema).range}` })
  )
}

function withoutQuotes(input: unknown): string | undefined {
  const isNumber = typeof input === 'string' && /^[+-]?\d+(\.\d+)?$/.test(input)
  return isNumber ? `write it without quotes: ${input}` : undefined
}

const tooSmall =
  (min: string) =>
  (issue: Issue): string =>
    `${showInput(issue.input)} is below the minimum ${min}`
const tooLarge =
  (max: string) =>
  (issue: Issue): string =>
    `${showInput(issue.input)} is above the maximum ${max}`

export function number(min: number, max: number) {
  return v.pipe(
    v.number((issue) => withHint(isNot('a number')(issue), withoutQuotes(issue.input))),
    v.minValue(min, tooSmall(String(min))),
    v.maxValue(max, tooLarge(String(max))),
    v.metadata({ range: `${min} to ${max}` })
  )
}

export function whole(min: number, max: number) {
  return v.pipe(
    number(min, max),
    v.integer(isNot('a whole number')),
    v.metadata({ range: `${min} to ${max}` })
  )
}

function withUnit(units: Units, min: number, max: number, usual: string) {
  const [smallest, largest] = [formatUnits(min, units), formatUnits(max, units)]
  return v.pipe(
    v.string((issue) =>
      typeof issue.input === 'number'
        ? withHint(`${issue.input} has no unit`, didYouMean(guessUnits(String(issue.input), units, usual)))
        : isNot(`${units.noun} as in ${units.example}`)(issue)
    ),
    v.regex(unitPattern(units), (issue) =>
      withHint(
        isNot(`${units.noun} as in ${units.example}`)(issue),
        didYouMean(guessUnits(issue.input, units, usual))
      )
    ),
    v.transform((written) => parseUnits(written, units)),
    v.minValue(min, (issue) => `${formatUnits(issue.input, units)} is below the minimum ${smallest}`),
    v.maxValue(max, (issue) => `${formatUnits(issue.input, units)} is above the maximum ${largest}`),
    v.metadata({
      range: `${smallest} to ${largest}`,
      format: (value: unknown) => formatUnits(Number(value), units)
    })
  )
}

/** Text with a unit in the configuration, milliseconds behind it; `usual` is the unit proposed for a bare number. */
export function duration(min: number, max: number, usual = 's') {
  return withUnit(durationUnits, min, max, usual)
}

/** Text with a unit in the configuration, bytes behind it. */
export function size(min: number, max: number, usual = 'MiB') {
  return withUnit(sizeUnits, min, max, usual)
}

/** @param meantItem the item that a word in place of the list was meant for */
export function list<const Item extends v.GenericSchema>(
  item: Item,
  max: number,
  meantItem: (written: string) => string | undefined = () => undefined
) {
  return v.pipe(
    v.array(item, (issue) =>
      withHint(
        isNot('a list')(issue),
        didYouMean(meantList(issue.input, item, meantItem)) ??
          'a list is written [a, b], or one item a line after -'
      )
    ),
    v.maxLength(max, (issue) => `has ${issue.input.length} items; the maximum is ${max}`)
  )
}

/** Words in place of a list of them. */
function meantList(
  input: unknown,
  item: v.GenericSchema,
  meantItem: (written: string) => string | undefined
): string | undefined {
  if (typeof input !== 'string' && typeof input !== 'number') return undefined
  const words = String(input)
    .split(/[\s,]+/)
    .filter((word) => word !== '')
    .map((word) => meantItem(word) ?? word)
  return words.length > 0 && words.every((word) => v.is(item, word)) ? `[${words.join(', ')}]` : undefined
}

/** A list of texts, none of them twice. */
export function listOfTexts<const Item extends v.GenericSchema<string, string>>(
  item: Item,
  max: number,
  meantItem?: (written: string) => string | undefined
) {
  return v.pipe(
    list(item, max, meantItem),
    v.checkItems(
      (text, index, all) => all.indexOf(text) === index,
      (issue) => `${showInput(issue.input)} appears twice`
    )
  )
}

/** An option with its default, as it would be written, and what it does, for people. */
export function option<
  const Schema extends v.GenericSchema,
  const Initial extends v.Default<Schema, undefined>
>(schema: Schema, initial: Initial, about: string) {
  const facts = factsOf(schema)
  return v.pipe(
    v.optional(schema, initial),
    v.description(facts.range === undefined ? about : `${about} (${facts.range})`),
    v.metadata({ ...facts })
  )
}

/** The facts of a schema or of an option made of it. */
export function factsOf(schema: v.GenericSchema): OptionFacts {
  return v.getMetadata(schema) as OptionFacts
}

/** Options under one key. Unknown keys are reported by walk.ts, with the nearest known one. */
export function options<const Entries extends v.ObjectEntries>(entries: Entries) {
  return v.object(entries, (issue) =>
    issue.expected === 'Object'
      ? withHint(
          isNot('a map of options')(issue),
          didYouMean(meantOption(issue.input, entries)) ?? `known here: ${few(Object.keys(entries))}`
        )
      : withHint('is missing', aboutMissing(entries, issue.path))
  )
}

function few(keys: readonly string[]): string {
  return keys.length > 6 ? `${keys.slice(0, 5).join(', ')} and others` : keys.join(', ')
}

function aboutMissing(
  entries: v.ObjectEntries,
  path: readonly { readonly key: unknown }[] | undefined
): string | undefined {
  const entry = entries[String(path?.at(-1)?.key)]
  return entry === undefined ? undefined : v.getDescription(entry as v.GenericSchema)
}

/** The option of a section that a plain value was meant for: the only one with a choice of such words. */
function meantOption(input: unknown, entries: v.ObjectEntries): string | undefined {
  const word = String(input).toLowerCase()
  const isOff = /^(off|no|false|none|never)$/.test(word)
  if (Object.hasOwn(entries, 'enabled') && (isOff || /^(on|yes|true)$/.test(word)))
    return `{ enabled: ${!isOff} }`
  if (typeof input !== 'string') return undefined
  const takers = Object.entries(entries).filter(([, entry]) => isWordOf(entry, input))
  const [[key] = [undefined]] = takers
  return takers.length === 1 ? `{ ${key}: ${input} }` : undefined
}

function isWordOf(entry: v.GenericSchema | v.GenericSchemaAsync, word: string): boolean {
  const inner = 'wrapped' in entry ? (entry.wrapped as v.GenericSchema) : entry
  return inner.type === 'picklist' && v.is(inner as v.GenericSchema, word)
}

/** A section all of whose options have defaults. */
export function section<const Entries extends v.ObjectEntries>(about: string, entries: Entries) {
  const all = options(entries)
  return v.pipe(v.optional(all, {} as v.InferInput<typeof all>), v.description(about))
}
