import { isNodeError, NodeError } from '../error.ts'
import { formatOrigin, type Origin } from './origin.ts'

/** One thing that is wrong with the configuration. */
export interface ConfigProblem {
  readonly origin: Origin
  /** `sensors[0].interval`; empty where the text as a whole is wrong. */
  readonly path: string
  readonly message: string
  /** What to do about it. */
  readonly hint?: string
}

/** Problems shown; of the others, only the number. */
const MAX_SHOWN = 50

/** Everything that is wrong with a configuration, in the order of the file. */
export class ConfigError extends NodeError {
  readonly problems: readonly ConfigProblem[]

  constructor(problems: readonly ConfigProblem[]) {
    super('bad-config', formatProblems(problems))
    this.problems = problems
  }
}

export function isConfigError(error: unknown): error is ConfigError {
  return isNodeError(error, 'bad-config') && 'problems' in error
}

/**
 * Each problem as `file:line:column  path: what is wrong`, with the hint below it:
 *
 *     kith.yaml:8:19  sensors[0].interval: 10 has no unit
 *                     did you mean 10s?
 */
export function formatProblems(problems: readonly ConfigProblem[]): string {
  const shown = problems.slice(0, MAX_SHOWN).map(formatProblem)
  const more = problems.length - shown.length
  return (more > 0 ? [...shown, `… and ${more} more`] : shown).join('\n')
}

function formatProblem(problem: ConfigProblem): string {
  const { hint } = problem
  const line = problemLine(problem)
  return hint === undefined ? line : `${line}\n${' '.repeat(placeOf(problem).length)}${hint}`
}

/** A problem without its hint: `kith.yaml:8:19  sensors[0].interval: 10 has no unit`. */
export function problemLine(problem: ConfigProblem): string {
  const { path, message } = problem
  return `${placeOf(problem)}${path === '' ? '' : `${path}: `}${message}`
}

function placeOf({ origin }: ConfigProblem): string {
  return origin.kind === 'default' ? '' : `${formatOrigin(origin)}  `
}
