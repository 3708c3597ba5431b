import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const root = fileURLToPath(new URL('../..', import.meta.url))
const pages = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync(join(root, 'docs')).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : []))
]

const textOf = (page: string): string => readFileSync(join(root, page), 'utf8')

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(text: string): Set<string> {
  const outside = text.replaceAll(/^```[\s\S]*?^```/gm, '')
  const headings = [...outside.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading)
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-')
    )
  )
}

t.test('every link between the pages leads somewhere', async (t) => {
  for (const page of pages) {
    const text = textOf(page)
    for (const [, link = ''] of text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? page : join(dirname(page), path)
      t.ok(existsSync(join(root, target)), `${page}: ${link}`)
      if (anchor !== undefined) t.ok(anchorsOf(textOf(target)).has(anchor), `${page}: ${link}`)
    }
  }
})

t.test('every path of the tree that a page names exists', async (t) => {
  for (const page of pages) {
    const named = textOf(page).matchAll(
      /(?<![\w./~-])(?:src|test|devices|deploy|docs|examples|bench|scripts|native)\/[\w./-]*[\w/]/g
    )
    for (const [path] of named) t.ok(existsSync(join(root, path)), `${page}: ${path}`)
  }
})

t.test('the files of the table of traps exist', async (t) => {
  const rows = textOf('docs/network.md').matchAll(/^\| \d+ \|.*\| ([^|]*) \|$/gm)
  const paths = [...rows].flatMap(([, cell = '']) =>
    cell.split(', ').filter((path) => path.endsWith('.ts') || path.endsWith('/'))
  )
  t.ok(paths.length > 15)
  for (const path of paths) t.ok(existsSync(join(root, 'src', path)), `docs/network.md: ${path}`)
})
