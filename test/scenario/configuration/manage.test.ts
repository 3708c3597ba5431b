import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { devices } from '../../../devices/index.ts'
import { loadWithDevices } from '../../../src/config/load-with-devices.ts'
import type { ManageAsk } from '../../../src/node/api/manage/manage-ask.ts'
import type { ConfigSource } from '../../../src/node/configuration/live-config.ts'
import { hashOf, restoreUnconfirmed } from '../../../src/node/configuration/unconfirmed.ts'
import type { ConfigPutResult, ConfigView } from '../../../src/node/manage/views.ts'
import { FrameReader } from '../../../src/protocol/frame-stream.ts'
import { decodeAnswer } from '../../../src/protocol/manage/codec.ts'
import { MANAGE_PROTOCOL } from '../../../src/protocol/manage/index.ts'
import { gaugeDevice } from '../../support/scenario/gauge.ts'
import { all, codeOf, type House, type HouseNode, houseFor } from '../../support/scenario/house.ts'

const LIMITS = 'limits: { manage: { confirm: 5s } }'
const AIR = 'sensors:\n  - { type: gauge, name: air, interval: 1s }\n'

interface Bench {
  readonly house: House
  readonly hall: HouseNode
  readonly desk: HouseNode
  readonly file: string
  /** The configuration of the hall, which grants the desk these words. */
  granting(words: readonly string[], rest?: string): string
  /** Writes it there, and has it taken. */
  grant(...words: string[]): Promise<void>
  /** What is put is made of the file as it is, unless a base is given. */
  ask<T>(ask: Omit<ManageAsk, 'who'>): Promise<T>
}

/** A hall whose configuration is a file, and a desk that is near. */
async function benchFor(t: Test, restart?: () => void): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'kith-manage-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'kith.yaml')
  const house = houseFor(t)
  const hall = await house.start('hall', { extra: ['air', 'roof'], home: true, config: LIMITS })
  const desk = await house.start('desk')
  await house.stop(hall)
  const granting = (words: readonly string[], rest = AIR): string =>
    `name: hall\n${LIMITS}\n${rest}${words.length === 0 ? '' : `access: [{ who: ${desk.peer}, may: [${words.join(', ')}] }]\n`}`
  writeFileSync(file, granting([]))
  const device = gaugeDevice((name) => hall.gauge(name))
  const configSource: ConfigSource = {
    file,
    load: (given) =>
      loadWithDevices({ ...given, file, folder, clock: house.clock, devices: [...devices, device] }),
    setLogLevel: () => {}
  }
  await house.run(hall, { configSource, ...(restart === undefined ? {} : { restart }) })
  await house.link(desk, hall)
  const ask = async <T>(given: Omit<ManageAsk, 'who'>): Promise<T> => {
    const base = hashOf(readFileSync(file, 'utf8'))
    const request = given.op === 'put' ? { base, ...given } : given
    const asking = all(desk.operations.manage({ who: hall.peer, ...request }, new AbortController().signal))
    const [value] = await house.while(asking)
    return value as T
  }
  return {
    house,
    hall,
    desk,
    file,
    granting,
    ask,
    async grant(...words) {
      writeFileSync(file, granting(words))
      await house.while(hall.operations.configReload())
    }
  }
}

const OPS: readonly Omit<ManageAsk, 'who'>[] = [
  { op: 'status' },
  { op: 'doctor' },
  { op: 'logs' },
  { op: 'config' },
  { op: 'check', text: AIR },
  { op: 'put', text: AIR, base: '00'.repeat(32) },
  { op: 'confirm', ticket: '00'.repeat(16) },
  { op: 'restart' }
]

t.test('every op is denied to whom nothing, or another word, is granted', async (t) => {
  const { ask, grant, hall } = await benchFor(t)
  for (const words of [[], ['read', 'operate']]) {
    await grant(...words)
    for (const request of OPS) t.equal(await codeOf(ask(request)), 'denied', `${request.op} with ${words}`)
  }
  const { counters } = await hall.operations.status()
  t.equal(counters['manage.denied'], 2 * OPS.length)
  t.equal(counters['access.refused.configure'], 2 * OPS.length)
})

t.test('the refusal comes before anything is read', async (t) => {
  const { house, hall, desk } = await benchFor(t)
  const connection = desk.running.assembled.peers.autoDialer.connection(hall.peer)
  const stream = await connection?.newStream(MANAGE_PROTOCOL)
  if (stream === undefined) throw new Error('no stream')
  const answers: unknown[] = []
  new FrameReader({
    stream,
    maxBytes: 1000,
    onFrame: (frame) => answers.push(decodeAnswer(frame)),
    onRemoteEnd: () => {},
    onClose: () => {}
  })
  await house.until(() => answers.length > 0)
  t.match(answers, [{ error: ['denied', /needs configure .* kith book add/] }])
})

t.test('with configure: status, doctor, log and configuration', async (t) => {
  const { ask, grant, hall, file } = await benchFor(t)
  await grant('configure')
  t.match(await ask({ op: 'status' }), { peer: hall.peer, name: 'hall', sensors: [{ name: 'air' }] })
  t.ok((await ask<{ about: string }[]>({ op: 'doctor' })).some(({ about }) => about === 'home'))
  t.match(await ask({ op: 'logs', n: 1 }), { level: /info|warn/, msg: /./ })
  const view = await ask<ConfigView>({ op: 'config' })
  t.equal(view.text, readFileSync(file, 'utf8'))
  t.ok(view.options?.some(({ path, origin }) => path === 'name' && origin === `${file}:1:7`))
  t.equal(await codeOf(ask({ op: 'restart' })), 'denied', 'that needs own')
})

t.test('a text that is put is checked, applied, kept and confirmed', async (t) => {
  const { house, ask, grant, granting, hall, file } = await benchFor(t)
  await grant('configure')
  await house.until(() => hall.gauge('air').samples > 2)
  const roof = '  - { type: gauge, name: roof, interval: 1s }\n'
  const text = granting(['configure'], `${AIR}${roof}`)
  const before = readFileSync(file, 'utf8')
  t.match(await ask({ op: 'check', text }), { state: 'checked', changed: ['sensors.roof'] })
  t.equal(readFileSync(file, 'utf8'), before, 'checked alone')
  const { sha256 } = await ask<ConfigView>({ op: 'config' })
  const result = await ask<ConfigPutResult>({ op: 'put', text, base: sha256 })
  t.match(result, { state: 'applied', changed: ['sensors.roof'], confirm: 5 })
  t.equal(hall.gauge('air').opened, 1, 'the other sensor is not touched')
  t.equal(await codeOf(ask({ op: 'put', text: before, base: sha256 })), 'busy')
  t.match(await ask({ op: 'confirm', ticket: result.ticket ?? '' }), { confirmed: true })
  t.equal(await codeOf(ask({ op: 'confirm', ticket: result.ticket ?? '' })), 'gone')
  await house.pass(7_000)
  t.equal(readFileSync(file, 'utf8'), text)
  t.equal(readFileSync(`${file}.bak`, 'utf8'), before)
  t.equal(await codeOf(ask({ op: 'put', text: before, base: sha256 })), 'changed')
})

t.test('what was edited there and not taken yet is replaced only by who might have undone it', async (t) => {
  const { ask, grant, granting, desk, file } = await benchFor(t)
  await grant('configure')
  const text = granting(['configure'], '')
  const edited = `${granting(['configure'])}deny: [${desk.peer}]\n`
  writeFileSync(file, edited)
  for (const op of ['check', 'put'] as const)
    t.match(await ask({ op, text }), { state: 'refused', problems: [{ path: 'deny', message: /needs own/ }] })
  t.match(await ask({ op: 'check', text: `${edited}log: { level: debug }\n` }), {
    state: 'refused',
    problems: [{ path: 'deny' }]
  })
  writeFileSync(file, `${edited}nonsense: 1\n`)
  t.match(await ask({ op: 'put', text }), {
    state: 'refused',
    problems: [{ message: /has errors: to replace it needs own/ }]
  })
  t.equal(readFileSync(file, 'utf8'), `${edited}nonsense: 1\n`)
  writeFileSync(file, granting(['own'], ''))
  t.match(await ask({ op: 'put', text }), { state: 'refused', problems: [{ path: 'access' }] })
  await grant('own')
  writeFileSync(file, `${granting(['own'])}nonsense: 1\n`)
  t.match(await ask({ op: 'put', text: granting(['own'], '') }), {
    state: 'applied',
    changed: ['sensors.air']
  })
})

t.test('an emptied text is not taken from afar', async (t) => {
  const { ask, grant } = await benchFor(t)
  await grant('own')
  for (const op of ['check', 'put'] as const)
    t.match(await ask({ op, text: '# nothing\n' }), { state: 'refused', problems: [{ hint: /name: NAME/ }] })
})

t.test('what is not confirmed comes back by itself', async (t) => {
  const { house, ask, grant, granting, hall, file } = await benchFor(t)
  await grant('configure')
  const before = readFileSync(file, 'utf8')
  const result = await ask<ConfigPutResult>({ op: 'put', text: granting(['configure'], '') })
  t.match(result, { state: 'applied', changed: ['sensors.air'] })
  await house.pass(3_000)
  t.same((await hall.operations.status()).sensors, [])
  await house.pass(3_000)
  t.equal(readFileSync(file, 'utf8'), before)
  t.notOk(existsSync(`${file}.unconfirmed`))
  t.match((await hall.operations.status()).sensors, [{ name: 'air' }])
})

t.test('an owner that takes its own right away has it again after the time for it', async (t) => {
  const { house, ask, grant, granting } = await benchFor(t)
  await grant('own')
  const result = await ask<ConfigPutResult>({ op: 'put', text: granting([]) })
  t.match(result, { state: 'applied', changed: ['access'] })
  t.equal(await codeOf(ask({ op: 'confirm', ticket: result.ticket ?? '' })), 'denied')
  await house.pass(6_000)
  t.match(await ask({ op: 'status' }), { name: 'hall' })
})

t.test('a node that ends before the confirmation starts with the one of before', async (t) => {
  const { house, ask, grant, granting, hall, file } = await benchFor(t)
  await grant('configure')
  const before = readFileSync(file, 'utf8')
  await ask({ op: 'put', text: granting(['configure'], '') })
  await house.stop(hall)
  await house.pass(6_000)
  t.not(readFileSync(file, 'utf8'), before, 'nobody touches it meanwhile')
  t.ok(restoreUnconfirmed(file), 'as kith run does')
  t.equal(readFileSync(file, 'utf8'), before)
})

t.test('every error comes back with its line and cure, and nothing is changed', async (t) => {
  const { ask, grant, granting, file } = await benchFor(t)
  await grant('configure')
  const before = readFileSync(file, 'utf8')
  const text = granting(
    ['configure', 'own'],
    'sensors:\n  - { type: gauge, name: air, interval: 1 }\nlog: { level: loud }\n'
  )
  const wrong = await ask<ConfigPutResult>({ op: 'put', text })
  t.equal(wrong.state, 'refused')
  t.match(wrong.problems, [
    { line: 4, path: 'sensors[0].interval', hint: /1s/ },
    { line: 5, path: 'log.level' }
  ])
  t.equal(wrong.ticket, undefined)
  const mine = await ask<ConfigPutResult>({ op: 'put', text: granting(['configure', 'own']) })
  t.match(mine, {
    state: 'refused',
    problems: [{ path: 'access', line: 5, message: /needs own/, hint: /kith book add NAME --may own/ }]
  })
  t.equal(readFileSync(file, 'utf8'), before)
})

t.test(
  'code is never brought in from afar, not by the owner either, and is not run for a check',
  async (t) => {
    const { house, hall, ask, grant, granting, file } = await benchFor(t)
    await grant('own')
    const module = join(file, '..', 'chip.mjs')
    writeFileSync(module, 'globalThis.kithTestRan = true\nexport default []\n')
    const text = granting(['own'], `devices: [./chip.mjs]\n${AIR}`)
    for (const op of ['check', 'put'] as const) {
      const result = await ask<ConfigPutResult>({ op, text })
      t.match(result, {
        state: 'refused',
        problems: [{ path: 'devices[0]', line: 3, message: /only on the machine/ }]
      })
    }
    writeFileSync(file, text)
    t.match(await house.while(hall.operations.configReload()), {
      state: 'refused',
      problems: [{ path: 'devices[0]', hint: /restart the node|start the node again/ }]
    })
    t.match(await ask<ConfigView>({ op: 'config' }), { problems: [{ path: 'devices[0]' }] })
    t.equal(Reflect.get(globalThis, 'kithTestRan'), undefined)
    t.notOk(existsSync(`${file}.unconfirmed`))
  }
)

t.test('secrets are shown to nobody', async (t) => {
  const { house, hall, ask, granting, file } = await benchFor(t)
  writeFileSync(file, `${granting(['own'])}wifi: { ssid: home, password: "correct horse" }\n`)
  await house.while(hall.operations.configReload())
  const view = await ask<ConfigView>({ op: 'config' })
  t.equal(view.text, undefined)
  t.match(
    view.options?.find(({ path }) => path === 'wifi.password'),
    { text: '(secret)' }
  )
  t.notMatch(JSON.stringify(view), /correct horse/)
  writeFileSync(file, `${granting(['own'])}wifi: { password: "correct horse" }\nnonsense: 1\n`)
  const broken = await ask<ConfigView>({ op: 'config' })
  t.ok(broken.problems.length > 0)
  t.notMatch(JSON.stringify(broken), /correct horse/)
})

t.test('a log that is followed ends when the right goes', async (t) => {
  const { house, hall, desk, grant } = await benchFor(t)
  await grant('configure')
  const lines: unknown[] = []
  const following = (async () => {
    const signal = new AbortController().signal
    for await (const line of desk.operations.manage(
      { who: hall.peer, op: 'logs', n: 0, follow: true },
      signal
    ))
      lines.push(line)
  })()
  following.catch(() => {})
  await house.pass(500)
  await grant('configure', 'read')
  await house.until(() => lines.length > 0)
  t.match(lines[0], { msg: 'the configuration is applied' })
  await house.pass(5_000)
  await grant()
  t.equal(await codeOf(house.while(following)), 'denied')
})

t.test('one caller has four requests open, and others have room', async (t) => {
  const { house, hall, desk, ask, grant } = await benchFor(t)
  await grant('configure')
  const end = new AbortController()
  const follow = async (): Promise<string> => {
    const lines = desk.operations.manage({ who: hall.peer, op: 'logs', n: 1, follow: true }, end.signal)
    const { value } = await lines[Symbol.asyncIterator]().next()
    return value === undefined ? 'ended' : 'open'
  }
  const opened = []
  for (let i = 0; i < 4; i++) opened.push(await house.while(follow()))
  t.same(opened, ['open', 'open', 'open', 'open'])
  t.equal(await codeOf(ask({ op: 'status' })), 'busy')
  end.abort(new Error('enough'))
  await house.pass(1_000)
  t.match(await ask({ op: 'status' }), { name: 'hall' })
})

t.test('who asks too often is reset, and others are answered', async (t) => {
  const { house, ask, grant } = await benchFor(t)
  await grant('configure')
  const codes = []
  for (let i = 0; i < 40; i++) codes.push(await codeOf(ask({ op: 'confirm', ticket: '00'.repeat(16) })))
  t.equal(codes[0], 'gone')
  t.ok(codes.some((code) => code !== 'gone'))
  await house.pass(3_000)
  t.match(await ask({ op: 'status' }), { name: 'hall' })
})

t.test('restart: only where something starts the node again', async (t) => {
  let restarts = 0
  const served = await benchFor(t, () => (restarts += 1))
  await served.grant('own')
  t.match(await served.ask({ op: 'restart' }), { restarting: true })
  await served.house.pass(1_000)
  t.equal(restarts, 1)
  const alone = await benchFor(t)
  await alone.grant('own')
  t.equal(await codeOf(alone.ask({ op: 'restart' })), 'unsupported')
})

t.test('a node whose configuration is no file, and one that does not speak it', async (t) => {
  const house = houseFor(t)
  const desk = await house.start('desk')
  const hall = await house.start('hall', { config: `access: [{ who: ${desk.peer}, may: [configure] }]` })
  await house.link(desk, hall)
  const ask = (request: Omit<ManageAsk, 'who'>) =>
    house.while(all(desk.operations.manage({ who: hall.peer, ...request }, new AbortController().signal)))
  t.match(await ask({ op: 'status' }), [{ name: 'hall' }])
  t.equal(await codeOf(ask({ op: 'config' })), 'unsupported')
  t.equal(await codeOf(ask({ op: 'doctor' })), 'unsupported')
})
