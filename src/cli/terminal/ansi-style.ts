/** SGR parameters (ECMA-48 8.3.117) by meaning. */
const styles = {
  bold: [1, 22],
  dim: [2, 22],
  inverse: [7, 27],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39]
} as const

export type Style = keyof typeof styles
export type AnsiStyle = (text: string, style: Style | undefined) => string

export const plain: AnsiStyle = (text) => text

export const coloured: AnsiStyle = (text, style) => {
  if (style === undefined || text === '') return text
  const [on, off] = styles[style]
  return `\x1b[${on}m${text}\x1b[${off}m`
}
