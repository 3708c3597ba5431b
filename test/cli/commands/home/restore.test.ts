import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { initHome, peerOfHome } from '../../../../src/node/home.ts'
import { historyBench, noisy, readingsOf, runOf, us } from '../../../support/history.ts'
import { runCommand } from '../../../support/process/command-run.ts'
import { KITH } from '../../../support/process/kith.ts'

const KITH_YAML = `name: hall
quantities:
  - { name: soil-tension, unit: Pa, kind: number, protocol: /sensor/soil-tension/v1 }
`

t.test('kith backup and kith restore carry a node to another home', async (t) => {
  const folder = t.testdir()
  const [home, file, other] = [join(folder, 'home'), join(folder, 'hall.tar'), join(folder, 'other')]
  const { peer } = await initHome(home, { 'kith.yaml': KITH_YAML, 'book.yaml': '[]\n' })
  const made = await runCommand(`backup ${file}`, { home, alone: true })
  t.equal(made.status, 0, made.err)
  t.match(made.out, /It holds the key/)
  const checked = await runCommand(`restore --check ${file}`, { home: other, alone: true })
  t.equal(checked.status, 0, checked.err)
  t.match(checked.out, new RegExp(`PeerId +${peer}[^]*identity.key[^]*all right`))
  t.notOk(existsSync(other))
  const restored = await runCommand(`restore ${file}`, { home: other, alone: true })
  t.equal(restored.status, 0, restored.err)
  t.match(restored.out, /The former one must never run again/)
  t.equal(await peerOfHome(other), peer)
  const again = await runCommand(`restore ${file}`, { home: other, alone: true })
  t.equal(again.status, 1)
  t.match(again.err, /is not empty: there is .*\n +nothing is overwritten: move it away/)
})

t.test('kith backup - and kith restore - carry a node through a pipe', async (t) => {
  const folder = t.testdir()
  const [home, other] = [join(folder, 'home'), join(folder, 'other')]
  const { peer } = await initHome(home, { 'kith.yaml': KITH_YAML, 'book.yaml': '[]\n' })
  const { history } = historyBench({ path: join(home, 'history.sqlite') })
  history.appendOwn(noisy(readingsOf(us.peer, runOf(5), 0, 9999)))
  history.flush()
  t.teardown(() => history.close())
  const temporary = join(folder, 'tmp')
  mkdirSync(temporary)
  const env = { ...process.env, TMPDIR: temporary }
  const kith = (words: string[], input: Uint8Array) =>
    spawnSync(process.execPath, [KITH, ...words], { input, env, timeout: 60_000 })

  const made = kith(['backup', '-', '--home', home], new Uint8Array())
  t.equal(made.status, 0, String(made.stderr))
  t.match(String(made.stderr), /written +stdout, .* kB, 4 files[\s\S]*It holds the key/)
  const archive = new Uint8Array(made.stdout)
  t.ok(archive.length > 65_536, 'more than a pipe takes at once')

  const cut = kith(['restore', '-', '--home', other], archive.subarray(0, 65_536))
  t.equal(cut.status, 1)
  t.match(String(cut.stderr), /it ends too early/)
  t.notOk(existsSync(other))

  const restored = kith(['restore', '-', '--home', other], archive)
  t.equal(restored.status, 0, String(restored.stderr))
  t.equal(await peerOfHome(other), peer)
  const { history: again } = historyBench({ path: join(other, 'history.sqlite') })
  t.equal(again.status().readings, 10_000)
  again.close()
  t.same(readdirSync(temporary), [], 'no key is left in the folder for temporary files')

  const shown = await runCommand('backup -', { home, alone: true, columns: 80 })
  t.match(shown, { status: 2, err: /stdout is a terminal/, bytes: undefined })
  const json = await runCommand('backup - --without-history --json', { home, alone: true })
  t.equal(JSON.parse(json.err).bytes, json.bytes?.length)
})

t.test('--new-identity says what to tell the owners of neighbours', async (t) => {
  const folder = t.testdir()
  const [home, file, other] = [join(folder, 'home'), join(folder, 'hall.tar'), join(folder, 'other')]
  const { peer } = await initHome(home, { 'kith.yaml': KITH_YAML, 'book.yaml': '[]\n' })
  await runCommand(`backup ${file}`, { home, alone: true })
  const restored = await runCommand(`restore ${file} --new-identity`, { home: other, alone: true })
  t.equal(restored.status, 0, restored.err)
  const now = await peerOfHome(other)
  t.not(now, peer)
  t.match(
    restored.out,
    new RegExp(`in the place of ${peer}[^]*kith book remove hall\\n +kith book add hall ${now}`)
  )
  t.equal(readFileSync(join(other, 'kith.yaml'), 'utf8'), KITH_YAML)
})

t.test('a configuration with errors is taken over with a warning', async (t) => {
  const folder = t.testdir()
  const [home, file, other] = [join(folder, 'home'), join(folder, 'hall.tar'), join(folder, 'other')]
  await initHome(home, { 'kith.yaml': 'nam: hall\n' })
  await runCommand(`backup ${file}`, { home, alone: true })
  const { status, out, err } = await runCommand(`restore ${file} --new-identity --json`, {
    home: other,
    alone: true
  })
  t.equal(status, 0, err)
  t.match(JSON.parse(out), { warnings: [/kith.yaml has errors/] })
})

t.test('wrong use is said', async (t) => {
  const folder = t.testdir()
  const file = join(folder, 'x')
  const run = (line: string) => runCommand(line, { home: join(folder, 'home'), alone: true })
  t.match(await run('backup'), { status: 2, err: /FILE/ })
  t.match(await run('restore'), { status: 2, err: /FILE/ })
  t.match(await run(`restore ${file} --check --new-identity`), { status: 2, err: /exclude each other/ })
  t.match(await run(`backup ${file}`), { status: 1, err: /has no identity yet/ })
  t.match(await run(`restore ${file}`), { status: 1, err: /cannot be opened/ })
  writeFileSync(file, '')
  t.match(await run(`restore ${file}`), { status: 1, err: /it is empty/ })
})

t.test('a backup whose reader ends is a failure, and nothing of it stays', async (t) => {
  const folder = t.testdir({ tmp: {} })
  const home = join(folder, 'home')
  await initHome(home, { 'kith.yaml': KITH_YAML, 'book.yaml': '[]\n' })
  const { history } = historyBench({ path: join(home, 'history.sqlite') })
  // More than the 208 KiB that the socket of a child's output holds, so that it is still writing then.
  for (let i = 0; i < 40; i++)
    history.appendOwn(noisy(readingsOf(us.peer, runOf(5), 3000 * i, 3000 * i + 2999)))
  history.flush()
  history.close()
  const env = { ...process.env, TMPDIR: join(folder, 'tmp') }
  const child = spawn(process.execPath, [KITH, 'backup', '-', '--home', home], { env })
  await once(child.stdout, 'data')
  child.stdout.destroy()
  let err = ''
  child.stderr.on('data', (bytes: Buffer) => {
    err += String(bytes)
  })
  const [status] = await once(child, 'close')
  t.equal(status, 1)
  t.match(err, /ended before all of it was written\n +what was read is not a complete backup/)
  t.same(readdirSync(join(folder, 'tmp')), [])
})
