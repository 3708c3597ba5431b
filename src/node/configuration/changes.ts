import { isDeepStrictEqual } from 'node:util'
import type { NodeConfig } from '../../config/schema.ts'

/** One difference of two configurations. */
export interface Change {
  /** `log.level`; of an entry that has a name, `sensors.air`. */
  readonly path: string
  readonly kind: 'added' | 'changed' | 'removed'
}

type Section = Readonly<Record<string, unknown>>
type Entry = Section & { readonly name: string }

/** What differs, by option, and in lists of named entries by entry. The order of entries is no difference. */
export function changesOf(before: NodeConfig, after: NodeConfig): Change[] {
  return inSections('', withoutLines(before), withoutLines(after))
}

/** Grants know the line of the file that they stand in. */
function withoutLines(config: NodeConfig): Section {
  return { ...config, access: config.access.map(({ by: _by, ...grant }) => grant) }
}

/** Whether a path is that of an option, or below it. */
export function isBelow(path: string, option: string): boolean {
  return path === option || path.startsWith(`${option}.`)
}

function inSections(path: string, before: Section, after: Section): Change[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...keys].flatMap((key) => inValues(path === '' ? key : `${path}.${key}`, before[key], after[key]))
}

function inValues(path: string, before: unknown, after: unknown): Change[] {
  if (isDeepStrictEqual(before, after)) return []
  if (isNamedList(before) && isNamedList(after)) return inLists(path, before, after)
  if (isSection(before) && isSection(after)) return inSections(path, before, after)
  return [{ path, kind: before === undefined ? 'added' : after === undefined ? 'removed' : 'changed' }]
}

function inLists(path: string, before: readonly Entry[], after: readonly Entry[]): Change[] {
  const was = new Map(before.map((entry) => [entry.name, entry]))
  const is = new Map(after.map((entry) => [entry.name, entry]))
  const names = [...new Set([...was.keys(), ...is.keys()])]
  return names.flatMap((name): Change[] => {
    const [old, now] = [was.get(name), is.get(name)]
    if (isDeepStrictEqual(old, now)) return []
    const kind = old === undefined ? 'added' : now === undefined ? 'removed' : 'changed'
    return [{ path: `${path}.${name}`, kind }]
  })
}

function isSection(value: unknown): value is Section {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isNamedList(value: unknown): value is readonly Entry[] {
  return Array.isArray(value) && value.every((entry) => isSection(entry) && typeof entry['name'] === 'string')
}
