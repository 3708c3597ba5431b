/** Controls (a terminal obeys them), invisible and direction-changing characters, unassigned ones, line ends. */
const UNSHOWN = /[\p{C}\p{Zl}\p{Zp}]/gu

/**
 * Words of others as a terminal may show them: names and fault texts come from the network.
 * @param max characters kept
 */
export function sanitize(text: string, max = 200): string {
  const shown = text.replace(UNSHOWN, '\ufffd')
  return shown.length <= max ? shown : `${shown.slice(0, max - 1)}…`
}

/** JSON in one line; what JSON leaves as it is and a terminal obeys (DEL and C1 controls) is escaped too. */
export function jsonLine(value: unknown, replacer?: (name: string, value: unknown) => unknown): string {
  return JSON.stringify(value, replacer).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  )
}
