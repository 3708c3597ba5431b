import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A statement begins in the first column, as tsc writes it; what precedes it are the comments of the next. */
const BEGINNING =
  /^(?=(?:export|import|declare|abstract|class|interface|type|function|const|let|namespace)\b)/m
const TRAILING_COMMENTS = /(?:\/\*(?:(?!\*\/)[\s\S])*\*\/\s*)+$/
const COMMENT = /\/\*(?:(?!\*\/)[\s\S])*\*\//g

/** `import { type A, B as C } from './x.ts'`, the same with `export`, and `export { A }`. */
const LIST = /^(import|export) (?:type )?\{([^}]*)\}(?: from ['"]([^'"]+)['"])?;$/
const NAMESPACE = /^import (?:type )?\* as ([\w$]+) from ['"]([^'"]+)['"];$/
const DECLARATION =
  /^(export )?(?:declare )?(?:abstract )?(?:class|interface|type|function|const|let|namespace) ([\w$]+)/
/** How tsc names a type that it inferred. */
const INLINE = /\bimport\(['"]([^'"]+)['"]\)(?:\.([\w$]+))?/g
/** A word that may be the name of a type: not the name of a member, as in `name:`, `name?:` and `name(`. */
const WORD = /(?<![.\w$])[A-Za-z_$][\w$]*(?![\w$]|\??:|\()/g

/**
 * The declarations that the exports need, and no others. A file of the sources declares more than is exported, and
 * names there the types of packages that are in the bundle and not installed with it.
 * @param entries paths of the declarations of the exports, as tsc writes them
 * @returns the text of each file that is reached, by its path; they import one another as `.js`, and `foreign` has the
 *   modules from outside, each with a path that names it
 * @throws Error where a file has what this does not read
 */
export function neededDeclarations(entries) {
  const files = new Map()
  const foreign = new Map()
  for (const entry of entries) need(entry)
  return { texts: new Map([...files].map(([path, file]) => [path, textOf(file)])), foreign }

  /** @param name all exports of the file unless given */
  function need(path, name) {
    if (!files.has(path)) files.set(path, statementsOf(path))
    const file = files.get(path)
    const found = file.filter(({ exported, names }) => (name === undefined ? exported : names.has(name)))
    if (found.length === 0) throw new Error(`${path} does not declare ${name ?? 'anything that is exported'}`)
    for (const statement of found) keep(path, file, statement, name)
  }

  function keep(path, file, statement, name) {
    const { names, kept, code, keyword, from } = statement
    for (const local of name === undefined ? names.keys() : [name]) {
      if (kept.has(local)) continue
      kept.add(local)
      if (from !== undefined) follow(path, from, names.get(local))
      else if (keyword !== undefined) need(path, names.get(local))
      else {
        for (const [, module, member] of code.matchAll(INLINE)) follow(path, module, member)
        for (const [word] of code.matchAll(WORD))
          if (word !== local && file.some((other) => other.names.has(word))) need(path, word)
      }
    }
  }

  function follow(path, module, name) {
    if (module.startsWith('.')) need(join(dirname(path), module.replace(/\.ts$/, '.d.ts')), name)
    else foreign.set(module, path)
  }
}

/** Each with the names that it gives to its file; those of an import or a list lead to a name of another file. */
function statementsOf(path) {
  const chunks = readFileSync(path, 'utf8').split(BEGINNING)
  return chunks.flatMap((chunk, index) => {
    const comments = TRAILING_COMMENTS.exec(chunks[index - 1] ?? '')?.[0] ?? ''
    const body = chunk.replace(TRAILING_COMMENTS, '').trim()
    if (body === '' || body === 'export {};') return []
    return [{ ...read(path, body), text: `${comments}${body}`, kept: new Set() }]
  })
}

function read(path, body) {
  const code = body.replace(COMMENT, '')
  const [, keyword, specifiers, from] = LIST.exec(code) ?? []
  if (keyword !== undefined) {
    const names = new Map()
    const texts = new Map()
    for (const text of specifiers.split(',').map((one) => one.trim())) {
      const [name, local = name] = text.replace(/^type /, '').split(' as ')
      names.set(local, name)
      texts.set(local, text)
    }
    return { from, keyword, names, texts, code, exported: keyword === 'export' }
  }
  const [, space, module] = NAMESPACE.exec(code) ?? []
  if (space !== undefined) return { from: module, names: new Map([[space, undefined]]), exported: false }
  const [, exported, name] = DECLARATION.exec(code) ?? []
  if (name === undefined)
    throw new Error(`${path}: scripts/build/needed-declarations.mjs cannot read: ${body}`)
  return { code, names: new Map([[name, name]]), exported: exported !== undefined }
}

function textOf(statements) {
  const texts = statements.filter(({ kept }) => kept.size > 0).map(kept)
  return `${texts.join('\n').replace(/(from |\bimport\()(['"])(\.[^'"]+)\.ts\2/g, '$1$2$3.js$2')}\n`
}

/** The statement; of a list those that are used. */
function kept({ texts, kept, code, text }) {
  if (texts === undefined) return text
  const list = [...texts].flatMap(([local, specifier]) => (kept.has(local) ? specifier : []))
  return text.replace(code, code.replace(/\{[^}]*\}/, `{ ${list.join(', ')} }`))
}
