import { chmodSync, chownSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { clockChips, devices } from '../../devices/index.ts'
import { systemClock } from '../../src/clock.ts'
import { PEER_ID } from '../../src/names.ts'
import { peerOfHome } from '../../src/node/home.ts'
import { readBookText } from '../../src/peer/book/book-text.ts'
import { Machine } from '../../src/provision/machine.ts'
import { NodeHome } from '../../src/provision/node-home.ts'
import { type Provisioned, provision } from '../../src/provision/provision.ts'

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBgPQ9+16Jq2U86cAi46FJ+xcg+PiPbQn9NhIWgxsrkx me@laptop'
const OWNER = '12D3KooWGYLoNGBBXTbGDRJ8VF1mPFZMxEjjg7KSoN7ZFMfqDtZP'
const OTHER = '12D3KooWH3uVF6wv47WnArKHk5p6cvgCJEb74UTmxztmQDc298L3'
const SUPPLICANT = 'etc/wpa_supplicant/wpa_supplicant-wlan0.conf'
const WIFI = 'wifi:\n  ssid: Attic\n  password: geheim123 # of the router\n  country: DE\n'
/** 2026-11-29 06:30 UTC */
const NOW = Date.UTC(2026, 10, 29, 6, 30)

/** A card with its boot partition, root and home, as folders. */
class Card {
  readonly folder: string
  writes = 0
  /** The number of the write at which the power fails. */
  failsAt = 0

  constructor(t: Test) {
    this.folder = t.testdir({ boot: {}, root: {}, home: {} })
    chmodSync(this.path('home'), 0o700)
  }

  path(...names: string[]): string {
    return join(this.folder, ...names)
  }

  read(...names: string[]): string {
    return readFileSync(this.path(...names), 'utf8')
  }

  write(text: string, name = 'kith.yaml'): void {
    writeFileSync(this.path('boot', name), text)
  }

  has(...names: string[]): boolean {
    return existsSync(this.path(...names))
  }

  start(): Promise<Provisioned> {
    return provision({
      boot: this.path('boot'),
      home: new NodeHome(this.path('home')),
      machine: new Machine(this.path('root')),
      devices: { devices, clocks: clockChips },
      clock: { ...systemClock, now: () => NOW },
      writable: async (work) => {
        this.writes++
        if (this.writes === this.failsAt) throw new Error('the power fails')
        await work()
      }
    })
  }
}

t.test('a first start makes an identity and applies all that is written', async (t) => {
  const card = new Card(t)
  card.write(`name: hall\npurposes: [temperature]\n${WIFI}ssh:\n  keys: ["${KEY}"]\nowner: ${OWNER}\n`)
  const { outcome, status } = await card.start()
  t.equal(outcome, 'applied', status)
  const peer = await peerOfHome(card.path('home'))
  t.match(peer, PEER_ID)
  t.match(status, peer)
  t.match(
    status,
    /In force: kith.yaml, edit [0-9a-f]{8}, since 2026-11-29 06:30 UTC \(the clock was not set yet\)/
  )
  t.equal(card.read('boot', 'kith-status.txt'), status)
  t.equal(card.read('root', 'etc/hostname'), 'hall\n')
  t.equal(card.read('root', 'root/.ssh/authorized_keys'), `${KEY}\n`)
  t.equal(statSync(card.path('root', 'root/.ssh')).mode & 0o777, 0o700)
  t.equal(statSync(card.path('root', 'root/.ssh/authorized_keys')).mode & 0o777, 0o600)
  t.match(await readBookText(card.read('home', 'book.yaml'), 'book.yaml', 'strict'), [
    { name: 'owner', peer: OWNER }
  ])
})

t.test('the password is used and then nowhere on the card, and the network stays known', async (t) => {
  const card = new Card(t)
  card.write(`name: hall\r\n${WIFI}`)
  await card.start()
  // IEEE 802.11-2020, J.4.1: PBKDF2 of "geheim123" and "Attic", by Python's hashlib.
  t.match(
    card.read('root', SUPPLICANT),
    /^ {2}psk=6e06a13ecb6f161ad63da59986a47106bcf73d60ef10bfaa7c47834926f290f3$/m
  )
  t.equal(statSync(card.path('root', SUPPLICANT)).mode & 0o777, 0o600)
  t.equal(card.read('boot', 'kith.yaml'), `name: hall\r\n${WIFI.replace('geheim123', '""')}`)
  for (const where of ['boot', 'home'])
    for (const name of readdirSync(card.path(where))) t.notMatch(card.read(where, name), /geheim123/, name)

  t.equal((await card.start()).outcome, 'unchanged')
  card.write(card.read('boot', 'kith.yaml').replace('hall', 'attic'))
  t.equal((await card.start()).outcome, 'applied')
  t.match(
    card.read('root', SUPPLICANT),
    /^ {2}psk=6e06a13ecb6f161ad63da59986a47106bcf73d60ef10bfaa7c47834926f290f3$/m
  )
})

t.test('a password in a comment as well is pointed at', async (t) => {
  const card = new Card(t)
  card.write(`${WIFI}# or was it geheim123?\n`)
  t.match((await card.start()).status, /Attention: the text of the password is in another place/)
})

t.test('a start without news writes nothing to the boot partition', async (t) => {
  const card = new Card(t)
  card.write(`name: hall\n${WIFI}`)
  await card.start()
  const writes = card.writes
  const { outcome } = await card.start()
  t.equal(outcome, 'unchanged')
  t.equal(card.writes, writes)
})

t.test('a bad edit is refused with line and cure, and the last good one stays', async (t) => {
  const card = new Card(t)
  card.write('name: hall\n')
  const good = await card.start()
  card.write(
    'name: attic\nsensors:\n  - { type: bme281, interval: 10 }\nwifi:\n  ssid: Attic\nssh: { keys: [rsa] }\n'
  )
  const { outcome, status } = await card.start()
  t.equal(outcome, 'refused')
  t.match(status, /NOT in force: kith.yaml, edit [0-9a-f]{8}\n/)
  t.match(
    status,
    /kith.yaml:3:13 {2}sensors\[0\].type: "bme281" is not a known device\n +did you mean bme280\?/
  )
  t.match(status, /kith.yaml:6:15 {2}ssh.keys\[0\]: "rsa" is not a public key/)
  t.match(status, /In force: kith.yaml, edit [0-9a-f]{8}, since/)
  t.equal(card.read('home', 'kith.yaml'), 'name: hall\n')
  t.equal(card.read('root', 'etc/hostname'), 'hall\n')

  card.write('name: hall\n')
  const again = await card.start()
  t.equal(again.outcome, 'unchanged')
  t.equal(card.read('boot', 'kith-status.txt'), good.status, 'the refusal is gone from the status')
})

t.test('a bad file at the first start: defaults, and an identity all the same', async (t) => {
  const card = new Card(t)
  card.write('name: hall\n  purposes: [x\n')
  const { outcome, status } = await card.start()
  t.equal(outcome, 'refused')
  t.match(status, /In force: no edit yet; everything has its default/)
  t.match(status, await peerOfHome(card.path('home')))
  t.notOk(card.has('home', 'kith.yaml'))
})

t.test('each thing that cannot be applied is refused, and nothing of it is done', async (t) => {
  const cases: [text: string, wrong: RegExp][] = [
    ['wifi: { ssid: Attic }', /kith.yaml:1:15 {2}wifi.ssid: has no password, and the device knows none/],
    ['wifi: { password: geheim123 }', /wifi.password: is without a network/],
    ['wifi: { ssid: a, password: geheim123, open: true }', /wifi.open: is true, and there is a password/],
    ['x: &p geheim123\nwifi: { ssid: a, password: *p }', /x: is not an option|x: .*unknown/],
    [
      'wifi: { ssid: a, password: &p geheim123 }',
      /wifi.password: cannot be removed from here once it is used/
    ],
    ['wifi: { ssid: a, password: kurz }', /wifi.password: has not 8 to 63 characters/],
    ['wifi: { ssid: a, password: 12345678 }', /wifi.password: is not text\n +write it in quotes/],
    [`wifi: { ssid: "${'ü'.repeat(17)}", open: true }`, /has 34 bytes; the maximum is 32/],
    ['wifi: { ssid: a, open: true, country: Germany }', /is not a country of two capital letters/],
    [`ssh: { keys: ["${KEY.replace('AAAAC3', 'AAAAD3')}"] }`, /is damaged/],
    [`ssh: { keys: ['command="sh" ${KEY}'] }`, /is not a public key/],
    ['devices: [./chip.ts]', /devices: external drivers cannot be configured from the boot partition/],
    ['owner: 12D3KooWabc', /owner: .* is not a PeerId/],
    ['owner: "kith:9/x"', /owner: this is an invite of version 9/]
  ]
  for (const [text, wrong] of cases) {
    const card = new Card(t)
    card.write(`${text}\n`)
    const { outcome, status } = await card.start()
    t.equal(outcome, 'refused', text)
    t.match(status, wrong, text)
    t.notMatch(status, /geheim|kurz|12345678/, 'the status does not show a password')
    t.notOk(card.has('home', 'kith.yaml'), text)
    t.strictSame(readdirSync(card.path('root')), [], text)
    t.equal(card.read('boot', 'kith.yaml'), `${text}\n`)
  }
})

t.test('what was changed on the device stays until the file changes, and is kept beside then', async (t) => {
  const card = new Card(t)
  card.write('name: hall\n')
  await card.start()
  writeFileSync(card.path('home', 'kith.yaml'), 'name: by-hand\n')
  const { outcome, status } = await card.start()
  t.equal(outcome, 'unchanged')
  t.match(status, /changed on the device since then, and that one is in force/)
  t.equal(card.read('home', 'kith.yaml'), 'name: by-hand\n')

  card.write('name: cellar\n')
  const after = await card.start()
  t.equal(after.outcome, 'applied')
  t.match(
    after.status,
    /Replaced: the configuration that was made on the device; it is in .*kith.yaml.replaced/
  )
  t.equal(card.read('home', 'kith.yaml'), 'name: cellar\n')
  t.equal(card.read('home', 'kith.yaml.replaced'), 'name: by-hand\n')
})

t.test('what is no longer written is taken away', async (t) => {
  const card = new Card(t)
  card.write(`${WIFI}ssh: { keys: ["${KEY}"] }\n`)
  await card.start()
  card.write('name: hall\n')
  await card.start()
  t.notOk(card.has('root', SUPPLICANT))
  t.notOk(card.has('root', 'root/.ssh/authorized_keys'))
})

t.test('a new owner takes the place of the former one; who is in the book keeps the name', async (t) => {
  const card = new Card(t)
  const book = (): Promise<unknown[]> => readBookText(card.read('home', 'book.yaml'), 'book.yaml', 'strict')
  card.write(`owner: ${OWNER}\n`)
  await card.start()
  card.write(`owner: "kith:1/${OTHER}?name=desk&at=/ip4/192.168.1.5/tcp/4001"\n`)
  t.match((await card.start()).status, /Owner: in the address book as owner/)
  t.match(await book(), [{ name: 'owner', peer: OTHER, addresses: ['/ip4/192.168.1.5/tcp/4001'] }])
  t.equal((await book()).length, 1)

  writeFileSync(card.path('home', 'book.yaml'), card.read('home', 'book.yaml').replace('owner', 'desk'))
  card.write(`name: hall\nowner: ${OTHER}\n`)
  t.match((await card.start()).status, /Owner: in the address book as desk/)

  card.write(`owner: ${await peerOfHome(card.path('home'))}\n`)
  t.match((await card.start()).status, /owner is the PeerId of this device itself/)
})

t.test('power that fails while the boot partition is written: the next start completes it', async (t) => {
  for (const failsAt of [1, 2]) {
    const card = new Card(t)
    card.write(`name: hall\n${WIFI}`)
    card.failsAt = failsAt
    await card.start().catch(() => undefined)
    const peer = await peerOfHome(card.path('home'))
    const { status } = await card.start()
    t.match(status, /In force: kith.yaml/)
    t.match(status, peer, 'the identity is the same')
    t.notMatch(card.read('boot', 'kith.yaml'), /geheim123/)
    t.match(card.read('root', SUPPLICANT), /psk=/)
    t.notMatch(status, /Replaced/)
  }
})

t.test('unfinished files of a power cut are removed, and a damaged state is as none', async (t) => {
  const card = new Card(t)
  card.write('name: hall\n')
  card.write('x', 'kith-status.txt.0123456789ab.tmp')
  await card.start()
  t.notOk(card.has('boot', 'kith-status.txt.0123456789ab.tmp'))
  writeFileSync(card.path('home', 'provision.json'), '{"edit":')
  t.equal((await card.start()).outcome, 'applied')
})

t.test('a damaged key is said and nothing is applied: it never becomes somebody else', async (t) => {
  const card = new Card(t)
  card.write('name: hall\n')
  await card.start()
  const key = readdirSync(card.path('home')).find((name) => /key/.test(name)) ?? ''
  writeFileSync(card.path('home', key), 'damaged')
  card.write('name: attic\n')
  const { outcome, status } = await card.start()
  t.equal(outcome, 'refused')
  t.match(status, /PeerId: none/)
  t.match(status, /key/)
  t.equal(card.read('home', 'kith.yaml'), 'name: hall\n')
  t.equal(card.read('home', key), 'damaged')
})

t.test(
  "what root writes into the home of another user is that user's",
  { skip: process.getuid?.() === 0 ? false : 'only root can' },
  async (t) => {
    const card = new Card(t)
    chownSync(card.path('home'), 1234, 1234)
    chmodSync(card.folder, 0o755)
    card.write(`name: hall\nowner: ${OWNER}\n`)
    const { outcome, status } = await card.start()
    t.equal(outcome, 'applied', status)
    for (const name of readdirSync(card.path('home')))
      t.equal(statSync(card.path('home', name)).uid, 1234, name)
    t.equal(process.geteuid?.(), 0)
    t.equal(process.getegid?.(), 0)
  }
)
