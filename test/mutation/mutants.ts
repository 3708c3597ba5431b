/** One small change to a source. */
export interface Mutant {
  readonly line: number
  readonly from: string
  readonly to: string
  /** The whole source, changed. */
  readonly source: string
}

const OPERATORS: ReadonlyMap<string, string> = new Map(
  [
    ['+', '-'],
    ['*', '/'],
    ['<<', '>>'],
    ['&', '|'],
    ['===', '!=='],
    ['&&', '||'],
    ['<', '>='],
    ['<=', '>']
  ].flatMap(([one = '', other = '']) => [
    [one, other],
    [other, one]
  ])
)

/** What is no arithmetic: comments, texts and unions of them, imports, shapes, and unions of types. */
const SILENT = [
  /\/\*[\s\S]*?\*\//g,
  /\/\/.*$/gm,
  /'[^'\n]*'( \| '[^'\n]*')*|`[^`]*`/g,
  /^import[\s\S]*?$/gm,
  /^(export )?(interface|type) [\s\S]*?^\}/gm,
  / \| (undefined|null|number|string|boolean)\b/g,
  // Defaults that the compiler asks for where a list may be shorter; they are never reached.
  /\b\w+ = 0(?=[,\]])/g,
  /\?\? \d+/g
]

const NUMBER = /(?<![\w.])(0x[0-9a-f]+|\d[\d_]*(\.\d+)?(e-?\d+)?)(?![\w.])/g
/** The formatter sets binary operators off with spaces, or at the end of a line. */
const OPERATOR = /(?<= )([-+*/&|]|<<|>>|[=!]==|&&|\|\||[<>]=?)(?=\s)/g

/** Every number one unit greater, and every operator another, one at a time. */
export function mutantsOf(source: string): Mutant[] {
  const code = SILENT.reduce((text, pattern) => text.replace(pattern, blank), source)
  const numbers = [...code.matchAll(NUMBER)].map((match) => change(source, match, nextUnit(match[0])))
  const operators = [...code.matchAll(OPERATOR)].map((match) =>
    change(source, match, OPERATORS.get(match[0]) ?? match[0])
  )
  return [...numbers, ...operators]
}

/** Spaces instead, so that every place stays where it is. */
function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ')
}

function change(source: string, { 0: from, index }: RegExpExecArray, to: string): Mutant {
  return {
    line: source.slice(0, index).split('\n').length,
    from,
    to,
    source: source.slice(0, index) + to + source.slice(index + from.length)
  }
}

/** `175.72` becomes `175.73`, `0x1f` becomes `0x20`. */
function nextUnit(number: string): string {
  if (number.startsWith('0x')) return `0x${(Number(number) + 1).toString(16)}`
  const [mantissa = '', exponent] = number.replaceAll('_', '').split('e')
  const decimals = mantissa.split('.')[1]?.length ?? 0
  const next = (Number(mantissa) + 10 ** -decimals).toFixed(decimals)
  return exponent === undefined ? next : `${next}e${exponent}`
}
