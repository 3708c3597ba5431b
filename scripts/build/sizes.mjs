import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Parts below this many bytes are one row. */
const SMALL = 5000

/**
 * The sizes of a built bundle: files and bytes of JavaScript, and how many bytes each package and each room of kith
 * has in it.
 * @param metafile of esbuild
 */
export function sizesOf(dist, metafile) {
  const names = readdirSync(join(dist, 'lib')).filter((name) => name.endsWith('.js'))
  const bytes = names.reduce((sum, name) => sum + statSync(join(dist, 'lib', name)).size, 0)
  return { files: names.length, bytes, parts: partsOf(metafile) }
}

function partsOf({ outputs }) {
  const parts = new Map()
  const sources = Object.values(outputs).flatMap(({ inputs }) => Object.entries(inputs))
  for (const [path, { bytesInOutput: size }] of sources) {
    const name =
      /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ??
      path
        .split('/')
        .slice(0, path.startsWith('src/') ? 2 : 1)
        .join('/')
    parts.set(name, (parts.get(name) ?? 0) + size)
  }
  const sorted = [...parts].sort(([, a], [, b]) => b - a)
  const small = sorted.filter(([, size]) => size < SMALL)
  const rest = small.reduce((sum, [, size]) => sum + size, 0)
  return [...sorted.filter(([, size]) => size >= SMALL), [`${small.length} smaller parts`, rest]]
}
