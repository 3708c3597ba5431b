import type * as v from 'valibot'

/** The way to a value in the configuration: keys of maps and indices of lists. */
export type OptionPath = readonly (string | number)[]

/** `sensors[0].interval`; a key that is not a plain word is quoted, so that no two paths look alike. */
export function formatPath(path: OptionPath): string {
  return path
    .map((step, depth) => {
      if (typeof step === 'number') return `[${step}]`
      if (!/^[\w-]+$/.test(step)) return `[${JSON.stringify(step)}]`
      return depth === 0 ? step : `.${step}`
    })
    .join('')
}

/** The path of such a text, or undefined where it is none. */
export function parsePath(text: string): OptionPath | undefined {
  if (!/^[\w-]+(\[\d{1,4}\]|\.[\w-]+)*$/.test(text)) return undefined
  return [...text.matchAll(/\[(\d+)\]|[\w-]+/g)].map(([word, index]) =>
    index === undefined ? word : Number(index)
  )
}

/** Whether a formatted path is another one or lies below it. */
export function isWithin(path: string, prefix: string): boolean {
  return prefix === '' || path === prefix || path.startsWith(`${prefix}.`) || path.startsWith(`${prefix}[`)
}

/** The way to a value below the input, as valibot's issues carry it. */
export function issuePath(input: unknown, path: OptionPath): [v.IssuePathItem, ...v.IssuePathItem[]] {
  let parent = input as Record<string | number, unknown>
  const items = path.map((key): v.IssuePathItem => {
    const item = { type: 'unknown', origin: 'value', input: parent, key, value: parent?.[key] } as const
    parent = item.value as typeof parent
    return item
  })
  return items as [v.IssuePathItem, ...v.IssuePathItem[]]
}
