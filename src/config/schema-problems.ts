import type * as v from 'valibot'
import { defined } from '../defined.ts'
import type { Hint } from '../error.ts'
import type { ConfigProblem } from './config-error.ts'
import { formatPath, type OptionPath } from './option-path.ts'
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
  const unknown = [...unknownKeys(schema, settings.tree)].map((key) => unknownKey(key, settings, elsewhere))
  const seen = new Set<string>()
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
  { path, key, known }: UnknownKey,
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
  // An unknown option of a sensor does not belong to another section.
  const there = path.includes('sensors') ? undefined : elsewhere(key)
  const meant = nearest(key, known) ?? (there === undefined ? undefined : formatPath(there))
  const hint = didYouMean(meant) ?? (known.length === 0 ? undefined : `known here: ${known.join(', ')}`)
  return problem(settings, path, 'key', 'is not an option', hint)
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
