import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { circleOf, foldersOf, unitGraph } from './support/source/source-graph.ts'
import {
  type ImportKind,
  type SourceImport,
  sourceFile,
  sourceFiles
} from './support/source/source-imports.ts'

/** What one room may import of another: its values, or only what is stripped, or only by import(). */
interface Permission {
  /** A room, a file of the root, or a package by name or `scope/`. */
  readonly to: string
  readonly as: 'value' | 'type' | 'dynamic'
  /** Only for these files. */
  readonly only?: RegExp
  /** Only of these files. */
  readonly into?: RegExp
}

const value = (...rooms: string[]): Permission[] => rooms.map((to) => ({ to, as: 'value' }))
const type = (...rooms: string[]): Permission[] => rooms.map((to) => ({ to, as: 'type' }))
const dynamic = (...rooms: string[]): Permission[] => rooms.map((to) => ({ to, as: 'dynamic' }))

const LIBP2P = ['libp2p', '@libp2p/', '@multiformats/', 'multiformats']

/** What the classes of a folder are held to, as data. */
const LIMITS = /\/limits\.ts$/

/** Who may import whom. Everyone may import error, clock and log, and parts of Node. */
const TABLE: Readonly<Record<string, readonly Permission[]>> = {
  foundation: [],
  cbor: [],
  // base58 writes PeerIds.
  reading: [...type('hal'), ...value('cbor', 'multiformats')],
  hal: type('reading'),
  'hal/linux': [...value('hal'), ...dynamic('onoff', 'i2c-bus'), ...type('onoff', 'i2c-bus')],
  'hal/simulated': value('hal'),
  // A driver has what one from outside has, and its model the same way what a model has: nothing else.
  device: [...value('driver', 'devices/family'), { to: 'simulated', as: 'value', only: /\/model[^/]*\.ts$/ }],
  // What chips of one family share; of the simulated world as in a device.
  'devices/family': [
    ...value('driver'),
    { to: 'simulated', as: 'value', only: /\/(model|transducer)[^/]*\.ts$/ }
  ],
  // Two lists: of definitions, and of models; each names every device once.
  devices: [...value('device'), ...type('driver', 'simulated')],
  // The book is YAML; multicast-dns is what libp2p's own discovery uses, driven per interface (docs/network.md trap 6).
  peer: value(...LIBP2P, 'yaml', 'multicast-dns'),
  // Types of hal: the socket of datagrams and the clock status come from the world.
  // The cipher that libp2p's Noise seals with: short packets are sealed by it, too. The group of pairing.
  protocol: [
    ...value('cbor', 'reading', ...LIBP2P, '@chainsafe/as-chacha20poly1305', '@noble/curves'),
    ...type('peer', 'hal')
  ],
  bridge: [...value('reading'), ...type('protocol', 'node')],
  // Limits are declared where they are kept: leaves, which the configuration gathers.
  config: [
    ...value('reading', 'valibot', '@valibot/', 'yaml'),
    ...type('hal', 'hal/simulated'),
    ...['peer', 'protocol', 'node'].map((to): Permission => ({ to, as: 'value', into: LIMITS })),
    // The words of grants, which are also written into the book.
    { to: 'peer', as: 'value', into: /^src\/peer\/access-words\.ts$/ },
    // The ProtocolNames that a configuration cannot give to quantities of its own.
    { to: 'protocol', as: 'value', into: /^src\/protocol\/protocol-registry\.ts$/ }
  ],
  node: [
    ...value('config', 'peer', 'protocol', 'reading', 'hal', ...LIBP2P, 'valibot'),
    // The simulated world is a mode of the product: chosen like the real one, loaded only then.
    ...dynamic('hal/linux', 'hal/simulated', 'bridge', 'devices')
  ],
  // What a card says becomes files of the machine, a configuration, an identity and an entry of the book.
  provision: [...value('config', 'node', 'peer', 'valibot'), ...type('hal')],
  // The catalogue of devices is handed on into config, and listed for people.
  // cbor-x writes the rows of `kith history --cbor`.
  cli: [
    ...value('node', 'config'),
    ...dynamic('devices', 'provision', 'cbor-x'),
    ...type('hal', 'hal/simulated')
  ],
  main: value('cli'),
  // The faces for authors of drivers: what a driver may use, and what its model and test may.
  driver: value('hal'),
  simulated: value('hal', 'hal/simulated'),
  // The library's face picks from every room what an application needs, and contains nothing.
  index: value('node', 'config', 'protocol', 'reading', 'hal', 'hal/simulated')
}

/** Who may name files of /sys and /dev, which hal/linux alone opens. */
const NAMES_OF_FILES = [
  /^devices\/[^/]+\/(registers|driver|model|files)[^/]*\.ts$/, // read through hal/sysfs, shown by a model
  /^src\/hal\/kernel\/i2c\.ts$/, // where the kernel shows chips on I2C: read through hal/sysfs
  /^src\/cli\/hangup\.ts$/, // whether this process still has its terminal
  /^src\/node\/doctor\/hardware\.ts$/ // looks whether they are there and may be opened, and opens none
]

/** Files of src/ that are rooms of their own. */
const FACES = ['main.ts', 'index.ts', 'driver.ts', 'simulated.ts']

/** Loads what the configuration names: drivers from outside. */
const LOADS_ANYTHING = 'src/config/devices/outside.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const files = sourceFiles(ROOT, ['src', 'devices'])
const MAX_LINES = 400
const MEDIAN_LINES = 120
/** Files of one folder, its sub-folders not counted; more want a sub-room. */
const MAX_FILES = 20

/** The room of a path; a package is its own. */
function roomOf(path: string): string {
  const [top, room = '', sub] = path.split('/')
  if (top === 'devices')
    return sub === undefined ? 'devices' : room === 'family' ? 'devices/family' : 'device'
  if (top !== 'src') return path
  if (sub === undefined) return FACES.includes(room) ? room.slice(0, -3) : 'foundation'
  return room === 'hal' && (sub === 'linux' || sub === 'simulated') ? `hal/${sub}` : room
}

function isWithin(permission: string, target: string): boolean {
  const room = roomOf(target)
  return room === permission || target.startsWith(permission.endsWith('/') ? permission : `${permission}/`)
}

/** A permission for values is also one for types and for import(). */
function isOpen(permission: Permission, { from, to, kind }: SourceImport): boolean {
  const kinds: readonly ImportKind[] =
    permission.as === 'value'
      ? ['value', 'type', 'dynamic']
      : permission.as === 'dynamic'
        ? ['dynamic', 'type']
        : ['type']
  const here = permission.only === undefined || permission.only.test(from)
  const there = permission.into === undefined || permission.into.test(to)
  return isWithin(permission.to, to) && kinds.includes(kind) && here && there
}

/** @returns what is wrong with an import, or undefined */
function objection(one: SourceImport): string | undefined {
  const { from, to, kind } = one
  const here = roomOf(from)
  const there = roomOf(to)
  const message = `${from} imports ${to} (${kind})`
  if (to.startsWith('('))
    return from === LOADS_ANYTHING ? undefined : `${message}: what is imported must be written down`
  if (there === 'device' && here === 'device')
    return folderOf(from) === folderOf(to) ? undefined : `${message}: a sibling device`
  if (here === there || there === 'foundation' || to.startsWith('node:')) return undefined
  const permissions = TABLE[here]
  if (permissions === undefined) return `${message}: ${here} is no room`
  return permissions.some((permission) => isOpen(permission, one)) ? undefined : message
}

function folderOf(path: string): string {
  return path.split('/').slice(0, -1).join('/')
}

const said = (imports: readonly SourceImport[]): string[] =>
  imports.map(objection).filter((found) => found !== undefined)
const importsOf = (path: string, text: string): readonly SourceImport[] => sourceFile(path, text).imports

t.test('imports obey the table', async (t) => {
  t.ok(files.length > 150, 'the sources are found')
  t.strictSame(said(files.flatMap(({ imports }) => imports)), [])
})

t.test('forbidden imports are reported', async (t) => {
  const forbidden: [path: string, text: string][] = [
    ['src/reading/a.ts', "import { b } from '../hal/sensor.ts'"],
    ['src/reading/a.ts', "import type { b } from '../protocol/gossip.ts'"],
    ['src/reading/a.ts', "import { createLibp2p } from 'libp2p'"],
    ['src/hal/a.ts', "import { b } from './simulated/world.ts'"],
    ['src/hal/simulated/a.ts', "import type { b } from '../linux/world.ts'"],
    ['src/protocol/a.ts', "import {\n  type b,\n  c\n} from '../peer/admission.ts'"],
    ['src/node/a.ts', "import { linuxWorld } from '../hal/linux/world.ts'"],
    ['src/node/a.ts', "import { b } from '../cli/process.ts'"],
    ['src/node/a.ts', "const b = await import('../main.ts')"],
    ['src/node/a.ts', 'const b = await import(name)'],
    ['src/cli/a.ts', "export { b } from '../protocol/gossip.ts'"],
    ['src/config/a.ts', "import { b } from '../node/network/create-network.ts'"],
    ['src/attic/a.ts', "import { b } from '../reading/run.ts'"],
    ['devices/tmp102/driver.ts', "import { b } from '../bme280/convert.ts'"],
    ['devices/tmp102/driver.ts', "import { b } from '../../src/simulated.ts'"],
    ['devices/tmp102/driver.ts', "import type { b } from '../../src/hal/sensor.ts'"],
    ['devices/tmp102/model.ts', "import { b } from '../../src/hal/driver-kit/poll-until.ts'"],
    ['devices/family/lm75/limits.ts', "import { b } from '../../../src/hal/driver-kit/word-register.ts'"],
    ['devices/tmp102/driver.ts', "import { b } from '../../src/node/assemble.ts'"]
  ]
  for (const [path, text] of forbidden) t.equal(said(importsOf(path, text)).length, 1, `${path}: ${text}`)
  const allowed = "import type { b } from '../peer/admission.ts'\nimport { type c } from '../hal/world.ts'"
  t.strictSame(said(importsOf('src/protocol/a.ts', allowed)), [])
})

t.test('limits are leaves: they import foundations alone', async (t) => {
  const leaves = files.filter(({ path }) => path.startsWith('src/') && LIMITS.test(path))
  t.ok(leaves.length > 10, 'they are found')
  const imports = leaves.flatMap((leaf) => leaf.imports.filter(({ to }) => roomOf(to) !== 'foundation'))
  t.strictSame(imports, [])
})

t.test('model and driver of a device are independent witnesses', async (t) => {
  const name = (path: string): string => path.split('/').at(-1)?.replace(/\.ts$/, '') ?? ''
  const isModel = (path: string): boolean => name(path).startsWith('model')
  const isArithmetic = (path: string): boolean =>
    /^(convert|driver|compensation|measurement)/.test(name(path))
  const models = files.filter(({ path }) => roomOf(path) === 'device' && isModel(path))
  t.ok(models.length > 0)
  const reached = (path: string, seen = new Set<string>()): Set<string> => {
    if (seen.has(path)) return seen
    seen.add(path)
    for (const { to } of files.find((file) => file.path === path)?.imports ?? [])
      if (to.startsWith('devices/')) reached(to, seen)
    return seen
  }
  for (const { path } of models) {
    t.strictSame([...reached(path)].filter(isArithmetic), [], `${path} shares no arithmetic with the driver`)
  }
  for (const { path } of files.filter(({ path }) => roomOf(path) === 'device' && !isModel(path))) {
    t.strictSame([...reached(path)].filter(isModel), [], `${path} knows nothing of a model`)
  }
})

t.test('a driver from outside has the kit of the built-in ones', async (t) => {
  const text = readFileSync(join(ROOT, 'package.json'), 'utf8')
  const faces: Readonly<Record<string, string>> = JSON.parse(text).exports
  t.match(faces, { './driver': './src/driver.ts', './simulated': './src/simulated.ts' })
  const example = sourceFiles(ROOT, ['examples/driver'])
  t.ok(example.some(({ imports }) => imports.some(({ to }) => to === 'kith/driver')))
  const others = example.flatMap(({ imports }) => imports.filter(({ to }) => !isOutsideKit(to)))
  t.strictSame(others, [], 'examples/driver needs no file of src/')
})

/** What a driver outside this repository may import. */
function isOutsideKit(to: string): boolean {
  return /^(kith\/(driver|simulated)|tap|node:.*|examples\/driver\/.*)$/.test(to)
}

t.test('the kernel is touched in hal/linux alone, time in clock alone', async (t) => {
  const code = files.map(({ path, text }) => ({ path, text: text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '') }))
  const having = (pattern: RegExp): string[] =>
    code.filter(({ text }) => pattern.test(text)).map(({ path }) => path)
  const touching = having(/['"`]\/(sys|dev)\b/).filter((path) => !path.startsWith('src/hal/linux/'))
  const named = (path: string): boolean => NAMES_OF_FILES.some((pattern) => pattern.test(path))
  t.strictSame(
    touching.filter((path) => !named(path)),
    []
  )
  const timers = having(/\b(setTimeout|setInterval|Date\.now|performance\.now)\b|new Date\(\)/)
  t.strictSame(timers, ['src/clock.ts'])
})

t.test('files are small', async (t) => {
  const longest = files.toSorted((a, b) => b.lines - a.lines)
  const median = longest[Math.floor(longest.length / 2)]?.lines ?? 0
  t.comment(`${files.length} files, median ${median} lines, the longest:`)
  for (const { path, lines } of longest.slice(0, 5)) t.comment(`  ${lines} ${path}`)
  t.ok(median <= MEDIAN_LINES, `a median of about 100 lines: ${median}`)
  const tooLong = longest.filter(({ lines }) => lines > MAX_LINES)
  t.strictSame(
    tooLong.map(({ path, lines }) => `${path}: ${lines}`),
    []
  )
})

t.test('inside a room imports run downward and in no circle', async (t) => {
  // Whatever the depth: each file of a folder is a unit, and so is each folder in it with all below. Between the
  // rooms of src the table decides.
  for (const folder of foldersOf(files).filter((folder) => folder !== 'src'))
    t.strictSame(circleOf(unitGraph(files, folder)) ?? [], [], `${folder} has no circle`)
  const circle = [
    sourceFile('src/hall/a.ts', "import { b } from './b/one.ts'"),
    sourceFile('src/hall/b/one.ts', "import { two } from './two.ts'"),
    sourceFile('src/hall/b/two.ts', "import type { a } from '../a.ts'")
  ]
  t.strictSame(circleOf(unitGraph(circle, 'src/hall')), [
    'src/hall/a.ts imports src/hall/b/one.ts',
    'src/hall/b/two.ts imports src/hall/a.ts'
  ])
  t.equal(circleOf(unitGraph(circle, 'src/hall/b')), undefined)
})

t.test('a folder of many files has sub-rooms', async (t) => {
  const tests = sourceFiles(ROOT, ['test'])
  for (const folder of [...foldersOf(files), ...foldersOf(tests)]) {
    const here = [...files, ...tests].filter(({ path }) => folderOf(path) === folder)
    t.ok(here.length <= MAX_FILES, `${folder} holds ${here.length} files, at most ${MAX_FILES}`)
  }
})

/** Whose hints no program gets, and why. */
const COMMAND_ONLY: readonly (readonly [path: RegExp, reason: string])[] = [
  [/^src\/(cli|provision)\//, 'the command line itself'],
  [/^src\/node\/(backup\/|control\/client\.ts)/, 'only commands use it'],
  [/^src\/config\/(provisioning|yaml\/config-file)\.ts/, 'of files that only commands read'],
  [
    /^src\/node\/(doctor\/|(assembly\/reach\/pairing|network\/shared-keys|peers\/store-policy)\.ts)/,
    'of kith doctor and lines of the log'
  ]
]
/** A text of one form that names a command, an option or the file of the command line. */
const NAMES_COMMAND =
  /^(?! *(?:\/\*|\*|\/\/)).*\bhint(?:: Hint)?(?::| =) ?['"`].*(?:kith (?:run|init|id|book|peers|ask|status|watch|history|ping|devices|doctor|config|switch|pair|unpair|access|rules|persona|pipe|serve|backup|restore|service|logs|restart)\b|--(?:home|simulated|set)\b|kith\.yaml)/m

t.test('every hint that names the command line has a form for programs', async (t) => {
  const found = files
    .filter(
      ({ path, text }) => NAMES_COMMAND.test(text) && !COMMAND_ONLY.some(([pattern]) => pattern.test(path))
    )
    .map(({ path, text }) => `${path}: ${NAMES_COMMAND.exec(text)?.[0]}`)
  t.strictSame(found, [])
  for (const [pattern, reason] of COMMAND_ONLY)
    t.ok(
      files.some(({ path }) => pattern.test(path)),
      reason
    )
})
