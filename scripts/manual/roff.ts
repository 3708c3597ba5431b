/** The parts of a manual page in man(7) macros. Text is plain; what it means to roff is escaped here. */

export interface PageTitle {
  readonly name: string
  readonly section: string
  /** `kith 0.1.0`. */
  readonly source: string
  /** `2026-11-29`. */
  readonly date: string
}

/** Characters of a line of the source, before what is escaped. */
const WIDTH = 72

export function title({ name, section, source, date }: PageTitle): string[] {
  return [`.TH ${name.toUpperCase()} ${section} ${date} "${source}" "kith manual"`]
}

export function heading(text: string): string[] {
  return [`.SH "${text.toUpperCase()}"`]
}

export function subheading(text: string): string[] {
  return [`.SS "${escaped(text)}"`]
}

export function paragraph(text: string): string[] {
  return ['.PP', ...wrapped(text)]
}

/** A term in bold, and what it means indented under it. */
export function entry(term: string, ...meaning: readonly string[]): string[] {
  return ['.TP', `.B ${escaped(term).replaceAll('"', '\\(dq')}`, ...meaning.flatMap(wrapped)]
}

/** Lines as they are, indented. */
export function literal(lines: readonly string[]): string[] {
  return ['.nf', '.RS 4', ...lines.map(line), '.RE', '.fi']
}

/** Text as the first paragraph of a section or on its own. */
export function wrapped(text: string): string[] {
  const lines = ['']
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1) ?? ''
    if (last !== '' && last.length + 1 + word.length > WIDTH) lines.push(word)
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`
  }
  return lines.map(line)
}

/** One line of text: a dot or an apostrophe at its begin would be a macro. */
function line(text: string): string {
  return escaped(text).replace(/^(?=[.'])/, '\\&')
}

/** A hyphen that is to be copied from the page is not the one of hyphenated words. */
function escaped(text: string): string {
  return text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll('~', '\\(ti').replaceAll('^', '\\(ha')
}
