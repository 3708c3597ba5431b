import type { YAMLError } from 'yaml'
import { MAX_DEPTH } from './yaml-source.ts'

const UNCLOSED = 'close it; in a list of several lines, indent what is in it'

/** Faults of the parser, by code and beginning of the message, in plain words. */
const EXPLAINED: readonly (readonly [fault: RegExp, message: string, hint: string])[] = [
  [/^DUPLICATE_KEY/, 'this key appears twice', 'keep one of them'],
  [/^TAB_AS_INDENT/, 'a tab indents this line', 'YAML is indented by spaces alone'],
  [/^MULTIPLE_DOCS/, 'a second document begins here', 'take the --- away: a configuration is one document'],
  [/^TAG_RESOLVE_FAILED/, 'this tag is not known', 'write the value without the !'],
  [
    /^BLOCK_AS_IMPLICIT_KEY/,
    'this line has two keys, or is indented too far',
    'quote a text that contains ": ", and indent keys of one section alike'
  ],
  [/^BAD_SCALAR_START/, 'a text cannot begin with this character', 'write the text in quotes'],
  [/^MISSING_CHAR: Missing closing/, 'a quote is not closed before this line', 'write it behind the text'],
  [
    /^MISSING_CHAR: .* without - indicator/,
    'this line is indented like no line above it',
    'keys of one item begin in one column'
  ],
  [/^BAD_INDENT: Flow sequence/, 'a [ is not closed before this line', UNCLOSED],
  [/^BAD_INDENT: Flow map/, 'a { is not closed before this line', UNCLOSED],
  [/: Maximum call stack size exceeded/, 'lies too deep', `at most ${MAX_DEPTH} levels are read`],
  [
    /^MULTILINE_IMPLICIT_KEY/,
    'this line is not as in name: hall',
    'write a key, a colon, a space and a value'
  ]
]

/** A fault of the parser in plain words, with a hint where one is known. */
export function explained({ code, message }: Pick<YAMLError, 'code' | 'message'>): {
  readonly message: string
  readonly hint?: string
} {
  const known = EXPLAINED.find(([fault]) => fault.test(`${code}: ${message}`))
  if (known === undefined) return { message: `is not YAML: ${message.split('\n')[0]}` }
  return { message: known[1], hint: known[2] }
}
