import type * as v from 'valibot'
import { defined } from '../defined.ts'
import type { Hint } from '../error.ts'
import type { ConfigProblem } from './config-error.ts'
import { formatPath, type OptionPath } from './option-path.ts'
import { keySynonym } from './options/key-synonyms.ts'
import { didYouMean, notText, splitHint } from './options/kinds.ts'
import { nearest } from './options/nearest.ts'
import { type UnknownKey, unknownKeys } from './options/walk.ts'
import type { Origin } from './origin.ts'
import type { Settings } from './settings.ts'

/**
 * The problems that a schema finds in a configuration, with their places: unknown keys, and the first issue of
 * each value, because later ones follow from it.
 * @param elsewhere the path at which an unknown key would be known
 */
export function schemaProblems(
  schema: v.GenericSchema,
  settings: Settings,
  issues: readonly v.BaseIssue<unknown>[],
  elsewhere: (key: string) => OptionPath | undefined = () => undefined
): ConfigProblem[] {
  const keys = [...unknownKeys(schema, settings.tree)]
  const unknown = keys.map((key) => unknownKey(key, settings, elsewhere))
  // What is written in the wrong place, or under another name, is not missing.
  const seen = new Set(keys.flatMap((key) => meantPath(key) ?? []))
  const invalid = issues.flatMap((issue): ConfigProblem[] => {
    const steps = (issue.path ?? []).map(({ key }) => key as string | number)
    const path = formatPath(steps)
    if (seen.has(path)) return []
    seen.add(path)
    const { message, hint } = splitHint(messageOf(issue, settings.originOf(steps)))
    return [problem(settings, steps, 'value', message, hint)]
  })
  return [...unknown, ...invalid]
}

/** A number in place of text is named as it was written: quotes around 007 keep its zeros. */
function messageOf(issue: v.BaseIssue<unknown>, origin: Origin | undefined): string {
  const written = origin?.kind === 'file' ? origin.written : undefined
  return issue.expected === 'string' && written !== undefined
    ? notText({ input: Number(issue.input), written })
    : issue.message
}

function unknownKey(
  { path, key, known, under, value }: UnknownKey,
  settings: Settings,
  elsewhere: (key: string) => OptionPath | undefined
): ConfigProblem {
  if (key === '<<')
    return problem(
      settings,
      path,
      'key',
      'merges maps only in YAML 1.1',
      'write the options out in each place'
    )
  if (under !== undefined && path.length > 1)
    return problem(
      settings,
      path,
      'key',
      'is not an option',
      didYouMean(`${under}: { ${key}: ${shown(value)} }`)
    )
  // An unknown option of a sensor or a switch does not belong to another section.
  const there = path.some((step) => typeof step === 'number') ? undefined : elsewhere(key)
  const meant = meantKey(key, known) ?? (there === undefined ? undefined : formatPath(there))
  const hint = didYouMean(meant) ?? (known.length === 0 ? undefined : `known here: ${known.join(', ')}`)
  return problem(settings, path, 'key', 'is not an option', hint)
}

function meantKey(key: string, known: readonly string[]): string | undefined {
  return keySynonym(key, known) ?? nearest(key, known)
}

/** Where an unknown key is known. */
function meantPath({ path, key, known, under }: UnknownKey): string | undefined {
  const meant = meantKey(key, known)
  const steps = under === undefined ? meant && [meant] : [under, key]
  return steps && formatPath([...path.slice(0, -1), ...steps])
}

function shown(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? `${value}`
    : '…'
}

function problem(
  settings: Settings,
  path: OptionPath,
  part: 'key' | 'value',
  message: string,
  hint: Hint | undefined
): ConfigProblem {
  const origin = settings.place(path, part)
  return { origin, path: formatPath(path), message, ...defined({ hint }) }
}

/** By line and column; problems outside of the file come last. */
export function inOrder(problems: readonly ConfigProblem[]): ConfigProblem[] {
  const rank = ({ origin }: ConfigProblem): number =>
    origin.kind === 'file' ? origin.line * 100_000 + Math.min(origin.column, 99_999) : Number.MAX_SAFE_INTEGER
  return [...problems].sort((a, b) => rank(a) - rank(b))
}
