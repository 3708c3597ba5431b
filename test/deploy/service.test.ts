import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { WRONG_USE } from '../../src/cli/command-line/exit-status.ts'
import { run } from '../../src/cli/commands/run.ts'
import { SERVICE_HOME } from '../../src/cli/home.ts'
import { parseConfig } from '../../src/config/load.ts'
import { connectionsOf } from '../../src/config/scaled-limits.ts'
import { SERVICE_FOLDER } from '../../src/node/control/runtime-folder.ts'

const root = new URL('../../', import.meta.url)
const read = (name: string): string => readFileSync(new URL(name, root), 'utf8')
const settings = read('deploy/systemd/kith.service')
  .split('\n')
  .filter((line) => /^\w+=/.test(line))
  .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const)
const of = (name: string): string[] => settings.filter(([key]) => key === name).map(([, value]) => value)
const one = (name: string): string => of(name)[0] ?? ''

t.test('each setting is given once, but for lists', async (t) => {
  const lists = ['DeviceAllow', 'SystemCallFilter']
  const names = settings.map(([name]) => name).filter((name) => !lists.includes(name))
  t.strictSame(names, [...new Set(names)])
})

t.test('it starts what is there, as the image does', async (t) => {
  const [node, ...words] = one('ExecStart').replaceAll('/usr/lib/kith/', './').split(' ')
  t.equal(node, './node')
  t.ok(existsSync(new URL(words.at(-2) ?? 'none', root)))
  t.equal(words.at(-1), run.name)
  const flags = words.filter((word) => word.startsWith('--'))
  t.ok(flags.length > 0)
  for (const flag of flags) t.match(read('Dockerfile'), `"${flag}"`)
})

t.test('it gives kith the time that a stop takes, and starts no wrong configuration again', async (t) => {
  t.ok(Number(one('TimeoutStopSec')) * 1000 > (run.leave ?? Number.POSITIVE_INFINITY))
  t.equal(one('Restart'), 'always')
  t.equal(one('RestartPreventExitStatus'), String(WRONG_USE))
})

t.test('kith says when it is ready, and systemd waits longer than the watchdog is fed', async (t) => {
  t.equal(one('Type'), 'notify')
  t.equal(one('OpenFile'), '/run/systemd/notify:notify:graceful')
  t.ok(Number(one('WatchdogSec')) >= 30, 'a card that stalls for seconds is no hang')
})

t.test(
  'every shape starts Node with the flags of the unit, and the package compiles with them, as the cache depends on them',
  async (t) => {
    const flags: readonly string[] = one('ExecStart').match(/--\S+/g) ?? []
    t.ok(flags.length > 0)
    t.match(read('deploy/debian/postinst'), `/usr/lib/kith/node ${flags.join(' ')} `)
    t.match(read('deploy/debian/kith'), `/usr/lib/kith/node ${flags.join(' ')} `)
    t.match(read('Dockerfile'), `ENTRYPOINT ["node", ${flags.map((flag) => `"${flag}"`).join(', ')}, "`)
    t.match(read('test/pi/board/kith'), `exec node ${flags.join(' ')} `)
    const { scripts } = JSON.parse(read('package.json')) as { scripts: { start: string } }
    const inClone: readonly string[] = scripts.start.match(/--max-\S+/g) ?? []
    t.ok(inClone.length > 0)
    for (const flag of inClone) t.ok(flags.includes(flag), `npm start: ${flag}`)
    const arenas = /MALLOC_ARENA_MAX=\d+/.exec(one('Environment'))?.[0] ?? ''
    t.ok(arenas)
    for (const file of ['Dockerfile', 'test/pi/board/kith']) t.match(read(file), arenas, file)
  }
)

t.test(
  'the drop-in of a gateway starts the same program with more heap, for a thousand devices',
  async (t) => {
    const text = /### A gateway\n(.*?)\n#/s.exec(`${read('docs/install.md')}\n#`)?.[1] ?? ''
    const [, words = ''] = /^ +ExecStart=(\S.*)$/m.exec(text) ?? []
    const bare = (line: string): string => line.replaceAll(/ --\S+/g, '')
    t.equal(bare(words), bare(one('ExecStart')))
    t.match(text, /^ +ExecStart=$/m, 'the first one is taken back')
    const heap = Number(/--max-old-space-size=(\d+)/.exec(words)?.[1]) * 2 ** 20
    const memory = Number(/MemoryMax=(\d+)G/.exec(text)?.[1]) * 2 ** 30
    t.ok(connectionsOf({ memory, heap, files: 524_288 }) >= 1000)
    const yaml = [...text.matchAll(/^ {4}((?:store|history):.*)$/gm)].map(([, line]) => line).join('\n')
    t.match(parseConfig(yaml, []), { store: ['device'], history: { bytes: 10 * 2 ** 30 } })
  }
)

t.test('user, groups, home and devices are those of the unit', async (t) => {
  const made = read('deploy/systemd/kith.sysusers')
  t.match(made, new RegExp(`^u ${one('User')} `, 'm'))
  for (const group of one('SupplementaryGroups').split(' ')) {
    t.match(made, new RegExp(`^g ${group} `, 'm'))
    t.match(made, new RegExp(`^m ${one('User')} ${group}$`, 'm'))
    t.match(read('deploy/systemd/kith.rules'), `GROUP="${group}"`)
  }
  t.match(
    read('deploy/systemd/kith.tmpfiles'),
    `d /var/lib/${one('StateDirectory')} ${one('StateDirectoryMode')} `
  )
})

t.test('the group reaches the second control socket, others nothing', async (t) => {
  t.equal(`/run/${one('RuntimeDirectory')}`, SERVICE_FOLDER)
  t.equal(`/var/lib/${one('StateDirectory')}`, SERVICE_HOME)
  t.equal(one('RuntimeDirectoryMode'), '0750')
})

/** What systemd 252, of Debian 12, does not know; it ignores it. */
const NEWER = /Unknown key '(OpenFile|RestartSteps|RestartMaxDelaySec)' in section \[Service\]/

const missing = spawnSync('systemd-analyze', ['--version']).error?.message

t.test('systemd-analyze verify finds nothing', { skip: missing ?? false }, async (t) => {
  const unit = join(t.testdir({}), 'kith.service')
  const text = read('deploy/systemd/kith.service')
  // The program and the manual pages need not be installed here.
  writeFileSync(unit, text.replace('/usr/lib/kith/node', process.execPath).replace(/^Documentation=.*$/m, ''))
  const { stderr } = spawnSync('systemd-analyze', ['verify', unit], { encoding: 'utf8' })
  const found = stderr.split('\n').filter((line) => line.includes('kith.service'))
  t.strictSame(
    found.filter((line) => !NEWER.test(line)),
    []
  )
})

t.test('neither the unit nor a drop-in of a page slows kith down before its memory is limited', async (t) => {
  t.strictSame(of('MemoryHigh'), [])
  const pages = readdirSync(new URL('docs', root), { recursive: true, encoding: 'utf8' })
    .filter((page) => page.endsWith('.md'))
    .map((page) => `docs/${page}`)
  t.ok(pages.includes('docs/install.md'))
  for (const page of [...pages, 'README.md']) t.notMatch(read(page), /MemoryHigh\s*=/, page)
})

t.test('its fence leaves open what kith needs', async (t) => {
  for (const broken of [
    'MemoryDenyWriteExecute',
    'PrivateDevices',
    'PrivateNetwork',
    'ProtectKernelTunables'
  ])
    t.strictSame(of(broken), [], broken)
  t.strictSame(of('DeviceAllow'), ['char-i2c rw', 'char-gpiochip rw'])
  t.strictSame(one('RestrictAddressFamilies').split(' ').sort(), [
    'AF_INET',
    'AF_INET6',
    'AF_NETLINK',
    'AF_UNIX'
  ])
  t.match(one('SystemCallFilter'), '@system-service')
})

t.test('and shut what it does not', async (t) => {
  for (const [name, value] of [
    ['ProtectSystem', 'strict'],
    ['DevicePolicy', 'closed'],
    ['NoNewPrivileges', 'yes'],
    ['CapabilityBoundingSet', ''],
    ['StateDirectoryMode', '0700'],
    ['UMask', '0077']
  ] as const)
    t.strictSame(of(name), [value], name)
})
