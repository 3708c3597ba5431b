import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { type Home, openHome } from '../../../src/peer/identity/home.ts'

const isRoot = process.geteuid?.() === 0
const holder = new URL('../../support/process/hold-home.ts', import.meta.url).pathname

async function holdElsewhere(path: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--no-warnings', holder, path], {
    stdio: ['pipe', 'pipe', 'inherit']
  })
  await once(child.stdout, 'data')
  return child
}

/** Those of a folder that the test made, not of the folders in which it runs. */
function exposuresBy(home: Home, folder: string): unknown[] {
  return home.exposures.filter(({ hint }) => hint.endsWith(folder))
}

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

t.test('a home is made for its owner alone', async (t) => {
  const path = join(t.testdir({}), 'deep', 'home')
  await t.rejects(openHome(path, { create: false }), {
    code: 'no-home',
    message: `there is no home at ${path}`
  })
  const home = await openHome(path, { create: true })
  t.teardown(() => home.close())
  t.equal(home.path, path)
  t.equal(home.readOnly, false)
  t.equal(home.file('identity.key'), join(path, 'identity.key'))
  t.equal(statSync(path).mode & 0o777, 0o700)
  t.equal(readFileSync(join(path, 'node.pid'), 'utf8'), `${process.pid}\n`)
})

t.test('a home that others could replace is refused', async (t) => {
  const above = t.testdir({ open: { between: { home: {} } } })
  const folder = join(above, 'open')
  const path = join(folder, 'between', 'home')
  chmodSync(folder, 0o777)
  await t.rejects(openHome(path, { create: false }), {
    code: 'bad-home',
    message: `others may replace ${path}: everybody may write in ${folder}`,
    hint: `chmod o-w ${folder}`
  })
  symlinkSync(path, join(above, 'link'))
  await t.rejects(openHome(join(above, 'link'), { create: false }), { code: 'bad-home' }, 'behind a link')
  for (const mode of [0o1777, 0o1775, 0o755]) {
    chmodSync(folder, mode)
    const home = await openHome(path, { create: false })
    home.close()
    t.same(exposuresBy(home, folder), [])
  }
})

t.test('a link to a home that others could replace is refused', async (t) => {
  const above = t.testdir({ open: {}, home: {} })
  const folder = join(above, 'open')
  symlinkSync(join(above, 'home'), join(folder, 'link'))
  chmodSync(folder, 0o777)
  await t.rejects(openHome(join(folder, 'link'), { create: false }), {
    code: 'bad-home',
    message: `others may replace ${folder}/link: everybody may write in ${folder}`
  })
})

t.test(
  'a home that a group or another user could replace is opened with a warning',
  { skip: !isRoot && 'only root can give a folder away' },
  async (t) => {
    const above = t.testdir({ shared: { home: {} } })
    const folder = join(above, 'shared')
    const path = join(folder, 'home')
    const opened = async (uid: number, gid: number, mode: number): Promise<unknown> => {
      chownSync(folder, uid, gid)
      chmodSync(folder, mode)
      const home = await openHome(path, { create: false })
      home.close()
      return exposuresBy(home, folder)
    }
    const byGroup = {
      toAll: false,
      message: `others may replace ${path}: group 100 may write in ${folder}`,
      hint: `chmod g-w ${folder}`
    }
    t.same(await opened(0, 100, 0o775), [byGroup])
    t.same(await opened(0, 0, 0o775), [], 'root alone is in its group')
    t.same(await opened(0, 100, 0o1775), [])
    const byOwner = {
      toAll: false,
      message: `others may replace ${path}: ${folder} belongs to user 1234`,
      hint: `move the home, or chown root ${folder}`
    }
    t.same(await opened(1234, 100, 0o755), [byOwner])
    t.same(await opened(1234, 100, 0o1777), [byOwner], 'the sticky bit does not hold back its owner')
    t.same(await opened(65534, 100, 0o755), [], 'of no user of a namespace')
  }
)

t.test(
  'a user’s own group, of its name, is nobody else',
  { skip: !isRoot && 'only root can run as another user' },
  async (t) => {
    const daemon = { uid: 1, gid: 1 }
    const above = t.testdir({ shared: { home: {} } })
    const folder = join(above, 'shared')
    chownSync(folder, daemon.uid, daemon.gid)
    chmodSync(folder, 0o775)
    const module = new URL('../../../src/peer/identity/folders-above.ts', import.meta.url).href
    const scriptAs = (id: number): string => `
      const { exposuresOf } = await import(${JSON.stringify(module)})
      process.setegid(${id})
      process.seteuid(${id})
      const found = await exposuresOf(${JSON.stringify(join(folder, 'home'))})
      console.log(found.filter(({ hint }) => hint.endsWith(${JSON.stringify(folder)})).length)`
    const run = (id: number): string =>
      spawnSync(process.execPath, ['--input-type=module', '--eval', scriptAs(id)], { encoding: 'utf8' })
        .stdout
    t.equal(run(daemon.uid), '0\n')
    chownSync(folder, daemon.uid, 100)
    t.equal(run(daemon.uid), '1\n')
    chownSync(folder, 0, 100)
    t.equal(run(54_321), '1\n', 'a user of whom the system has no entry')
  }
)

t.test('a home has one node, and the next gets an error that names it', async (t) => {
  const path = t.testdir({})
  const home = await openHome(path, { create: false })
  await t.rejects(openHome(path, { create: true }), {
    code: 'home-in-use',
    remedy: 'stop',
    message: `process ${process.pid} is running the node of ${path}`
  })
  home.close()
  home.close()
  t.notOk(existsSync(join(path, 'node.pid')))
  const again = await openHome(path, { create: false })
  again.close()
})

t.test('another process holds it until it ends, however it ends', async (t) => {
  const path = t.testdir({})
  const child = await holdElsewhere(path)
  await t.rejects(openHome(path, { create: false }), {
    code: 'home-in-use',
    message: `process ${child.pid} is running the node of ${path}`,
    hint: `stop it (kill ${child.pid}), or choose another home`,
    commandHint: `stop it (kill ${child.pid}), or choose another --home`
  })
  await end(child)
  t.ok(existsSync(join(path, 'node.pid')), 'it left its number behind')
  const home = await openHome(path, { create: false })
  t.equal(readFileSync(join(path, 'node.pid'), 'utf8'), `${process.pid}\n`)
  home.close()
})

t.test('a second try in the same process lets go of nothing', async (t) => {
  const path = t.testdir({})
  const home = await openHome(path, { create: false })
  await t.rejects(openHome(path, { create: false }), { code: 'home-in-use' })
  const child = spawn(process.execPath, ['--no-warnings', holder, path], {
    stdio: ['pipe', 'ignore', 'pipe']
  })
  child.stdin.end()
  const [status] = await once(child, 'exit')
  t.not(status, 0, 'another process does not get it')
  home.close()
})

t.test('of many at once one gets it', async (t) => {
  const path = t.testdir({ 'node.pid': '4000000000\n' })
  const tries = await Promise.allSettled(Array.from({ length: 8 }, () => openHome(path, { create: false })))
  const homes = tries.filter((one) => one.status === 'fulfilled')
  t.equal(homes.length, 1)
  for (const { value } of homes) value.close()
})

t.test('a number of an old life means nothing', async (t) => {
  const path = t.testdir({ 'node.pid': `${process.ppid}\n`, 'node.lock': '' })
  const home = await openHome(path, { create: false })
  home.close()
})

t.test('the process is named by the key it holds, whatever number lies in the home', async (t) => {
  const path = t.testdir({ 'identity.key': 'k' })
  const child = await holdElsewhere(path)
  writeFileSync(join(path, 'node.pid'), `${process.ppid}\n`)
  await t.rejects(openHome(path, { create: false }), {
    code: 'home-in-use',
    commandHint: `stop it (kill ${child.pid}), or choose another --home`
  })
  await end(child)
})

t.test('one key runs once, whatever home it is in', async (t) => {
  const folder = t.testdir({ one: { 'identity.key': 'k' }, other: {} })
  linkSync(join(folder, 'one', 'identity.key'), join(folder, 'other', 'identity.key'))
  const home = await openHome(join(folder, 'one'), { create: false })
  t.equal(home.isLocked, true)
  await t.rejects(openHome(join(folder, 'other'), { create: false }), { code: 'home-in-use' })
  home.close()
  const other = await openHome(join(folder, 'other'), { create: false })
  other.close()
})

t.test('a key is locked as soon as it is written', async (t) => {
  const folder = t.testdir({ one: {}, other: {} })
  const home = await openHome(join(folder, 'one'), { create: false })
  t.teardown(() => home.close())
  writeFileSync(home.file('identity.key'), 'k')
  linkSync(home.file('identity.key'), join(folder, 'other', 'identity.key'))
  home.holdKey()
  await t.rejects(openHome(join(folder, 'other'), { create: false }), { code: 'home-in-use' })
})

t.test('a lock file that is something else is no matter where flock holds the home', async (t) => {
  const path = t.testdir({ 'node.lock': 'not a database, but long enough to be looked at'.repeat(50) })
  const home = await openHome(path, { create: false })
  await t.rejects(openHome(path, { create: false }), { code: 'home-in-use' })
  home.close()
})

t.test('unfinished files of a power cut go', async (t) => {
  const path = t.testdir({ 'epoch.0123456789ab.tmp': '17' })
  const home = await openHome(path, { create: false })
  t.notOk(existsSync(join(path, 'epoch.0123456789ab.tmp')))
  home.close()
})

t.test('what is no home', async (t) => {
  const folder = t.testdir({ file: '' })
  await t.rejects(openHome(join(folder, 'file'), { create: true }), {
    code: 'bad-home',
    message: /is not a folder/
  })
  await t.rejects(openHome(join(folder, 'file', 'x'), { create: true }), {
    code: 'bad-home',
    message: /cannot be made/
  })
  const open = join(folder, 'open')
  mkdirSync(open)
  chmodSync(open, 0o777)
  await t.rejects(openHome(open, { create: true }), { code: 'bad-home', hint: `chmod 700 ${open}` })
})

t.test(
  'a home that cannot be made is refused at once',
  { skip: !existsSync('/proc/self') && 'there is no /proc' },
  async (t) => {
    for (const path of ['/proc/nope', '/proc/nope/deep/home', '/proc/self/nope'])
      await t.rejects(openHome(path, { create: true }), { code: 'bad-home', message: /cannot be made: E/ })
  }
)

t.test('a home of another user', { skip: !isRoot && 'only root can give a folder away' }, async (t) => {
  const folder = t.testdir({})
  chownSync(folder, 12_345, 12_345)
  await t.rejects(openHome(folder, { create: true }), {
    code: 'bad-home',
    message: /belongs to user 12345/,
    commandHint: /sudo -u '#12345' kith/
  })
  chownSync(folder, 0, 0)
})

t.test('a home that may not be written', { skip: isRoot && 'root may write everywhere' }, async (t) => {
  const folder = t.testdir({})
  chmodSync(folder, 0o500)
  await t.rejects(openHome(folder, { create: true }), {
    code: 'bad-home',
    message: /cannot be written: EACCES/
  })
})

/** Runs a script in a mount namespace of its own. @returns undefined where that is not permitted */
function inNamespace(script: string, path: string): string | undefined {
  const args = ['-m', 'sh', '-c', script, 'sh', path, process.execPath, holder]
  const { stdout, stderr } = spawnSync('unshare', args, { encoding: 'utf8', input: '' })
  return stderr === null || /unshare|mount/.test(stderr) ? undefined : stdout
}

function unlessRefused(said: string | undefined): { skip: string | false } {
  return { skip: said === undefined && 'needs the right to mount' }
}

t.test('a read-only home is held as well: its key runs once', async (t) => {
  const script = `mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" || exit
    mkfifo /tmp/kith-$$; "$2" --no-warnings "$3" "$1" < /tmp/kith-$$ & exec 9> /tmp/kith-$$; rm /tmp/kith-$$
    until grep -q ":$(stat -c %i "$1/identity.key") " /proc/locks; do sleep 0.1; done
    "$2" --no-warnings "$3" "$1" 2>&1 | grep -o "code: 'home-in-use'"
    exec 9>&-; wait; "$2" --no-warnings "$3" "$1"`
  const said = inNamespace(script, t.testdir({ 'identity.key': 'k' }))
  t.equal(said, "held read-only\ncode: 'home-in-use'\nheld read-only\n", unlessRefused(said))
})

t.test('a full disk is no reason not to run', async (t) => {
  const script = `mount -t tmpfs -o size=16k,mode=0700 none "$1" || exit
    head -c 100000 /dev/zero > "$1/full" 2> /dev/null
    "$2" --no-warnings "$3" "$1"`
  const said = inNamespace(script, t.testdir({}))
  t.equal(said, 'held\n', unlessRefused(said))
})

t.test('the lock is empty: it costs no writing', async (t) => {
  const path = t.testdir({})
  const home = await openHome(path, { create: false })
  t.equal(statSync(join(path, 'node.lock')).size, 0)
  t.equal(statSync(join(path, 'node.lock')).mode & 0o777, 0o600)
  home.close()
  writeFileSync(join(path, 'node.pid'), '')
})
