import type { ConfigProblem } from './config-error.ts'
import { formatPath, isWithin, type OptionPath } from './option-path.ts'
import type { Origin, Written } from './origin.ts'

/**
 * Old keys and their new ones, by the path of the section that they are in, as it is called now. Old keys go on
 * working, so that an upgraded node starts with the configuration that it had.
 */
const RENAMED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  // Only where the value is true or false: `relay` is a section now.
  '': { relay: 'forward' },
  limits: {
    journal: 'hub',
    follow: 'subscription',
    repair: 'backfill',
    keeping: 'replication',
    holders: 'providers',
    meta: 'catalogue',
    neighbourhood: 'dialing'
  },
  'limits.gossip': { floodLeast: 'floodMin' },
  'limits.hub': { stretches: 'ranges' },
  'limits.subscription': { patience: 'giveUpAfter' },
  'limits.backfill': { most: 'otherPeers' },
  'limits.replication': { holes: 'gaps', gone: 'unfillable' },
  'limits.providers': { holders: 'perAuthor' }
}

/** Old values of options and their new ones, by the option's path. */
const RENAMED_VALUES: Readonly<Record<string, ReadonlyMap<unknown, string>>> = {
  forward: new Map([
    [true, 'near'],
    [false, 'off']
  ])
}

/** The value as it is called now; undefined where it was not renamed. */
export function renamedValue(path: OptionPath, value: unknown): string | undefined {
  const option = formatPath(path)
  return Object.hasOwn(RENAMED_VALUES, option) ? RENAMED_VALUES[option]?.get(value) : undefined
}

/** An old value that was read as the new one. */
export function renamedValueWarning(origin: Origin, path: string, old: unknown, now: string): ConfigProblem {
  return { origin, path, message: `${old} is now called ${now}`, hint: 'the old value still works' }
}

/** The path as its keys are called now; the same path where none was renamed. */
export function renamedPath(path: OptionPath): OptionPath {
  const now: (string | number)[] = []
  for (const [depth, step] of path.entries()) {
    const isInside = depth < path.length - 1
    now.push(isInside && isNewSection(now, step) ? step : (renamedKey(now, step) ?? step))
  }
  return now
}

/** Every old path of a present one: with one or several of its keys by their old names. */
export function oldPaths(path: readonly string[]): string[][] {
  let found: string[][] = [[]]
  for (const [depth, step] of path.entries()) {
    const section = Object.entries(renamedIn(path.slice(0, depth)))
    const old = section.filter(([, now]) => now === step).map(([key]) => key)
    found = found.flatMap((before) => [step, ...old].map((key) => [...before, key]))
  }
  return found.filter((steps) => steps.join('.') !== path.join('.'))
}

export interface RenamedKeys {
  readonly written: Written
  /** One of each old key and value. */
  readonly warnings: readonly ConfigProblem[]
  /** Where the old key and the new one are both there. */
  readonly problems: readonly ConfigProblem[]
}

/** A whole configuration with its old keys put under their new ones, and old values replaced. */
export function renameKeys(written: Written): RenamedKeys {
  const renaming = new Renaming(written)
  const value = renaming.value(written.value, [], [])
  const { warnings, problems } = renaming
  if (warnings.length === 0 && problems.length === 0) return { written, warnings, problems }
  return {
    written: { value, values: renaming.places(written.values), keys: renaming.places(written.keys) },
    warnings,
    problems
  }
}

/** An old name that was read as the new one. */
export function renameWarning(origin: Origin, old: string, now: string): ConfigProblem {
  return { origin, path: old, message: `is now called ${now}`, hint: 'the old name still works' }
}

/** An old name beside the new one: it is not known which value is wanted. */
export function bothGiven(origin: Origin, old: string, now: string): ConfigProblem {
  return { origin, path: old, message: `is the old name of ${now}, which is given, too`, hint: `keep ${now}` }
}

class Renaming {
  readonly warnings: ConfigProblem[] = []
  readonly problems: ConfigProblem[] = []
  readonly #written: Written
  /** Paths as written to paths as they are called now, sections before what is in them. */
  readonly #moved: [old: string, now: string][] = []

  constructor(written: Written) {
    this.#written = written
  }

  /** The value at a path: as it is written, and as it is called now. */
  value(given: unknown, old: OptionPath, now: OptionPath): unknown {
    if (typeof given !== 'object' || given === null || Array.isArray(given))
      return this.#scalar(given, old, now)
    if (!hasRenamed(now)) return given
    const entries = Object.entries(given).map(([key, part]) => {
      const name = isSection(now, key, part) ? key : (renamedKey(now, key) ?? key)
      if (name !== key) this.#report([...old, key], [...now, name], Object.hasOwn(given, name))
      return [name, this.value(part, [...old, key], [...now, name])] as const
    })
    // fromEntries defines `__proto__` as a key like any other, where an assignment would not.
    return Object.fromEntries(entries)
  }

  #scalar(given: unknown, old: OptionPath, now: OptionPath): unknown {
    const value = renamedValue(now, given)
    if (value === undefined) return given
    const origin = this.#written.values.get(formatPath(old)) ?? { kind: 'default' }
    this.warnings.push(renamedValueWarning(origin, formatPath(now), given, value))
    return value
  }

  places(origins: ReadonlyMap<string, Origin>): ReadonlyMap<string, Origin> {
    return new Map([...origins].map(([path, origin]) => [this.#place(path), origin]))
  }

  #place(path: string): string {
    const [old, now] = this.#moved.findLast(([moved]) => isWithin(path, moved)) ?? ['', '']
    return now + path.slice(old.length)
  }

  #report(old: OptionPath, now: OptionPath, both: boolean): void {
    const [from, to] = [formatPath(old), formatPath(now)]
    const origin = this.#written.keys.get(from) ?? { kind: 'default' }
    this.#moved.push([from, to])
    if (both) this.problems.push(bothGiven(origin, from, to))
    else this.warnings.push(renameWarning(origin, from, to))
  }
}

/** Old keys of single values whose name a section has now. */
const NEW_SECTIONS: readonly string[] = ['relay']

function isNewSection(section: OptionPath, key: string | number): boolean {
  return NEW_SECTIONS.includes(formatPath([...section, key]))
}

function isSection(section: OptionPath, key: string, value: unknown): boolean {
  return isNewSection(section, key) && typeof value !== 'boolean'
}

function renamedKey(section: OptionPath, key: string | number): string | undefined {
  const keys = renamedIn(section)
  return Object.hasOwn(keys, key) ? keys[key] : undefined
}

/** By own properties alone: a key may be called `constructor`. */
function renamedIn(section: OptionPath): Readonly<Record<string, string>> {
  const path = formatPath(section)
  return (Object.hasOwn(RENAMED, path) ? RENAMED[path] : undefined) ?? {}
}

/** Whether a section has keys that were renamed, or sections that have some. */
function hasRenamed(section: OptionPath): boolean {
  const path = formatPath(section)
  return Object.keys(RENAMED).some((known) => isWithin(known, path))
}
