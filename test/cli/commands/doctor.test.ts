import { chmodSync, chownSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateKeyPair, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import t, { type Test } from 'tap'
import { systemClock } from '../../../src/clock.ts'
import { silentLog } from '../../../src/log.ts'
import type { SwitchView } from '../../../src/node/api/operations.ts'
import { startControlServer } from '../../../src/node/control/server.ts'
import type { Finding } from '../../../src/node/doctor/finding.ts'
import { FakeOperations } from '../../support/fakes/operations.ts'
import { pump } from '../../support/fakes/views.ts'
import { localTcp, startNetwork } from '../../support/memory-network.ts'
import { runCommand } from '../../support/process/command-run.ts'

const KEY = await generateKeyPair('Ed25519')

async function findings(
  home: string,
  environment: Record<string, string> = {}
): Promise<{ status: number; of: (about: string) => Finding | undefined; all: Finding[] }> {
  // A fixed free port: what else runs on this machine is not the subject.
  const free = { KITH_LISTEN: '/ip4/127.0.0.1/tcp/0', ...environment }
  const { out, status } = await runCommand('doctor --json', { home, environment: free, clock: systemClock })
  const all = JSON.parse(out) as Finding[]
  return { status, all, of: (about) => all.find((finding) => finding.about === about) }
}

function freshHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'kith-doctor-'))
  writeFileSync(join(home, 'identity.key'), privateKeyToProtobuf(KEY), { mode: 0o600 })
  return home
}

async function occupied(t: Test): Promise<number> {
  const server: Server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

t.test('a history that was set aside is named, also while no node runs', async (t) => {
  const home = freshHome()
  writeFileSync(join(home, 'history.sqlite.damaged-1795910400'), '')
  const { of } = await findings(home)
  t.match(of('history'), { state: 'warn', text: /^1 damaged file set aside: .*damaged-1795910400$/ })
})

t.test('every problem has a hint', async (t) => {
  const { all, of } = await findings(freshHome())
  for (const { state, about, cure } of all)
    t.equal(cure !== undefined, state !== 'ok', `${about} is ${state}`)
  t.match(of('machine')?.text, `Node ${process.versions.node}`)
  t.equal(of('home')?.state, 'ok')
  t.equal(of('identity')?.state, 'ok')
  t.match(of('node'), { state: 'warn', cure: 'kith run' })
})

t.test('problems are found', async (t) => {
  const home = freshHome()
  chmodSync(join(home, 'identity.key'), 0o644)
  chmodSync(home, 0o755)
  const port = await occupied(t)
  const { status, of, all } = await findings(home, {
    KITH_LISTEN: `/ip4/127.0.0.1/tcp/${port}`,
    KITH_SENSORS: '[{ type: tmp102, name: air, bus: i2c-99, address: 0x48 }]',
    KITH_SWITCHES: '[{ name: pump, line: GPIO27 }]'
  })
  t.equal(status, 1)
  t.match(of('identity'), { state: 'bad', cure: /chmod 600/ })
  t.match(of('home'), { state: 'warn', cure: /chmod 700/ })
  t.match(of('port'), { state: 'bad', text: /in use by another program/, cure: new RegExp(String(port)) })
  t.match(of('i2c-99'), { state: 'bad', text: /\/dev\/i2c-99 does not exist/, cure: /i2c-dev/ })
  t.ok(
    all.some(({ about }) => /^gpio(chip\d+)?$/.test(about)),
    'and the pins are looked for'
  )
})

t.test('files that a node would refuse are found before it starts', async (t) => {
  const home = freshHome()
  writeFileSync(join(home, 'identity.key'), 'garbage')
  writeFileSync(join(home, 'book.yaml'), 'x: [\n')
  const { of } = await findings(home)
  t.match(of('identity'), {
    state: 'bad',
    text: /is not a key \(7 bytes\)/,
    cure: /restore it from a backup/
  })
  t.match(of('book'), { state: 'bad', text: /book\.yaml: [^\n]* at line 2/, cure: /mend the entry/ })
  const peer = '12D3KooWMFbyWpEpag1TWQgq8wF3LAGxuduCniJwioo54e3yZ2ES'
  writeFileSync(join(home, 'book.yaml'), `- name: hall\n  peer: ${peer}\n  adresses: []\n`)
  const { of: edited } = await findings(home)
  t.match(edited('book'), {
    state: 'warn',
    text: /book\.yaml:1: entry "hall": "adresses" is not a key/,
    cure: /addresses/
  })
  const file = join(home, 'identity.key')
  t.match((await findings(file)).of('home'), { state: 'bad', text: `${file} is not a folder` })
})

t.test('a wrong configuration is reported with its place, and the other checks run', async (t) => {
  const home = freshHome()
  writeFileSync(join(home, 'kith.yaml'), 'name: hall\nhistory:\n  age: 7\n')
  const { status, of } = await findings(home)
  t.equal(status, 1)
  t.match(of('config'), { state: 'bad', text: /kith\.yaml:3:8 {2}history\.age: 7 has no unit/ })
  t.ok(of('disk'))
})

t.test('a home that others could replace', async (t) => {
  const above = mkdtempSync(join(tmpdir(), 'kith-doctor-'))
  const home = join(above, 'home')
  mkdirSync(home, { mode: 0o700 })
  chmodSync(above, 0o777)
  const { all } = await findings(home)
  t.match(
    all.filter(({ about }) => about === 'home'),
    [{ state: 'ok' }, { state: 'bad', text: /everybody may write in/, cure: `chmod o-w ${above}` }]
  )
  if (process.geteuid?.() !== 0) return
  chownSync(above, 0, 100)
  chmodSync(above, 0o775)
  t.match(
    (await findings(home)).all.filter(({ about }) => about === 'home'),
    [{ state: 'ok' }, { state: 'warn', text: /group 100 may write in/, cure: `chmod g-w ${above}` }]
  )
})

t.test('what works no more as it was written is named', async (t) => {
  const home = freshHome()
  const peer = '12D3KooWMFbyWpEpag1TWQgq8wF3LAGxuduCniJwioo54e3yZ2ES'
  writeFileSync(
    join(home, 'kith.yaml'),
    'relay: false\nstore: [hall, climate, attic, { claimed: soil }]\ndeny: [cellar]\n'
  )
  writeFileSync(
    join(home, 'book.yaml'),
    `- name: hall\n  peer: ${peer}\n  purposes: [climate]\n  may: ['operate:heater']\n`
  )
  const { all } = await findings(home)
  const warnings = all.filter(({ about, state }) => about === 'config' && state === 'warn')
  t.match(warnings, [
    { text: /kith\.yaml:1:1 {2}relay: is now called forward$/ },
    { text: /kith\.yaml:1:8 {2}forward: (true|false) is now called (near|off)$/ },
    { text: /^store: "attic" is neither a name nor a purpose in the book/, cure: /claimed: attic/ },
    { text: /^deny: "cellar" is neither/ },
    { text: /^book: hall: operate:heater: this node has no heater: this grants nothing$/ }
  ])
  t.equal(warnings.length, 5)
})

t.test('no home at all', async (t) => {
  const { of } = await findings(join(tmpdir(), 'kith-none', 'nowhere', 'at', 'all'))
  t.match(of('home'), { state: 'warn', cure: /kith init/ })
  t.ok(of('disk'), 'of the nearest folder there is')
})

t.test('a running node is asked for its faults', async (t) => {
  const home = freshHome()
  const limits = { connections: 4, streams: 4, requestBytes: 1000, timeout: 1000 }
  const operations = new FakeOperations()
  const server = await startControlServer({ home, operations, clock: systemClock, log: silentLog, limits })
  t.teardown(() => server.close())
  const { status, of } = await findings(home)
  t.equal(status, 1)
  t.match(of('node'), { state: 'ok', text: /process 4711/ })
  t.match(of('soil'), { state: 'bad', text: /ads1115 at 0x48 on i2c-1/, cure: /wiring/ })
  t.match(of('history'), { state: 'bad', text: /read-only/ })
  t.equal(of('port'), undefined, 'its ports are its own')
})

t.test('an output that a stop leaves away from its safe state', async (t) => {
  const home = freshHome()
  const limits = { connections: 4, streams: 4, requestBytes: 1000, timeout: 1000 }
  const operations = Object.assign(new FakeOperations(), {
    switch: async (): Promise<SwitchView[]> => [
      { ...pump, persists: false, whenLost: 'on' },
      { ...pump, persists: false, name: 'fan', safe: 'on', whenLost: 'on' },
      { ...pump, persists: false, name: 'lamp', whenLost: 'safe' }
    ]
  })
  const server = await startControlServer({ home, operations, clock: systemClock, log: silentLog, limits })
  t.teardown(() => server.close())
  const { all } = await findings(home)
  const outputs = all.filter(({ about }) => ['pump', 'fan', 'lamp'].includes(about))
  t.match(outputs, [
    { about: 'pump', state: 'ok' },
    { about: 'pump', state: 'warn', text: /stop of the node leaves it on/, cure: /whenLost: safe/ },
    { about: 'fan', state: 'ok' },
    { about: 'lamp', state: 'ok' }
  ])
  t.equal(outputs.length, 4)
})

t.test('a port that another kith holds is not called another program’s', async (t) => {
  const network = await startNetwork({ carrier: localTcp() })
  t.teardown(() => network.stop())
  const [, , , , port] = String(network.getMultiaddrs()[0]).split('/')
  const { of } = await findings(freshHome(), { KITH_LISTEN: `/ip4/127.0.0.1/tcp/${port}` })
  t.match(of('port'), { state: 'warn', text: /libp2p node, probably kith/ })
})

t.test('an address that the machine does not have is found before a node starts', async (t) => {
  const { status, of } = await findings(freshHome(), { KITH_LISTEN: '/ip4/192.0.2.1/tcp/4001' })
  t.equal(status, 1)
  t.match(of('port'), { state: 'bad', text: '/ip4/192.0.2.1/tcp/4001 is not an address of this machine' })
})

t.test('a libp2p node on the port is recognised by an answer in pieces', async (t) => {
  const server = createServer((socket) => {
    socket.setNoDelay(true).write(Buffer.of(19))
    setTimeout(() => socket.end('/multistream/1.0.0\n'), 20)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const { of } = await findings(freshHome(), { KITH_LISTEN: `/ip4/127.0.0.1/tcp/${port}` })
  t.match(of('port'), { state: 'warn', text: /in use by a libp2p node/ })
})
