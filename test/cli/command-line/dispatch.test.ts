process.env['TZ'] = 'UTC'

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { runCommandLine } from '../../../src/cli/command-line/dispatch.ts'
import { exitStatus } from '../../../src/cli/command-line/exit-status.ts'
import { allCommands } from '../../../src/cli/commands.ts'
import { chooseHome } from '../../../src/cli/home.ts'
import { NodeError } from '../../../src/error.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { FakeOperations } from '../../support/fakes/operations.ts'
import { NOW, series } from '../../support/fakes/views.ts'
import { Captured, runCommand } from '../../support/process/command-run.ts'

const commands = await allCommands()

t.test('the exit status follows the code', async (t) => {
  const rows: readonly (readonly [code: string, status: number])[] = [
    ['nobody-found', 3],
    ['unreachable', 3],
    ['deadline', 3],
    ['denied', 4],
    ['ambiguous', 2],
    ['bad-config', 2],
    ['internal', 1]
  ]
  for (const [code, status] of rows) {
    const operations = new FakeOperations()
    operations.error = new NodeError(code, 'it did not work', { hint: 'try again' })
    const plain = await runCommand('ask hall', { operations })
    t.equal(plain.status, status, code)
    t.equal(plain.out, '')
    t.equal(plain.err, 'kith: it did not work\n      try again\n')
    const { err } = await runCommand('ask hall --json', { operations })
    t.same(JSON.parse(err), { error: { code, message: 'it did not work', hint: 'try again' } })
  }
  t.equal(exitStatus(new TypeError('bug')), 1)
  t.equal((await runCommand('nonsense')).status, 2)
})

t.test(
  'the error of a wrong configuration has its problems as kith config check --json has them',
  async (t) => {
    const home = mkdtempSync(join(tmpdir(), 'kith-dispatch-'))
    t.teardown(() => rmSync(home, { recursive: true }))
    writeFileSync(join(home, 'kith.yaml'), 'sensors:\n  - type: bme281\n')
    const { err, status } = await runCommand('run --json', { home, alone: true })
    t.equal(status, 2)
    const { problems } = JSON.parse(err).error
    t.match(problems, [
      { level: 'error', line: 2, path: 'sensors[0].type', hint: /^did you mean bme280\? `kith/ }
    ])
    t.same(JSON.parse((await runCommand('config check --json', { home, alone: true })).out), problems)
  }
)

t.test('texts of other peers cannot control the terminal, in errors either', async (t) => {
  const operations = new FakeOperations()
  operations.error = new NodeError('denied', 'no\x1b[2J\u202e', { hint: 'ask\x07' })
  const { err } = await runCommand('ask hall', { operations })
  t.equal(err, 'kith: no\ufffd[2J\ufffd\n      ask\ufffd\n')
  operations.error = undefined
  operations.views = [series({ who: 'x\u009b2J' })]
  t.match((await runCommand('ask hall --json', { operations })).out, '\\u009b2J')
})

t.test('requests follow from the command line', async (t) => {
  const operations = new FakeOperations()
  await runCommand('ask hall /sensor/temp/v1 --datagram --timeout 2s', { operations })
  await runCommand('history hall air --since 1h --limit 5', { operations })
  await runCommand('ping hall -n 2 --stream', { operations })
  t.same(operations.asked, [
    { who: 'hall', what: '/sensor/temp/v1', by: 'datagram', timeout: 2000 },
    { who: 'hall', what: 'air', since: NOW - 3600, limit: 6 },
    { who: 'hall', by: 'stream', count: 2 }
  ])
  t.equal((await runCommand('ask hall --datagram --stream', { operations })).status, 2)
  t.equal((await runCommand('history hall air --csv --plot', { operations })).status, 2)
})

t.test('JSON keys are stable', async (t) => {
  const keys = async (line: string): Promise<string[]> => {
    const { out } = await runCommand(`${line} --json`)
    const value = JSON.parse(out.split('\n')[0] ?? '')
    return Object.keys(Array.isArray(value) ? value[0] : value).sort()
  }
  const view =
    'age device door interval known peer position quality quantity series shown signed state time unit value who'.split(
      ' '
    )
  t.same(await keys('ask hall'), view)
  t.same(await keys('history hall air'), [...view.filter((key) => key !== 'age'), 'from'].sort())
  t.same(await keys('ping hall'), ['by', 'n', 'path', 'peer', 'rtt', 'who'])
  t.same(await keys('peers'), 'connected inBook name path peer protocols purposes rtt seen'.split(' '))
  t.same(
    await keys('status'),
    'addresses counters history home memory name peer peers pid protocols purposes run sensors time uptime version world'.split(
      ' '
    )
  )
  t.same(await keys('id'), ['addresses', 'name', 'peer'])
  t.same(await keys('devices --types'), ['addresses', 'bus', 'datasheet', 'measures', 'title', 'type'])
  t.same(await keys('config show'), ['origin', 'path', 'text', 'value'])
  t.same(await keys('config path'), ['exists', 'path'])
})

t.test('no reading in that time is said', async (t) => {
  const operations = new FakeOperations()
  operations.history = async function* () {}
  const { status, out, err } = await runCommand('history hall air', { operations })
  t.same([status, out], [0, ''])
  t.match(err, 'no readings of air in that time; kith ask hall shows its series')
})

t.test('history without a sensor is wrong use', async (t) => {
  const { status, err } = await runCommand('history hall')
  t.equal(status, 2)
  t.match(err, /kith history needs SENSOR.*\n +kith ask hall lists what there is/)
})

t.test('without an answer the exit status is 3', async (t) => {
  const operations = new FakeOperations()
  operations.views = []
  t.equal((await runCommand('ask hall air', { operations })).status, 1, 'it answers, and has no such series')
  operations.replies = operations.replies.filter((reply) => reply.rtt === undefined)
  t.equal((await runCommand('ping hall', { operations })).status, 3)
  t.match(await runCommand('ping hall -n 1001', { operations }), {
    status: 2,
    err: /kith ping -n: must be 1 to 1000, not 1001/
  })
})

t.test('the PeerId needs no running node', async (t) => {
  const home = join(mkdtempSync(join(tmpdir(), 'kith-cli-')), 'new')
  const { peer } = JSON.parse((await runCommand('init --name den --json', { home })).out)
  t.same(await runCommand('id', { home, alone: true }), { status: 0, out: `${peer}\n`, err: '' })
  const asJson = JSON.parse((await runCommand('id --json', { home, alone: true })).out)
  t.same(asJson, { peer, name: 'den', addresses: [] })
  t.match((await runCommand('id', { home, alone: true, columns: 100 })).out, 'none: no node runs in')
  const [first, ...rest] = (await runCommand('id --qr', { home, alone: true })).out.trimEnd().split('\n')
  t.equal(first, peer)
  t.equal(rest.at(-1), `kith:1/${peer}?name=den`)
  t.equal(rest.length - 1, 21, '33 modules and two quiet zones of 4, two in a character')
  t.equal(
    (await runCommand('id --qr', { home, alone: true, columns: 80 })).err,
    '',
    '24 rows have room for it'
  )
  const operations = new FakeOperations()
  const status = operations.status.bind(operations)
  operations.status = async () => ({ ...(await status()), peer })
  const large = await runCommand('id --qr', { home, operations, columns: 80 })
  t.match(large.err, /^kith: the code has \d\d rows, more than this terminal has: enlarge/)
  t.notOk(existsSync(join(home, 'history.sqlite')), 'no node was started')
  t.equal((await runCommand('id --qr --json', { home, alone: true })).status, 2)
  writeFileSync(join(home, 'identity.key'), 'garbage')
  const damaged = await runCommand('id', { home, alone: true })
  t.match(damaged, { status: 1, out: '', err: /is not a key \(7 bytes\)\n.*restore it/ })
})

t.test('errors of files', async (t) => {
  const folder = t.testdir({ 'flow.yaml': 'purposes: [a\n', plain: '' })
  const check = (name: string, more = '') => runCommand(`config check ${join(folder, name)}${more}`)
  t.same(await check('none.yaml'), {
    status: 2,
    out: '',
    err: `kith: ${join(folder, 'none.yaml')} does not exist\n      \`kith init\` writes one with comments\n`
  })
  t.match((await check('plain/kith.yaml')).err, /cannot be there\n +.*plain is not a folder\n$/)
  const place = `${join(folder, 'flow.yaml')}:2:1`
  t.equal((await check('flow.yaml')).err.indexOf(place), 0, 'as compilers write it')
  const listed = await check('flow.yaml', ' --json')
  t.equal(listed.status, 2)
  t.match(JSON.parse(listed.out), [{ level: 'error', line: 2, column: 1, hint: /close it/ }])
})

t.test('init creates a home once and lists what it wrote', async (t) => {
  const home = join(mkdtempSync(join(tmpdir(), 'kith-cli-')), 'new')
  const first = JSON.parse((await runCommand('init --name den --json', { home })).out)
  t.same(first.written, ['kith.yaml', 'kith.schema.json', 'book.yaml'])
  t.equal(statSync(home).mode & 0o777, 0o700)
  const config = readFileSync(join(home, 'kith.yaml'), 'utf8')
  t.match(config, /^# yaml-language-server: \$schema=.*kith\.schema\.json/)
  t.match(config, /^name: den$/m)
  const check = await runCommand('config check', { home })
  t.match(check, { status: 0, out: /kith\.yaml: no errors, [0-9]+ sensors?\n$/ }, 'it wrote no errors')
  const again = JSON.parse((await runCommand('init --name other --json', { home })).out)
  t.same(again, { ...first, written: [] }, 'the same peer, nothing overwritten')
  t.equal(readFileSync(join(home, 'kith.yaml'), 'utf8'), config)
  t.notOk(readdirSync(home).some((name) => name.endsWith('.tmp')))
  t.equal((await runCommand('init --name Not_Good', { home })).status, 2)
})

t.test('every error of a configuration is listed', async (t) => {
  const environment = { KITH_HISTORY_AGE: '7', KITH_LOG_LEVEL: 'loud' }
  const { status, err } = await runCommand('config check', { environment })
  t.equal(status, 2)
  t.match(err, 'history.age: 7 has no unit')
  t.match(err, 'log.level')
})

t.test('a configuration with errors is told its old names too', async (t) => {
  const environment = { KITH_LIMITS_JOURNAL_QUEUE: '64', KITH_LOG_LEVEL: 'loud' }
  const { status, err } = await runCommand('config check', { environment })
  t.equal(status, 2)
  t.match(err, /KITH_LIMITS_JOURNAL_QUEUE .*KITH_LIMITS_HUB_QUEUE/s)
  t.match(err, 'log.level')
  const listed = await runCommand('config check --json', { environment })
  t.equal(listed.status, 2)
  t.match(JSON.parse(listed.out), [
    { level: 'error' },
    { level: 'warning', message: /KITH_LIMITS_HUB_QUEUE/ }
  ])
  const folder = t.testdir({ 'kith.yaml': 'devices: [./none.ts]\nlimits: { journal: { queue: 64 } }\n' })
  const { out } = await runCommand(`config check ${join(folder, 'kith.yaml')} --json`)
  t.match(JSON.parse(out), [
    { level: 'error', path: 'devices[0]' },
    { level: 'warning', message: /hub/ }
  ])
})

const NOWHERE = { service: '/none', clone: '/none' }

t.test('the order of the homes', async (t) => {
  const rows: readonly (readonly [
    given: string | undefined,
    environment: Record<string, string>,
    home: string
  ])[] = [
    ['/given', { KITH_HOME: '/kith' }, '/given'],
    [undefined, { KITH_HOME: '/kith', STATE_DIRECTORY: '/state' }, '/kith'],
    [undefined, { STATE_DIRECTORY: '/state:/more', XDG_STATE_HOME: '/xdg' }, '/state'],
    [undefined, { XDG_STATE_HOME: '/xdg', HOME: '/me' }, '/xdg/kith'],
    [undefined, { KITH_HOME: '', HOME: '/me' }, '/me/.local/state/kith']
  ]
  for (const [given, environment, home] of rows) t.equal(chooseHome(given, environment, false, NOWHERE), home)
})

t.test('who manages the service of this machine works with its home where he has none', async (t) => {
  const folder = t.testdir({ service: {}, state: { kith: {} } })
  const places = { ...NOWHERE, service: join(folder, 'service') }
  t.equal(chooseHome(undefined, { HOME: join(folder, 'me') }, false, places), places.service)
  t.equal(
    chooseHome(undefined, { XDG_STATE_HOME: join(folder, 'state') }, false, places),
    join(folder, 'state/kith')
  )
  t.equal(chooseHome('/given', { HOME: join(folder, 'me') }, false, places), '/given')
})

t.test('after npm start, commands in the clone find its home', async (t) => {
  const folder = t.testdir({ clone: {}, state: { kith: {} } })
  const places = { ...NOWHERE, clone: join(folder, 'clone') }
  const none = { HOME: join(folder, 'me') }
  const some = { XDG_STATE_HOME: join(folder, 'state') }
  t.equal(chooseHome(undefined, none, false, places), places.clone)
  t.equal(
    chooseHome(undefined, none, true, places),
    join(folder, 'me/.local/state/kith'),
    'init makes no home there'
  )
  t.equal(chooseHome(undefined, some, false, places), join(folder, 'state/kith'), 'no node runs in the clone')
  writeFileSync(join(places.clone, 'control.sock'), '')
  writeFileSync(join(places.clone, 'node.pid'), '4194305\n')
  t.equal(chooseHome(undefined, some, false, places), join(folder, 'state/kith'), 'its node was killed')
  writeFileSync(join(places.clone, 'node.pid'), `${process.pid}\n`)
  t.equal(chooseHome(undefined, some, false, places), places.clone)
  writeFileSync(join(folder, 'state/kith/control.sock'), '')
  writeFileSync(join(folder, 'state/kith/node.pid'), `${process.pid}\n`)
  t.equal(chooseHome(undefined, some, false, places), join(folder, 'state/kith'), 'nodes run in both')
  t.equal(chooseHome('/given', some, false, places), '/given')
  t.equal(chooseHome(undefined, { KITH_HOME: '/kith' }, false, places), '/kith')
})

t.test('hints name the home that was given', async (t) => {
  const folder = join(t.testdir(), "it's a home")
  const stdout = new Captured()
  const stderr = new Captured()
  const io = {
    commands,
    stdout,
    stderr,
    environment: { NO_COLOR: '1' },
    clock: new VirtualClock({ now: NOW * 1000 }),
    signal: new AbortController().signal
  }
  t.equal(await runCommandLine(['init', '--home', folder], io), 0)
  const quoted = `'${folder.replace("'", String.raw`'\''`)}'`
  t.match(stdout.text, `kith config check --home ${quoted}\n`)
  t.match(stdout.text, `kith run --home ${quoted}\n`)
  t.equal(await runCommandLine(['status', '--home', folder], io), 3)
  t.match(stderr.text, `kith run --home ${quoted} starts one`)
})

t.test('init writes what is set first, and every option on request', async (t) => {
  const folder = t.testdir()
  const home = join(folder, 'short')
  await runCommand('init --name den', { home })
  const short = readFileSync(join(home, 'kith.yaml'), 'utf8')
  t.ok(short.split('\n').length <= 42, 'fits a screen or two')
  t.match(short, /^name: den$/m)
  for (const option of ['purposes', 'sensors', 'switches', 'store']) t.match(short, `\n#${option}:`)
  const all = join(folder, 'all')
  await runCommand('init --all', { home: all })
  const long = readFileSync(join(all, 'kith.yaml'), 'utf8')
  t.match(long, /^#listen:/m)
  t.notMatch(short, /^#listen:/m)
  const open = short.replace(/^#(?=\S| {2})/gm, '')
  writeFileSync(join(home, 'kith.yaml'), open)
  t.match(await runCommand('config check', { home }), { status: 0, out: /1 sensor/ })
})

t.test('a command that ignores Ctrl-C delays the exit by less than a second', async (t) => {
  const clock = new VirtualClock({ now: NOW * 1000 })
  const controller = new AbortController()
  const operations = new FakeOperations()
  operations.ask = () => new Promise(() => {})
  const running = runCommand('ask hall', { operations, clock, signal: controller.signal })
  await clock.advance(10_000)
  controller.abort(new NodeError('interrupted', 'interrupted'))
  await clock.advance(900)
  const { status, err } = await running
  t.equal(status, 1)
  t.equal(err, 'kith: waiting for an answer of hall; Ctrl-C ends\n', 'no error for Ctrl-C')
})

t.test('--version as JSON has the words of the line', async (t) => {
  const { out, status } = await runCommand('--version --json')
  const { version, commit } = JSON.parse(out)
  t.equal(status, 0)
  const line = (await runCommand('--version')).out.trimEnd()
  t.equal(line, commit === undefined ? version : `${version} (${commit})`)
})
