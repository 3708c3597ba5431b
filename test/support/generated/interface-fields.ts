/** A member of an interface as its source has it. */
export interface Field {
  readonly name: string
  readonly optional: boolean
  readonly type: string
  readonly about: string
}

const MEMBER = /^ {2}(?:readonly )?(\w+)(\?)?: ?(.*)$/
const COMMENT = /^\s*(?:\/\*\*|\*\/|\*)\s?|\s*\*\/$/g

/**
 * The members of `interface NAME` of a source file in this repository's format (biome): members are indented by two
 * spaces, what belongs to one by more or is its closing bracket; a comment stands before its member.
 * @throws Error where the source has no such interface
 */
export function interfaceFields(source: string, name: string): Field[] {
  const lines = source.split('\n')
  const head = headOf(lines, name)
  const body = lines.slice(head + 1, lines.indexOf('}', head))
  const fields: { name: string; optional: boolean; type: string[]; about: string }[] = []
  let about: string[] = []
  for (const line of body) {
    const [, key, optional, type = ''] = MEMBER.exec(line) ?? []
    if (/^\s*(\/\*\*|\*)/.test(line)) {
      // Of a member, not of what is in its type.
      if (/^ {2,3}\S/.test(line)) about.push(line.replaceAll(COMMENT, ''))
    } else if (key !== undefined) {
      fields.push({
        name: key,
        optional: optional !== undefined,
        type: [type],
        about: about.join(' ').trim()
      })
      about = []
    } else fields.at(-1)?.type.push(line.trim().replace('readonly ', ''))
  }
  return fields.map((field) => ({ ...field, type: oneLine(field.type) }))
}

/** The interface that `interface NAME` extends, and the members that it leaves out. @throws Error as interfaceFields */
export function baseOf(source: string, name: string): { base: string; without: string[] } | undefined {
  const lines = source.split('\n')
  const [, base, left = ''] =
    / extends (?:Omit<)?(\w+)(?:, (.*)>)? \{$/.exec(lines[headOf(lines, name)] ?? '') ?? []
  if (base === undefined) return undefined
  return { base, without: [...left.matchAll(/\w+/g)].map(String) }
}

/** The types of `type NAME = A | B` on one line. @throws Error where the source has no such line */
export function unionMembers(source: string, name: string): string[] {
  const [, members] = new RegExp(`^export type ${name} = ([\\w |]+)$`, 'm').exec(source) ?? []
  if (members === undefined) throw new Error(`no union ${name}`)
  return members.split(' | ')
}

/** The comment of one line before an interface. @throws Error as interfaceFields */
export function aboutInterface(source: string, name: string): string {
  const lines = source.split('\n')
  return (lines[headOf(lines, name) - 1] ?? '').replaceAll(COMMENT, '')
}

function headOf(lines: readonly string[], name: string): number {
  const head = lines.findIndex((line) =>
    new RegExp(`^(export )?interface ${name}( extends .+)? \\{$`).test(line)
  )
  if (head === -1) throw new Error(`no interface ${name}`)
  return head
}

/** Members of a type in braces are parted by semicolons. */
function oneLine(type: readonly string[]): string {
  return type
    .join('; ')
    .replaceAll('{; ', '{ ')
    .replaceAll('; }', ' }')
    .replaceAll('; |', ' |')
    .replaceAll('readonly ', '')
    .replace(/^ ?\| /, '')
}
