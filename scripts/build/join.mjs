import { basename, join as path } from 'node:path'
import { build } from 'esbuild'

/** What `kith run` loads, whatever the configuration says: entries of the bundle. */
const START = [
  'src/cli/commands/run.ts',
  'src/node/run-node.ts',
  'src/node/home.ts',
  'src/node/choose-world.ts',
  'src/node/log/create-log.ts',
  'src/node/network/listen.ts',
  'src/hal/linux/world.ts',
  'src/hal/linux/datagram-socket.ts',
  'src/hal/linux/process-memory.ts',
  'src/cli/load-config.ts',
  'src/config/load-with-devices.ts',
  'devices/index.ts'
]

/** Who else needs chunks of these; what only they need stays as it is. */
const COMMANDS = /^src\/(cli\/|main\.ts$|driver\.ts$|simulated\.ts$)/
const PROVISIONING = /^src\/provision\//

/**
 * esbuild makes a chunk of each set of modules that the same entries reach, and each import() is an entry: a node
 * would begin by reading some 90 files. Here those that a node starts with are bundled again into a few: what the
 * commands load as well, what provisioning does, and the rest. The other chunks import from these; one that is loaded by
 * import() keeps its name, as a file that exports from these.
 * @param options those of esbuild that hold for every bundle
 * @param metafile of what esbuild made
 * @param made its files: name, and text
 * @returns the files instead of them
 */
export async function joinStart(options, { outputs }, made) {
  const chunks = new Map()
  for (const [name, output] of Object.entries(outputs))
    if (name.endsWith('.js')) chunks.set(basename(name), output)
  const groups = groupsOf(chunks)
  const whole = new Set(['main.js', ...Object.values(groups).flat()])
  const entries = new Map(
    Object.entries(groups).map(([group, names]) => [`${group}.js`, exportsOf(chunks, names)])
  )
  const { outputFiles } = await build({
    ...options,
    entryPoints: ['main', ...Object.keys(groups)].map((name) => path(options.outdir, `${name}.js`)),
    chunkNames: 'chunk-[hash]',
    splitting: true,
    plugins: [chunksOf(options.outdir, whole, made, entries)]
  })
  const files = new Map()
  const stubs = new Map()
  for (const [group, names] of Object.entries(groups))
    for (const [i, name] of names.entries()) {
      const list = chunks.get(name).exports.map((each) => `${alias(i, each)} as ${each}`)
      stubs.set(name, `export{${list.join(',')}}from"./${group}.js";\n`)
    }
  for (const name of loadedLater(chunks)) if (stubs.has(name)) files.set(name, stubs.get(name))
  const others = await importing(
    options,
    stubs,
    made,
    [...chunks.keys()].filter((name) => !whole.has(name))
  )
  for (const file of others) files.set(basename(file.path), file.text)
  for (const file of outputFiles) files.set(basename(file.path), file.text)
  return files
}

/** The chunks of the start, by who else needs them. */
function groupsOf(chunks) {
  const entries = new Map()
  for (const [name, { entryPoint }] of chunks) if (entryPoint !== undefined) entries.set(entryPoint, name)
  for (const each of START)
    if (!entries.has(each)) throw new Error(`${each} is no entry of the bundle: scripts/build/join.mjs`)
  const reachedBy = (wanted) =>
    reached(
      chunks,
      [...entries].flatMap(([entry, name]) => (wanted(entry) ? [name] : []))
    )
  const commands = reachedBy((entry) => COMMANDS.test(entry) && !START.includes(entry))
  const provisioning = reachedBy((entry) => PROVISIONING.test(entry))
  const groups = { start: [], provisioned: [], common: [] }
  for (const name of [...reachedBy((entry) => START.includes(entry))].sort())
    groups[commands.has(name) ? 'common' : provisioning.has(name) ? 'provisioned' : 'start'].push(name)
  return groups
}

function reached(chunks, from) {
  const found = new Set(from)
  for (const name of found)
    for (const { path: to, kind } of chunks.get(name).imports)
      if (kind === 'import-statement' && chunks.has(basename(to))) found.add(basename(to))
  return found
}

/** What is imported by import(), which keeps the name of its file. */
function loadedLater(chunks) {
  const named = new Set()
  for (const { imports } of chunks.values())
    for (const { path: to, kind } of imports) if (kind === 'dynamic-import') named.add(basename(to))
  return named
}

/** The files of the other chunks, which import from the joined ones without a file between. */
async function importing(options, stubs, made, names) {
  const { outputFiles } = await build({
    ...options,
    entryPoints: names.map((name) => path(options.outdir, name)),
    plugins: [chunksOf(options.outdir, new Set(stubs.keys()), made, stubs)]
  })
  return outputFiles
}

/** The text of a module that exports all of the chunks, each name once. */
function exportsOf(chunks, names) {
  return names
    .map((name, i) => {
      const list = chunks.get(name).exports.map((each) => `${each} as ${alias(i, each)}`)
      return list.length === 0 ? `import './${name}'` : `export { ${list.join(', ')} } from './${name}'`
    })
    .join('\n')
}

const alias = (index, name) => `j${index}_${name}`

/** The esbuild plugin that reads the chunks, which are not written yet. Others than the joined stay outside. */
const chunksOf = (folder, joined, texts, entries) => ({
  name: 'chunks',
  setup(build) {
    build.onResolve({ filter: /./ }, ({ path: name, kind }) => {
      const inside = kind === 'entry-point' || (kind === 'import-statement' && joined.has(basename(name)))
      return inside ? { path: path(folder, basename(name)) } : { path: name, external: true }
    })
    build.onLoad({ filter: /\.js$/ }, ({ path: file }) => {
      const name = basename(file)
      const entry = entries.get(name)
      if (entry !== undefined) return { contents: entry, loader: 'js' }
      const map = Buffer.from(texts.get(`${name}.map`)).toString('base64')
      const text = texts.get(name).replace(/\/\/# sourceMappingURL=.*\s*$/, '')
      return { contents: `${text}\n//# sourceMappingURL=data:application/json;base64,${map}`, loader: 'js' }
    })
  }
})
