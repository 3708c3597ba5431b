import { isScalar, parseDocument } from 'yaml'

/**
 * Text of YAML in which a value is the empty text; all else, comments included, stays as it is.
 * @param path the keys that lead to it
 * @returns undefined where the value is not written at this place as a plain or quoted text: it is an alias, has an
 *   anchor or a tag, or goes over several lines
 */
export function blankValue(text: string, path: readonly string[]): string | undefined {
  const node = parseDocument(text, { prettyErrors: false, logLevel: 'silent' }).getIn(path, true)
  if (!isScalar(node) || node.anchor !== undefined || node.tag !== undefined) return undefined
  const [start, end] = node.range ?? [0, 0]
  const written = text.slice(start, end)
  if (/[\r\n]/.test(written)) return undefined
  return `${text.slice(0, start)}""${text.slice(end)}`
}
