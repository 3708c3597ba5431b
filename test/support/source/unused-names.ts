import type { SourceFile } from './source-imports.ts'

const EXPORT =
  /^export (?:declare )?(?:abstract )?(?:async )?(?:class|interface|function\*?|const|let|type) (\w+)/gm
/** A method with its body, as the formatter leaves it. */
const METHOD = /^ {2}(?:static )?(?:async )?(?:get |set |\*)?(\w+)(?:<[^>(]*>)?\([^)]*\)[^;=\n]*\{$/gm
const KEYWORDS = new Set(['constructor', 'if', 'for', 'while', 'switch', 'catch'])

/**
 * Exported names and public methods that appear once in all of `files`: where they are declared.
 * @param declaredIn whether the names declared in this file are judged
 * @returns `path: name`
 */
export function unusedNames(files: readonly SourceFile[], declaredIn: (path: string) => boolean): string[] {
  const code = files.map(({ path, text }) => ({ path, text: withoutComments(text) }))
  const uses = new Map<string, number>()
  for (const { text } of code)
    for (const [word] of text.matchAll(/[A-Za-z_$][\w$]*/g)) uses.set(word, (uses.get(word) ?? 0) + 1)
  return code
    .filter(({ path }) => declaredIn(path))
    .flatMap(({ path, text }) =>
      [...text.matchAll(EXPORT), ...text.matchAll(METHOD)]
        .map(([, name = '']) => name)
        .filter((name) => !KEYWORDS.has(name) && uses.get(name) === 1)
        .map((name) => `${path}: ${name}`)
    )
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '')
}
