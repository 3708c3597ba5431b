import { defined } from '../defined.ts'
import { commandForm, type Hint, isNodeError, NodeError } from '../error.ts'
import { formatOrigin, type Origin } from './origin.ts'

/** One thing that is wrong with the configuration. */
export interface ConfigProblem {
  readonly origin: Origin
  /** `sensors[0].interval`; empty where the text as a whole is wrong. */
  readonly path: string
  readonly message: string
  /** What to do about it. */
  readonly hint?: Hint
}

/** A problem for programs. */
export interface ProblemView {
  /** A node does not start with an error. */
  level: 'error' | 'warning'
  /** Where it was written: `kith.yaml:8:19`, a variable of the environment, a flag. */
  origin: string
  /** Only of a file. */
  file?: string
  /** From 1. */
  line?: number
  /** In characters, from 1. */
  column?: number
  /** `sensors[0].interval`; empty where the text as a whole is wrong. */
  path: string
  message: string
  /** What to do about it. */
  hint?: string
}

export function problemView(level: ProblemView['level'], problem: ConfigProblem): ProblemView {
  const { origin, path, message } = problem
  const { file, line, column } = origin.kind === 'file' ? origin : {}
  return {
    level,
    origin: formatOrigin(origin),
    ...defined({ file, line, column }),
    path,
    message,
    ...defined({ hint: commandForm(problem.hint) })
  }
}

/** Problems shown; of the others, only the number. */
const MAX_SHOWN = 50

/** Everything that is wrong with a configuration, in the order of the file. */
export class ConfigError extends NodeError {
  readonly problems: readonly ConfigProblem[]
  /** Old names beside them, as in LoadedConfig.warnings. */
  readonly warnings: readonly ConfigProblem[]

  constructor(problems: readonly ConfigProblem[], warnings: readonly ConfigProblem[] = []) {
    super('bad-config', formatProblems(problems))
    this.problems = problems
    this.warnings = warnings
  }
}

/**
 * The error of a configuration that a program gave: its hints are for programs.
 * @param isObject it has no lines: a problem is at its path
 */
export function ofProgram({ problems, warnings }: ConfigError, isObject: boolean): ConfigError {
  const turned = problems.map(({ origin, path, message, hint }): ConfigProblem => {
    const place: Origin = isObject && origin.kind === 'file' ? { kind: 'object', name: origin.file } : origin
    return {
      origin: place,
      path,
      message,
      ...defined({ hint: typeof hint === 'object' ? hint.program : hint })
    }
  })
  return new ConfigError(turned, warnings)
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
  const hint = commandForm(problem.hint)
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
