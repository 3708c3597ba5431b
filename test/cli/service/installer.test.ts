import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { ServiceInstaller } from '../../../src/cli/service/installer.ts'
import { unitText } from '../../../src/cli/service/unit-text.ts'

const sources = fileURLToPath(new URL('../../../deploy/systemd', import.meta.url))
const program = { node: '/opt/node/bin/node', installation: '/opt/kith' }
const UNIT = '/etc/systemd/system/kith.service'

/** A machine below a folder, whose programs are recorded and succeed. */
function machine(t: Test, { systemd = 257, program: given = program } = {}) {
  const root = t.testdir({
    opt: { node: { bin: { node: '' } }, kith: { bin: {} } },
    home: { anna: { node: '' } },
    etc: {},
    usr: { lib: { systemd: { system: {} } } }
  })
  for (const path of ['opt', 'opt/node', 'opt/node/bin', 'opt/node/bin/node', 'opt/kith', 'home'])
    chmodSync(join(root, path), 0o755)
  const ran: string[] = []
  const installer = new ServiceInstaller({
    program: given,
    sources,
    root,
    homeFiles: async () => ({ 'kith.yaml': 'name: new\n', 'book.yaml': '' }),
    run: async (name, ...words) => {
      ran.push([name, ...words].join(' ').replaceAll(root, ''))
      // systemd-tmpfiles makes the home.
      if (name === 'systemd-tmpfiles') mkdirSync(join(root, 'var/lib/kith'), { recursive: true })
      return words[0] === '--version' ? `systemd ${systemd} (${systemd}.1-1)\n+PAM` : ''
    }
  })
  const read = (path: string): string => readFileSync(join(root, path), 'utf8')
  return { root, ran, installer, read, at: (path: string) => join(root, path) }
}

t.test('the files of the package, for a kith in another place', async (t) => {
  const { installer, ran, read } = machine(t)
  const { changed, home } = await installer.install()
  t.equal(home, '/var/lib/kith')
  t.strictSame(changed, [
    UNIT,
    '/etc/sysusers.d/kith.conf',
    '/etc/tmpfiles.d/kith.conf',
    '/etc/modules-load.d/kith.conf',
    '/etc/udev/rules.d/60-kith.rules',
    '/var/lib/kith/kith.yaml',
    '/var/lib/kith/book.yaml'
  ])
  t.match(read(UNIT), /^ExecReload=\/bin\/sh -c 'kill -HUP \$\$MAINPID'$/m)
  t.match(read(UNIT), /^ExecStart=\/opt\/node\/bin\/node --.* \/opt\/kith\/bin\/kith\.js run$/m)
  t.match(read(UNIT), /^Type=notify$/m)
  t.notMatch(read(UNIT), '/usr/lib/kith')
  t.match(read('/etc/tmpfiles.d/kith.conf'), /^d \/var\/lib\/kith 0700 kith kith -$/m)
  t.notMatch(read('/etc/tmpfiles.d/kith.conf'), '/usr/share', 'nothing of the package')
  t.strictSame(ran, [
    'systemctl --version',
    'systemd-sysusers /etc/sysusers.d/kith.conf',
    'systemd-tmpfiles --create /etc/tmpfiles.d/kith.conf',
    'modprobe -q i2c-dev',
    'udevadm control --reload',
    'udevadm trigger --subsystem-match=i2c-dev --subsystem-match=gpio',
    'systemctl daemon-reload',
    'systemctl enable --quiet kith.service',
    'systemctl restart kith.service'
  ])
})

t.test('again it changes nothing, and a configuration is kept', async (t) => {
  const { installer, read, at } = machine(t)
  await installer.install()
  writeFileSync(at('/var/lib/kith/kith.yaml'), 'name: hall\n')
  t.strictSame((await installer.install()).changed, [])
  t.equal(read('/var/lib/kith/kith.yaml'), 'name: hall\n')
})

t.test('a link in the home, which the service may have made, is not written through', async (t) => {
  const { installer, read, at } = machine(t)
  mkdirSync(at('/var/lib/kith'), { recursive: true })
  writeFileSync(at('/etc/shadow'), 'secret')
  symlinkSync(at('/etc/shadow'), at('/var/lib/kith/kith.yaml'))
  await installer.install()
  t.equal(read('/etc/shadow'), 'secret')
})

t.test('removal keeps the home unless it is to be purged', async (t) => {
  const { installer, ran, at } = machine(t)
  t.strictSame((await installer.remove({ purge: false })).changed, [], 'nothing is installed')
  t.strictSame(ran, [])
  await installer.install()
  t.strictSame(
    (await installer.files()).filter(({ there }) => !there),
    []
  )
  t.equal((await installer.remove({ purge: false })).changed.length, 5)
  t.equal(ran.at(-2), 'systemctl disable --now --quiet kith.service')
  t.strictSame(
    (await installer.files()).filter(({ there }) => there),
    []
  )
  t.ok(existsSync(at('/var/lib/kith/kith.yaml')))
  await installer.remove({ purge: true })
  t.notOk(existsSync(at('/var/lib/kith')))
})

t.test('what somebody else made is neither changed nor removed', async (t) => {
  const { installer, ran, at, read } = machine(t)
  mkdirSync(at('/etc/systemd/system'), { recursive: true })
  writeFileSync(at(UNIT), '[Service]\n')
  await t.rejects(installer.install(), { code: 'service-foreign' })
  await t.rejects(installer.remove({ purge: true }), { code: 'service-foreign' })
  t.equal(read(UNIT), '[Service]\n')
  t.strictSame(
    ran.filter((line) => !line.includes('--version')),
    []
  )
  writeFileSync(at('/usr/lib/systemd/system/kith.service'), '')
  await t.rejects(installer.install(), { code: 'service-packaged' })
})

t.test('a program that the service could not read is refused', async (t) => {
  const { installer } = machine(t, { program: { ...program, node: '/home/anna/node' } })
  await t.rejects(installer.install(), { code: 'service-hidden', message: /the home of a user/ })
  const other = machine(t)
  chmodSync(other.at('/opt/kith'), 0o750)
  await t.rejects(other.installer.install(), { code: 'service-hidden', message: /\/opt\/kith: it is closed/ })
})

t.test('a systemd that opens no files is not waited for', async (t) => {
  const { installer, read } = machine(t, { systemd: 252 })
  await installer.install()
  t.match(read(UNIT), /^Type=exec$/m)
  t.notMatch(read(UNIT), /^(OpenFile|WatchdogSec)/m)
})

t.test('paths with characters that systemd reads otherwise', async (t) => {
  const packaged = 'ExecStart=/usr/lib/kith/node -x /usr/lib/kith/bin/kith.js run'
  const odd = { node: '/opt/my node', installation: '/opt/100%$x', systemd: 257 }
  t.match(unitText(packaged, odd), 'ExecStart="/opt/my node" -x /opt/100%%$$x/bin/kith.js run')
})
