/** The way to a value in the configuration: keys of maps and indices of lists. */
export type OptionPath = readonly (string | number)[]

/** `sensors[0].interval`; a key that is no plain word is quoted, so that no two paths look alike. */
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
