import type { RuleAction, RuleWhen } from '../../config/rules/rules.ts'
import { formatDuration } from '../format-units.ts'

/** `air/temperature below 5, over at 6, for 2 min`; `at 06:30 mon, fri` */
export function whenText(when: RuleWhen): string {
  if ('time' in when) return `at ${when.time}${when.days === undefined ? '' : ` ${when.days.join(', ')}`}`
  const time = when.for === 0 ? '' : `, for ${formatDuration(when.for / 1000)}`
  if ('is' in when) return `${when.series} ${when.is}${time}`
  const { series, above, below, clear } = when
  const threshold = above === undefined ? `below ${below}` : `above ${above}`
  return `${series} ${threshold}${clear === undefined ? '' : `, over at ${clear}`}${time}`
}

/** `switch heater on for 10 min`, `log "it is cold"`, `send desk /note/text/v1` */
export function actionText(action: RuleAction): string {
  if ('log' in action) return `log "${action.log}"`
  if ('send' in action) return `send ${action.send} ${action.protocol}`
  const time = action.for === undefined ? '' : ` for ${formatDuration(action.for / 1000)}`
  return `switch ${action.switch} ${action.to}${time}`
}
