/** What a node loads when it starts, found in its sources: code that is wanted later is loaded later. */
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { type SourceFile, sourceFiles } from './support/source/source-imports.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const files = new Map(sourceFiles(ROOT, ['src', 'devices']).map((file) => [file.path, file]))

/** The program, and what it imports for `kith run` whatever the configuration says. */
const ENTRIES = ['src/main.ts', 'src/cli/commands/run.ts', 'src/node/run-node.ts', 'devices/index.ts']

/** Of these none is loaded at the start. */
const LATER = [
  /^src\/cli\/commands\/(?!run\.ts$)/,
  /^src\/cli\/programs\//,
  /^src\/node\/doctor\//,
  /^src\/protocol\/manage\/(server|asker|codec)\.ts$/,
  /^src\/node\/manage\/(manager|config-change|needed-words)\.ts$/,
  /^src\/protocol\/circuit\/(?!components\.ts$|constants\.ts$)/,
  /^src\/protocol\/neighbours\/(exchange|finder|survey|answerer)\.ts$/,
  /^src\/protocol\/via\/(circuits|hop)\.ts$/,
  /^src\/protocol\/pair\/(?!limits\.ts$|constants\.ts$|unpair\.ts$)/,
  /^src\/node\/pairing\/(?!on-demand\.ts$)/,
  /^src\/node\/rules\/(?!on-demand\.ts$|rule-peer\.ts$)/,
  /^src\/protocol\/dht\/(?!limits\.ts$)/,
  /^devices\/[^/]+\/(driver|model)\.ts$/,
  /^@libp2p\/(circuit-relay-v2|dcutr|kad-dht)/,
  /^@noble\//,
  /^yaml$/,
  // Its import loads undici (src/node/control/builtin-http.ts).
  /^node:https?$/
]

/** What loading the entries loads: a path of the project, a package or a part of Node, by what imports it. */
function loadedBy(entries: readonly string[], sources: ReadonlyMap<string, SourceFile>): Map<string, string> {
  const loaded = new Map(entries.map((entry) => [entry, 'the start']))
  for (const path of loaded.keys())
    for (const { to, kind } of sources.get(path)?.imports ?? [])
      if (kind === 'value' && !loaded.has(to)) loaded.set(to, path)
  return loaded
}

const saidOf = (loaded: ReadonlyMap<string, string>): string[] =>
  [...loaded].flatMap(([path, by]) => (LATER.some((one) => one.test(path)) ? [`${by} loads ${path}`] : []))

t.test('a node loads at its start nothing that is wanted later', async (t) => {
  for (const entry of ENTRIES) t.ok(files.has(entry), entry)
  const loaded = loadedBy(ENTRIES, files)
  t.ok(loaded.size > 300, 'its code is followed')
  t.strictSame(saidOf(loaded), [])
})

t.test('an import of it is noticed, over others as well', async (t) => {
  const run = 'src/cli/commands/run.ts'
  const joined = (to: string): ReadonlyMap<string, SourceFile> => {
    const file = files.get(run)
    return new Map(files).set(run, {
      path: run,
      text: '',
      lines: 1,
      imports: [...(file?.imports ?? []), { from: run, to, kind: 'value' }]
    })
  }
  t.strictSame(saidOf(loadedBy(ENTRIES, joined('node:http'))), [`${run} loads node:http`])
  t.match(
    saidOf(loadedBy(ENTRIES, joined('src/protocol/via/circuits.ts'))).join('\n'),
    /via\/circuits\.ts loads src\/protocol\/via\/hop\.ts/
  )
})
