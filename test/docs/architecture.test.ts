import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const root = fileURLToPath(new URL('../..', import.meta.url))
const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8')
const DEVICE = 'devices/<chip>/'

/** The folders of the block marked `tree`, each with what stands beside it. */
const tree = new Map(
  (/^```tree\n([\s\S]*?)^```/m.exec(page)?.[1] ?? '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [folder = '', about = ''] = line.split(/ {2,}/)
      return [folder, about] as const
    })
)

/** Folders below one that hold a .ts file, or a folder that does; with a slash at the end. */
function foldersOf(folder: string): string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true })
  const below = entries
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) => foldersOf(`${folder}${entry.name}/`))
  const isRoom = below.length > 0 || entries.some((entry) => entry.name.endsWith('.ts'))
  return isRoom ? [folder, ...below] : below
}

/** `devices/bme280/` is written as `devices/<chip>/`. */
function written(folder: string): string {
  return /^devices\/(?!family\/)[^/]+\/$/.test(folder) ? DEVICE : folder
}

t.test('every room of src and devices is in the tree', async (t) => {
  for (const folder of [...foldersOf('src/'), ...foldersOf('devices/')]) {
    const about = tree.get(written(folder)) ?? ''
    t.not(about, '', `docs/architecture.md has no line for ${folder}`)
  }
})

t.test('every folder of the tree exists', async (t) => {
  t.ok(tree.size > 40)
  const real = new Set(foldersOf('devices/').map(written))
  for (const folder of tree.keys())
    t.ok(real.has(folder) || existsSync(join(root, folder)), `docs/architecture.md names ${folder}`)
})

t.test('the way of one reading goes through rooms and files that exist', async (t) => {
  const rows = [...page.matchAll(/^\| \d+ \| `([^`]+)` \|/gm)].map(([, path = '']) => path)
  t.ok(rows.length > 8)
  for (const path of rows) t.ok(existsSync(join(root, path.replace('<chip>', 'bme280'))), path)
})
