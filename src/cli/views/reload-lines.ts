import type { ConfigReload } from '../../node/configuration/views.ts'
import { sanitize } from '../../node/log/sanitize.ts'

const MAX_LINE = 1000

/** What a reload did. */
export function reloadLines({ state, changed, pending }: ConfigReload): string[] {
  if (state === 'refused') return []
  const verb = state === 'checked' ? 'would apply' : 'applied'
  return [
    changed.length === 0 ? 'nothing to apply' : `${verb}: ${changed.join(', ')}`,
    ...(pending.length === 0 ? [] : [`needs a restart: ${pending.join(', ')}`])
  ].map((line) => sanitize(line, MAX_LINE))
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
