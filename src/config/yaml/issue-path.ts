import type * as v from 'valibot'
import type { OptionPath } from '../option-path.ts'

/** The way to a value below the input, as valibot's issues carry it. */
export function issuePath(input: unknown, path: OptionPath): [v.IssuePathItem, ...v.IssuePathItem[]] {
  let holder = input as Record<string | number, unknown>
  const items = path.map((key): v.IssuePathItem => {
    const item = { type: 'unknown', origin: 'value', input: holder, key, value: holder?.[key] } as const
    holder = item.value as typeof holder
    return item
  })
  return items as [v.IssuePathItem, ...v.IssuePathItem[]]
}
