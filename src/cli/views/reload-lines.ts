import type { ProblemView } from '../../config/config-error.ts'
import type { ConfigReload } from '../../node/configuration/views.ts'
import { sanitize } from '../../node/log/sanitize.ts'
import { DONE, FAILED, WRONG_USE } from '../command-line/exit-status.ts'

const MAX_LINE = 1000

/** What a reload did. */
export function reloadLines({ state, changed, pending, problems }: ConfigReload): string[] {
  if (state === 'refused') return []
  const waiting = untilStart(pending, problems)
  const verb = state === 'checked' ? 'would apply' : 'applied'
  return [
    changed.length === 0 ? 'nothing to apply' : `${verb}: ${changed.join(', ')}`,
    ...(waiting.length === 0 ? [] : [`needs a restart: ${waiting.join(', ')}`])
  ].map((line) => sanitize(line, MAX_LINE))
}

/** The exit status of what was asked. */
export function reloadStatus({ state, problems }: Pick<ConfigReload, 'state' | 'problems'>): number {
  if (state === 'refused') return WRONG_USE
  return problems.some(({ level }) => level === 'error') ? FAILED : DONE
}

/** What waits for the next start: all that is not in force, but for what could not be applied. */
export function untilStart(pending: readonly string[], failed: readonly ProblemView[] = []): string[] {
  const paths = failed.filter(({ level }) => level === 'error').flatMap(({ path }) => path.split(', '))
  return pending.filter((path) => !paths.includes(path))
}

/** What is wrong with the configuration, each with its place and cure. */
export function reloadProblems({ state, problems }: Pick<ConfigReload, 'state' | 'problems'>): string[] {
  const lines = problems.flatMap(({ origin, path, message, hint }) => {
    const said = path === '' ? message : `${path}: ${message}`
    const first = origin === '' || origin === 'default' ? said : `${origin}  ${said}`
    return [...first.split('\n'), ...(hint === undefined ? [] : [`      ${hint}`])]
  })
  const end =
    state === 'refused' ? ['kith: nothing is changed: the configuration of before stays in force'] : []
  return [...lines, ...end].map((line) => sanitize(line, MAX_LINE))
}
