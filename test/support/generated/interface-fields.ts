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
  const head = lines.findIndex((line) =>
    new RegExp(`^(export )?interface ${name}( extends \\w+)? \\{$`).test(line)
  )
  if (head === -1) throw new Error(`no interface ${name}`)
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
