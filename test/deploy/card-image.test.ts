import { spawnSync } from 'node:child_process'
import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { devices } from '../../devices/index.ts'
import { parseConfig } from '../../src/config/load.ts'

const folder = fileURLToPath(new URL('../../deploy/image/', import.meta.url))
const read = (name: string): string => readFileSync(join(folder, name), 'utf8')
const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length))
const scripts = files.filter((name) => read(name).startsWith('#!/bin/sh'))

t.test('the kith.yaml of the card is valid as it is, and with its lines in force', async (t) => {
  const text = read('kith.yaml')
  t.strictSame(parseConfig(text, devices), parseConfig('', devices))
  const example = text
    .replace(/^#(?=\S| {2})/gm, '')
    .replace('AAAA…', 'AAAAC3NzaC1lZDI1NTE5AAAAIBgPQ9+16Jq2U86cAi46FJ+xcg+PiPbQn9NhIWgxsrkx')
    .replace('12D3KooW…', '12D3KooWGYLoNGBBXTbGDRJ8VF1mPFZMxEjjg7KSoN7ZFMfqDtZP')
  const { name, wifi, ssh, owner, sensors } = parseConfig(example, devices)
  t.match({ name, wifi, sensors }, { name: 'hall', wifi: { ssid: 'My network' }, sensors: [{ name: 'air' }] })
  t.match(ssh.keys, [/^ssh-ed25519 \S+ me@laptop$/])
  t.match(owner, /^12D3/)
})

t.test('scripts are executable, except finish, which is handed to a shell', async (t) => {
  t.ok(scripts.length >= 8, String(scripts))
  for (const name of scripts.filter((name) => name !== 'finish'))
    accessSync(join(folder, name), constants.X_OK)
})

t.test('the base in the cache is another when a path, a mode or a byte is', async (t) => {
  const copy = t.testdir()
  cpSync(folder, copy, { recursive: true })
  const key = (...board: string[]): string => {
    const { stdout, status } = spawnSync(join(copy, 'base.sh'), ['--key', ...board], { encoding: 'utf8' })
    t.equal(status, 0)
    return stdout.trim()
  }
  const seen = new Set([key()])
  const isNew = (what: string): void => {
    const now = key()
    t.notOk(seen.has(now), what)
    seen.add(now)
  }
  t.match([...seen], [/^[0-9a-f]{16}$/])
  const hook = join(copy, 'base/etc/initramfs-tools/hooks/kith')
  chmodSync(hook, 0o700)
  t.ok(seen.has(key()), 'who may read the clone does not count')
  writeFileSync(join(copy, 'kith.yaml'), 'name: other')
  t.ok(seen.has(key()), 'what is added later does not count')
  chmodSync(hook, 0o644)
  isNew('no program any more')
  renameSync(hook, `${hook}-2`)
  isNew('another path')
  writeFileSync(join(copy, 'packages'), 'nano')
  isNew('other packages')
  t.notOk(seen.has(key('pi5')), 'another board')
})

const shellcheck = spawnSync('shellcheck', ['--version']).status === 0
t.test('shellcheck', { skip: shellcheck ? false : 'shellcheck is not installed' }, async (t) => {
  const paths = scripts.map((name) => join(folder, name))
  const { status, stdout } = spawnSync('shellcheck', ['-e', 'SC1091', ...paths], { encoding: 'utf8' })
  t.equal(status, 0, stdout)
})

t.test('nothing is downloaded but from Debian', async (t) => {
  const named = files.flatMap((name) => read(name).match(/https?:\/\/[^/\s'"]+/g) ?? [])
  t.strictSame([...new Set(named)].sort(), ['http://deb.debian.org'])
})

t.test(
  'the layout is the same where the image is made, where data is added and where it is checked',
  async (t) => {
    const [, bootAt, boot, rootAt, root] =
      /^BOOT_AT=(\d+) BOOT=(\d+) ROOT_AT=(\d+) ROOT=(\d+)$/m.exec(read('build.sh'))?.map(Number) ?? []
    t.equal(Number(bootAt) + Number(boot), rootAt)
    // A second root of the same size lies before the data.
    t.match(
      read('root/usr/lib/kith-image/data-partition'),
      `start=$((${Number(rootAt) + 2 * Number(root)} * 2048))`
    )
    t.match(read('base/etc/fstab'), /^LABEL=KITHDATA +\/data +ext4/m)
  }
)
