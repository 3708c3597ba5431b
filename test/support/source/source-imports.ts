import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'

/** How one file needs another: as a value when it is loaded, later by import(), or as types that are stripped. */
export type ImportKind = 'value' | 'dynamic' | 'type'

export interface SourceImport {
  readonly from: string
  /** A path in the project, or the name of a package or of a part of Node. */
  readonly to: string
  readonly kind: ImportKind
}

export interface SourceFile {
  /** Relative to the root, with slashes. */
  readonly path: string
  readonly text: string
  readonly lines: number
  readonly imports: readonly SourceImport[]
}

/** Every TypeScript file below the folders of the project's root. */
export function sourceFiles(root: string, folders: readonly string[]): SourceFile[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .map((name) => posix.join(folder, ...name.split(/[\\/]/)))
      .filter((path) => path.endsWith('.ts'))
      .sort()
      .map((path) => sourceFile(path, readFileSync(join(root, path), 'utf8')))
  )
}

export function sourceFile(path: string, text: string): SourceFile {
  return { path, text, lines: text.split('\n').length - 1, imports: importsOf(path, text) }
}

/** `import … from '…'` and `export … from '…'` at the beginning of a line, as the formatter leaves them. */
const STATIC = /^(?:import|export)\s+(?:(type)\s+)?(?:([\w\s{},*$]*?)\s+from\s+)?'([^'\n]+)'$/gm
const DYNAMIC = /\bimport\(\s*(?:'([^'\n]+)'|([^)]*))\)/g

function importsOf(path: string, text: string): SourceImport[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
  const fixed = [...code.matchAll(STATIC)].map(([, type, names = '', to = '']) => {
    const kind: ImportKind = type !== undefined || isTypesOnly(names) ? 'type' : 'value'
    return { from: path, to: resolved(path, to), kind }
  })
  const late = [...code.matchAll(DYNAMIC)].map(([, to, computed]) => ({
    from: path,
    to: to === undefined ? `(${computed})` : resolved(path, to),
    kind: 'dynamic' as const
  }))
  return [...fixed, ...late]
}

/** `{ type A, type B }` */
function isTypesOnly(names: string): boolean {
  const inner = /^\{(.*)\}$/s.exec(names.trim())?.[1]
  const list = (inner ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  return list.length > 0 && list.every((name) => name.startsWith('type '))
}

function resolved(path: string, to: string): string {
  return to.startsWith('.') ? posix.join(posix.dirname(path), to) : to
}
