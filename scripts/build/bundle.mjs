import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { build } from 'esbuild'
import { lazyPackages } from './lazy-packages.mjs'
import { root } from './root.mjs'

/** Loaded from node_modules at run time: their binaries are built for one machine. */
const EXTERNAL = ['i2c-bus', 'onoff']

/** What cbor-x tries to load and does without: `kith history --cbor` writes, and this only reads faster. */
const ABSENT = ['cbor-extract']

/**
 * Where esbuild believes the files to be, wherever they are written: it names the sources from there in the maps, and
 * the hashes in the names of the chunks depend on the maps. In a package a trace names src/ beside lib/.
 */
const AS_IF_IN = join(root, 'lib')

/** Packages that are CommonJS call require() for what Node itself has. */
const REQUIRE =
  "import{createRequire as kithCreateRequire}from'node:module';const require=kithCreateRequire(import.meta.url);"

/**
 * Bundles the command and the three faces of the library into one folder. They share chunks, so that a driver from
 * outside has the same classes as kith; whatever is loaded by import() is a chunk of its own. All files are in one
 * folder: src/installation.ts counts on it.
 * @returns esbuild's metafile: what went into which file
 */
export async function bundle(folder) {
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['main', 'index', 'driver', 'simulated'].map((name) => `src/${name}.ts`),
    outdir: AS_IF_IN,
    write: false,
    outbase: 'src',
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    external: [...EXTERNAL, ...ABSENT],
    sourcemap: 'linked',
    // The names of the sources and the lines suffice for a stack trace; the sources are in the repository.
    sourcesContent: false,
    legalComments: 'none',
    banner: { js: REQUIRE },
    plugins: [lazyPackages],
    metafile: true,
    logLevel: 'warning'
  })
  mkdirSync(folder, { recursive: true })
  for (const { path, contents } of outputFiles) writeFileSync(join(folder, basename(path)), contents)
  return metafile
}
