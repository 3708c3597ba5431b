import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const root = fileURLToPath(new URL('../..', import.meta.url))
const FOLDERS = [
  'src',
  'devices',
  'test',
  'bench',
  'scripts',
  'examples',
  'native',
  'deploy',
  'docs',
  'bin',
  '.ci'
]
const TEXT = /\.(ts|mjs|js|json|md|c|yaml|service|sysusers)$|^\.ci\/run$/
const BUILT = /(^|\/)(build|node_modules)\//
/** Stands as its author, an independent program, made it. */
const FOREIGN = 'test/vectors/packs.json'

const files = [
  'README.md',
  'CHANGELOG.md',
  'Dockerfile',
  ...FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
      posix.join(folder, ...name.split(/[\\/]/))
    )
  )
].filter((path) => !BUILT.test(path) && path !== FOREIGN && (TEXT.test(path) || path === 'Dockerfile'))

/** The text of a file in one line, as a citation may continue on the next line of a comment; without addresses. */
const oneLine = (path: string): string =>
  readFileSync(join(root, path), 'utf8')
    .replaceAll(/\n[ \t]*(?:\*|\/\/|#)?[ \t]*/g, ' ')
    .replaceAll(/https?:\/\/\S+/g, '')
const texts = files.map((path) => ({ path, text: oneLine(path) }))

const protocols = readFileSync(join(root, 'docs/protocols.md'), 'utf8')
const network = readFileSync(join(root, 'docs/network.md'), 'utf8')
const sections = new Set([...protocols.matchAll(/^## (\d+)\. /gm)].map(([, number = '']) => number))
const traps = new Set([...network.matchAll(/^\| (\d+) \|/gm)].map(([, number = '']) => number))

/** `1, 2 and 15` */
const NUMBERS = '(\\d+(?:(?:, | and | or )\\d+)*)'
const numbersOf = (list: string): string[] => list.split(/\D+/)

/** What follows a citation of a section: `, check 10`, `, F5`, `, P19 and P20`, `, "A live pack"`. */
const DETAIL = '(?:, (?:check (\\w+)|([A-Z]\\d+(?:(?:, | and )[A-Z]\\d+)*)|"([^"]+)"))?'

t.test('every document that is named exists', async (t) => {
  let named = 0
  for (const { path, text } of texts) {
    for (const [name] of text.matchAll(/(?<![\w.*-])[\w./-]*\w\.md\b/g)) {
      named++
      const installed = name.replace(/^\/*usr\/lib\/kith\//, '')
      const places = [installed, join(dirname(path), name), join('docs', name)]
      const isThere = places.some((place) => existsSync(join(root, place)))
      t.ok(isThere, `${path} names ${name}`)
    }
  }
  t.ok(named > 50)
})

t.test('every section of docs/protocols.md that is cited exists', async (t) => {
  let cited = 0
  for (const { path, text } of texts) {
    const pattern = new RegExp(`docs/protocols\\.md,? sections? ${NUMBERS}${DETAIL}`, 'g')
    for (const [citation, list = '', check, rules, quoted] of text.matchAll(pattern)) {
      cited++
      for (const number of numbersOf(list)) t.ok(sections.has(number), `${path}: ${citation}`)
      if (check !== undefined) t.match(protocols, `\n| ${check} | `, `${path}: ${citation}`)
      for (const rule of rules?.match(/[A-Z]\d+/g) ?? [])
        t.match(protocols, `\n| ${rule} | `, `${path}: ${citation}`)
      if (quoted !== undefined) t.match(protocols, quoted, `${path}: ${citation}`)
    }
    const chapter = /docs\/protocols\.md,? chapters? \d+/.exec(text)?.[0]
    t.equal(chapter, undefined, `${path} cites by section`)
  }
  t.ok(cited > 20)
})

t.test('every chapter that docs/protocols.md names exists', async (t) => {
  const prose = protocols.replaceAll(/^```[\s\S]*?^```/gm, '')
  for (const [citation, list = ''] of prose.matchAll(new RegExp(`\\bchapters? ${NUMBERS}`, 'g')))
    for (const number of numbersOf(list)) t.ok(sections.has(number), citation)
})

t.test('every trap that is cited is in docs/network.md', async (t) => {
  let cited = 0
  for (const { path, text } of texts) {
    if (path === 'docs/network.md' || path.startsWith('test/docs/')) continue
    for (const [citation, document, list = ''] of text.matchAll(
      new RegExp(`(docs/network\\.md,? |\\(network\\.md\\),? )?\\btraps? ${NUMBERS}`, 'g')
    )) {
      cited++
      t.ok(document !== undefined, `${path}: ${citation} names its document`)
      for (const number of numbersOf(list)) t.ok(traps.has(number), `${path}: ${citation}`)
    }
  }
  t.ok(cited > 10)
})
