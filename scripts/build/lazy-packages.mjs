import { readFileSync } from 'node:fs'

/**
 * Packages that few nodes need, or none before the first connection, and the files that import them. In the bundle
 * they are evaluated at the first use of what they export, not at the start. Measured with the packages alone: MB of
 * memory and milliseconds.
 */
const LAZY = [
  // 8 MB, 15 ms: peers whose key is neither Ed25519 nor RSA, and keys that are derived by libp2p.
  {
    packages: ['@noble/curves/secp256k1.js', '@noble/curves/ed25519.js'],
    files: [
      '@libp2p/crypto/dist/src/keys/secp256k1/index.js',
      '@libp2p/crypto/dist/src/keys/secp256k1/utils.js',
      '@libp2p/crypto/dist/src/keys/ed25519/index.js',
      '@libp2p/noise/dist/src/crypto/js.js'
    ]
  },
  // Noise uses Node's instead.
  { packages: ['@noble/ciphers/chacha.js'], files: ['@libp2p/noise/dist/src/crypto/js.js'] },
  // 6 MB, 6 ms of WebAssembly; Noise uses Node's instead.
  { packages: ['@chainsafe/as-sha256'], files: ['@libp2p/noise/dist/src/crypto/index.js'] },
  // 9 MB, 6 ms of WebAssembly: the first message that is encrypted.
  {
    packages: ['@chainsafe/as-chacha20poly1305'],
    files: ['@libp2p/noise/dist/src/crypto/index.js', 'src/protocol/datagram/packet/short-cipher.ts'],
    /** Evaluated by the import of the file; made when it is used. */
    atImport: [
      ['const ctx = newInstance();\n', ''],
      [
        'const asImpl = new ChaCha20Poly1305(ctx);',
        'let made; const asImpl = () => (made ??= new ChaCha20Poly1305(newInstance()));'
      ],
      ['asImpl.seal(', 'asImpl().seal('],
      ['asImpl.open(', 'asImpl().open(']
    ]
  }
]

/** Files that import() alone reaches (test/loaded-at-start.test.ts): they may import a package at their load. */
const ON_DEMAND = ['src/protocol/pair/cpace.ts']

const IMPORT = /^import \{ ([^}]*) \} from '([^']+)';?$/gm
const FILES = new Set(LAZY.flatMap(({ files }) => files))
const PACKAGES = new Set(LAZY.flatMap(({ packages }) => packages))

/** The esbuild plugin. It fails the build where a file is no longer what the table says. */
export const lazyPackages = {
  name: 'lazy-packages',
  setup(build) {
    build.onLoad({ filter: /\/(index|utils|js)\.js$|short-cipher\.ts$/ }, ({ path }) => {
      const file = [...FILES].find((name) => path.endsWith(`/${name}`))
      if (file === undefined) return undefined
      const loader = path.endsWith('.ts') ? 'ts' : 'js'
      return { contents: lazily(readFileSync(path, 'utf8'), file), loader }
    })
    build.onEnd(({ metafile }) => ({ errors: metafile === undefined ? [] : eager(metafile.inputs) }))
  }
}

/** The text of a file whose imports of the packages are calls of require(), which esbuild resolves like imports. */
function lazily(text, file) {
  const rows = LAZY.filter(({ files }) => files.includes(file))
  let changed = text
  for (const { atImport = [] } of rows)
    for (const [from, to] of file.startsWith('src/') ? [] : atImport) {
      if (!changed.includes(from)) throw new Error(`${file} no longer contains: ${from}`)
      changed = changed.replaceAll(from, to)
    }
  const wanted = new Set(rows.flatMap(({ packages }) => packages))
  const used = []
  changed = changed.replace(IMPORT, (line, names, from) => {
    if (!wanted.has(from)) return line
    for (const one of names.split(', ')) {
      const [exported, local = exported] = one.split(' as ')
      used.push([local, `require('${from}').${exported}`])
    }
    return ''
  })
  if (used.length === 0) throw new Error(`${file} imports none of ${[...wanted].join(', ')}`)
  for (const [local, call] of used)
    changed = changed
      .replace(new RegExp(`\\bnew ${local}\\b`, 'g'), `new (${call})`)
      .replace(new RegExp(`(?<![.\\w])${local}(?![\\w:])(?!')`, 'g'), call)
  return changed
}

/** A package that one file imports at its load is loaded at the start after all. */
function eager(inputs) {
  const isIn = (path, name) => path.includes(`node_modules/${name.replace(/\.js$/, '')}`)
  return Object.entries(inputs).flatMap(([from, { imports }]) =>
    (ON_DEMAND.includes(from) ? [] : imports)
      .filter(({ kind, original }) => kind === 'import-statement' && PACKAGES.has(original))
      .filter(({ original }) => !isIn(from, original.split('/').slice(0, 2).join('/')))
      .map(({ original }) => ({
        text: `${from} imports ${original} at its load: scripts/build/lazy-packages.mjs`
      }))
  )
}
