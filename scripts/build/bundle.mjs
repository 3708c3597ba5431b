import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { build } from 'esbuild'
import { builtins } from './builtins.mjs'
import { joinStart } from './join.mjs'
import { lazyPackages } from './lazy-packages.mjs'
import { plainOrder } from './plain-order.mjs'
import { root } from './root.mjs'
import { singleProcess } from './single-process.mjs'

/** Loaded from node_modules at run time: their binaries are built for one machine. */
const EXTERNAL = ['i2c-bus', 'onoff']

/** What cbor-x tries to load and does without: `kith history --cbor` writes, and this only reads faster. */
const ABSENT = ['cbor-extract']

/**
 * Where esbuild believes the files to be, wherever they are written: it names the sources from there in the maps, and
 * the hashes in the names of the chunks depend on the maps. In a package a trace names src/ beside lib/.
 */
const AS_IF_IN = join(root, 'lib')

/** What holds for each bundle. */
const OPTIONS = {
  absWorkingDir: root,
  outdir: AS_IF_IN,
  write: false,
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  sourcemap: 'linked',
  // The names of the sources and the lines suffice for a stack trace; the sources are in the repository.
  sourcesContent: false,
  legalComments: 'none',
  logLevel: 'warning'
}

/** What holds for several entries that share chunks. */
const SPLIT = {
  ...OPTIONS,
  chunkNames: '[name]-[hash]',
  splitting: true,
  external: [...EXTERNAL, ...ABSENT],
  plugins: [lazyPackages, plainOrder, singleProcess, builtins],
  metafile: true
}

/** Packages that are CommonJS call require() for what Node itself has; in one line, which the maps then count. */
const REQUIRE = "const require=process.getBuiltinModule('node:module').createRequire(import.meta.url);"

/**
 * Bundles the command and the three faces of the library into one folder. They share chunks, so that a driver from
 * outside has the same classes as kith; whatever is loaded by import() is a chunk of its own. All files are in one
 * folder: src/installation.ts counts on it.
 * @returns esbuild's metafile: what went into which file
 */
export async function bundle(folder) {
  const made = await build({
    ...SPLIT,
    entryPoints: ['main', 'index', 'driver', 'simulated'].map((name) => `src/${name}.ts`),
    outbase: 'src'
  })
  const files = await joinStart(OPTIONS, made.metafile, withRequire(made.outputFiles))
  mkdirSync(folder, { recursive: true })
  for (const [name, text] of files) writeFileSync(join(folder, name), text)
  return made.metafile
}

/**
 * Bundles programs that measure kith, as kith is bundled, each into a file of the folder with the name of its own.
 * @param programs paths below bench/
 */
export async function bundlePrograms(folder, programs) {
  const { outputFiles } = await build({
    ...SPLIT,
    sourcemap: false,
    entryPoints: programs.map((path) => join('bench', path)),
    entryNames: '[name]'
  })
  for (const { path, text } of outputFiles)
    writeFileSync(
      join(folder, basename(path)),
      text.includes('typeof require') ? `${REQUIRE}\n${text}` : text
    )
}

/** @returns the texts by name; where esbuild lets packages call require(), there is one */
function withRequire(outputFiles) {
  const texts = new Map(outputFiles.map((file) => [basename(file.path), file.text]))
  for (const [name, text] of texts) {
    if (!name.endsWith('.js') || !text.includes('typeof require')) continue
    texts.set(name, `${REQUIRE}\n${text}`)
    const map = JSON.parse(texts.get(`${name}.map`))
    texts.set(`${name}.map`, JSON.stringify({ ...map, mappings: `;${map.mappings}` }))
  }
  return texts
}
