import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './root.mjs'

/** `node_modules/a/node_modules/@b/c/index.js`: up to the package's folder. */
const PACKAGE = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/
const LICENCE = /^(licen[cs]e|copying|notice)/i

/**
 * The licences of the packages whose code is in the bundle, as one text.
 * @param inputs those of esbuild's metafile
 * @throws Error where a package says nothing of its licence
 */
export function licences(inputs) {
  const folders = new Set(Object.keys(inputs).flatMap((path) => PACKAGE.exec(path)?.[0] ?? []))
  const texts = [...folders].sort().map(licenceOf)
  const head = 'The files in lib/ contain code of these packages.\n'
  return [head, ...texts].join(`\n${'-'.repeat(80)}\n\n`)
}

function licenceOf(folder) {
  const absolute = join(root, folder)
  const { name, version, license } = JSON.parse(readFileSync(join(absolute, 'package.json'), 'utf8'))
  const files = readdirSync(absolute, { withFileTypes: true })
    .filter((entry) => entry.isFile() && LICENCE.test(entry.name))
    .map((entry) => readFileSync(join(absolute, entry.name), 'utf8').trim())
  if (license === undefined && files.length === 0) throw new Error(`${folder} names no licence`)
  return `${name} ${version}: ${license ?? 'see below'}\n\n${files.join('\n\n')}\n`
}
