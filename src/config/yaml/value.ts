/** Texts that YAML reads as the same text without quotes. */
const PLAIN = /^(?!(true|false|null|yes|no|on|off)$)[a-z/][\w./:-]*$/i

/** A value on one line of YAML: `hall`, `[temperature, soil]`, `"10"`. */
export function writeValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(writeValue).join(', ')}]`
  if (typeof value === 'string' && PLAIN.test(value) && !value.endsWith(':')) return value
  return JSON.stringify(value) ?? ''
}
