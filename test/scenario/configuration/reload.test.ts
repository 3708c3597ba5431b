import t, { type Test } from 'tap'
import { devices } from '../../../devices/index.ts'
import { loadConfig } from '../../../src/config/load.ts'
import type { LogFields } from '../../../src/log.ts'
import type { ConfigReload } from '../../../src/node/configuration/views.ts'
import { gaugeDevice } from '../../support/scenario/gauge.ts'
import { type House, type HouseNode, houseFor } from '../../support/scenario/house.ts'

interface Bench {
  readonly house: House
  readonly hall: HouseNode
  readonly desk: HouseNode
  readonly lines: [message: string, fields: LogFields | undefined][]
  readonly levels: string[]
  write(text: string): void
  edit(text: string): Promise<ConfigReload>
  /** The next reading of the configuration waits until the returned function is called. */
  gate(): () => void
}

/** What every edit leaves as it is. */
const STEADY = '  - { type: gauge, name: steady, interval: 1s, filters: [{ median: 3 }] }\n'

function textOf(sensors: string, rest = ''): string {
  return `name: hall\nsensors:\n${STEADY}${sensors}${rest}`
}

async function benchFor(t: Test): Promise<Bench> {
  const house = houseFor(t)
  const lines: Bench['lines'] = []
  const note = (message: string, fields?: LogFields): void => void lines.push([message, fields])
  const log = { debug() {}, info: note, warn: note, error: note }
  const hall = await house.start('hall', { extra: ['steady', 'turned', 'guest', 'secret'], log })
  const desk = await house.start('desk')
  await house.stop(hall)
  let text = textOf('')
  const levels: string[] = []
  const device = gaugeDevice((name) => hall.gauge(name))
  let gated: Promise<void> = Promise.resolve()
  const load = () => loadConfig({ text, file: 'kith.yaml', devices: [...devices, device] })
  const configSource = {
    file: 'kith.yaml',
    load: async () => {
      await gated
      return load()
    },
    setLogLevel: (level: string) => void levels.push(level)
  }
  await house.run(hall, { configSource })
  await house.link(desk, hall)
  return {
    house,
    hall,
    desk,
    lines,
    levels,
    gate() {
      const { promise, resolve } = Promise.withResolvers<void>()
      gated = promise
      return resolve
    },
    write(now) {
      text = now
    },
    async edit(now) {
      text = now
      return await house.while(hall.operations.configReload())
    }
  }
}

/** From the first to the last each value once and in order. */
function isWhole(values: readonly unknown[]): boolean {
  return values.every((value, index) => index === 0 || value === Number(values[index - 1]) + 1)
}

t.test('an owner that is named owns the node, and one that is not named any more does not', async (t) => {
  const { hall, desk, edit } = await benchFor(t)
  await edit(textOf(''))
  const { access, book } = hall.running.assembled.peers
  const caller = { peer: desk.peer, host: undefined, direct: false }
  const owns = (): boolean => access.decide({ kind: 'peer', caller }, 'own', { kind: 'node' }).allowed
  t.match(await edit(textOf('', `owner: ${desk.peer}\n`)), {
    state: 'applied',
    changed: ['owner'],
    pending: []
  })
  t.ok(owns())
  t.match(book.get('owner'), { peer: desk.peer })
  t.notOk(book.get('owner')?.may)
  const other = '12D3KooWRawPbxPtP1eZaJpumGnyWX2DcUyd3RQnydr3eAto4Az7'
  await edit(textOf('', `owner: ${other}\n`))
  t.notOk(owns())
  t.same(
    book.entries().map(({ peer }) => peer),
    [other],
    'the former is removed from the book'
  )
  await edit(textOf(''))
  t.notOk(access.grants(other))
})

t.test('100 edits, good and bad, while readings flow: only what changed is opened anew', async (t) => {
  const { house, hall, desk, edit } = await benchFor(t)
  await edit(textOf(''))
  await house.until(() => hall.gauge('steady').samples > 3)
  const run = hall.running.assembled.sensing.author().run
  let turned = 0
  for (let i = 0; i < 100; i++) {
    const bad = i % 4 === 3
    const guest = i % 2 === 0 ? '  - { type: gauge, name: guest, interval: 1s }\n' : ''
    const interval = 1 + (Math.floor(i / 10) % 2)
    const changing = `  - { type: gauge, name: turned, interval: ${interval}s }\n`
    const result = await edit(textOf(`${changing}${guest}`, bad ? 'nonsense: 1\n' : ''))
    t.equal(result.state === 'refused', bad, `edit ${i}`)
    if (result.changed.includes('sensors.turned')) turned += 1
    await house.pass(700)
  }
  t.same(hall.running.assembled.sensing.author().run, run, 'one run')
  const [steady, opened] = [hall.gauge('steady'), hall.gauge('turned')]
  t.equal(steady.opened, 1, 'it was never touched')
  t.equal(turned, 10)
  t.equal(opened.opened, 10, 'opened once for each change')
  t.equal(opened.closed, 9)
  t.ok(hall.gauge('guest').opened > 10)
  t.ok(hall.gauge('guest').opened - hall.gauge('guest').closed <= 1)
  await house.pass(3_000)
  const own = hall.history(hall.series('turned'))
  t.ok(own.length > 40)
  t.ok(
    isWhole(own.map(({ value }) => value)),
    'of a sensor that was opened anew none is lost and none is twice'
  )
  t.ok(isWhole(own.map(({ position }) => position.seq)), 'its positions go on')
  const there = desk.received.filter(({ series }) => series === hall.series('turned'))
  t.ok(isWhole(there.map(({ value }) => value)), 'nor elsewhere')
  const still = hall.history(hall.series('steady'))
  t.ok(isWhole(still.map(({ position }) => position.seq)))
  t.equal(still.length, steady.samples, 'each sample is a reading')
})

t.test('what is asked during a reload is one more, and the newest content wins', async (t) => {
  const { house, hall, edit, write } = await benchFor(t)
  await edit(textOf(''))
  const edits = ['one', 'two', 'three', 'four'].map((word) => {
    write(textOf('', `purposes: [${word}]\n`))
    return hall.operations.configReload()
  })
  const results = await house.while(Promise.all(edits))
  t.same((await hall.operations.status()).purposes, ['four'])
  t.ok(new Set(results.slice(1)).size === 1, 'one answer for all who waited')
})

t.test('the catalogue tells of it; what needs a restart is named until then', async (t) => {
  const { house, hall, desk, edit } = await benchFor(t)
  const guest = '  - { type: gauge, name: guest, interval: 1s }\n'
  const result = await edit(textOf(guest, 'purposes: [climate]\nlisten: [/ip4/127.0.0.1/tcp/5001]\n'))
  t.match(result, { state: 'applied', pending: ['listen'] })
  t.ok(result.changed.includes('sensors.guest'))
  t.match((await hall.operations.status()).config, { pending: ['listen'] })
  const catalogue = () => desk.running.assembled.peers.catalogues.mostComplete(hall.peer)?.catalogue
  await house.until(() => catalogue()?.purposes[0] === 'climate')
  t.ok(catalogue()?.series.some(({ name }) => name === hall.series('guest')))
  await edit(textOf('', 'purposes: [climate]\n'))
  t.equal((await hall.operations.status()).config, undefined, 'nothing waits any more')
  await house.until(() => catalogue()?.series.every(({ name }) => name !== hall.series('guest')) === true)
})

t.test('a configuration that is wrong changes nothing, and says where and why', async (t) => {
  const { hall, edit, lines, levels } = await benchFor(t)
  await edit(textOf('', 'log: { level: warn }\n'))
  t.same(levels, ['warn'])
  const result = await edit(textOf('', 'log: { level: loud }\nname: attic\n'))
  t.match(result, { state: 'refused', changed: [] })
  t.ok(result.problems.some(({ line, hint, message }) => line !== undefined && `${message}${hint}` !== ''))
  t.match((await hall.operations.status()).config?.refused?.problems, result.problems)
  t.equal((await hall.operations.status()).name, 'hall')
  t.ok(lines.some(([message]) => message.includes('not taken')))
  await edit(textOf(''))
  t.equal((await hall.operations.status()).config, undefined)
})

t.test('a sensor whose driver this run does not have waits for the next start', async (t) => {
  const { hall, edit } = await benchFor(t)
  const { live } = hall.running.assembled
  await edit(textOf(''))
  const result = await edit(
    textOf(
      '  - { type: tmp102, name: cold, bus: attic }\n',
      'buses: [{ name: attic, bus: i2c-1, address: 0x70, channel: 0 }]\n'
    )
  )
  t.same(result.pending.toSorted(), ['buses.attic', 'sensors.cold'])
  t.notOk(live.current.sensors.some(({ name }) => name === 'cold'))
})

t.test('who is denied now is cut off at once', async (t) => {
  const { house, hall, desk, edit } = await benchFor(t)
  await edit(textOf('', `deny: [${desk.peer}]\n`))
  await house.until(() => !hall.isConnectedTo(desk))
  t.ok(hall.running.assembled.peers.admission.denies(desk.peer))
  await edit(textOf(''))
  t.notOk(hall.running.assembled.peers.admission.denies(desk.peer))
})

t.test('a sensor that becomes private, or private and away, gives nothing to strangers', async (t) => {
  const { house, hall, desk, edit } = await benchFor(t)
  const secret = '  - { type: gauge, name: secret, interval: 1s }\n'
  await edit(textOf(secret))
  const heard = () => desk.received.filter(({ series }) => series === hall.series('secret')).length
  await house.until(() => heard() > 2)
  await edit(textOf(secret.replace(' }', ', private: true }')))
  t.equal(hall.gauge('secret').opened, 1, 'it is not opened anew for that')
  await house.pass(2_000)
  const before = heard()
  await house.pass(5_000)
  t.equal(heard(), before)
  await edit(textOf(''))
  const asked = desk.operations.ask({ who: hall.peer, what: 'secret' }, new AbortController().signal)
  const values = await house.while(asked.then((views) => views.map(({ value }) => Number(value))))
  t.ok(
    values.every((value) => value < before),
    'what it measured while it was private stays so'
  )
})

t.test('a node whose configuration is no file says so', async (t) => {
  const house = houseFor(t)
  const hall = await house.start('hall')
  await t.rejects(hall.operations.configReload(), { code: 'no-config-file' })
})

t.test('a grant is in force at once, and gone at once', async (t) => {
  const { hall, desk, edit } = await benchFor(t)
  const { access } = hall.running.assembled.peers
  const caller = { peer: desk.peer, host: undefined, direct: true }
  const configures = (): boolean =>
    access.decide({ kind: 'peer', caller }, 'configure', { kind: 'node' }).allowed
  await edit(textOf(''))
  t.notOk(configures())
  const result = await edit(textOf('', `access: [{ who: ${desk.peer}, may: [configure] }]\n`))
  t.same(result.changed, ['access'])
  t.ok(configures())
  await edit(textOf(''))
  t.notOk(configures())
})

t.test('sources of time are taken, the chip that one of them needs is not', async (t) => {
  const { hall, edit } = await benchFor(t)
  await edit(textOf(''))
  t.match(await edit(textOf('', 'time: { sources: [neighbours] }\n')), {
    changed: ['time.sources'],
    pending: []
  })
  t.equal((await hall.operations.status()).time.quality, 2)
  t.match(await edit(textOf('', 'time: { check: 1min }\n')), {
    changed: ['time.sources'],
    pending: ['time.check']
  })
  t.equal((await hall.operations.status()).time.quality, 0)
})

t.test('a node that stops while it reads its configuration opens nothing any more', async (t) => {
  const { house, hall, edit, gate } = await benchFor(t)
  await edit(textOf(''))
  const read = gate()
  const reload = edit(textOf('  - { type: gauge, name: guest, interval: 1s }\n'))
  const { live } = hall.running.assembled
  const stopped = hall.running.stop()
  read()
  await reload
  await stopped
  await house.pass(3_000)
  t.equal(hall.gauge('guest').opened, 0)
  t.equal(hall.gauge('steady').closed, hall.gauge('steady').opened)
  t.ok(live.current.sensors.length > 0)
})

t.test('a sensor that cannot be made keeps none of the others from running', async (t) => {
  const { house, hall, edit } = await benchFor(t)
  await edit(textOf('  - { type: gauge, name: turned, interval: 1s }\n'))
  await house.until(() => hall.gauge('turned').samples > 1)
  const { sensing, live } = hall.running.assembled
  const [steady, turned] = live.current.sensors
  if (steady === undefined || turned === undefined) throw new Error('two are configured')
  const wanted = [{ ...turned, interval: 2_000 }, { ...steady, name: 'guest', type: 'none' }, steady]
  await t.rejects(house.while(sensing.sensors.update(wanted)), { code: 'unknown-device' })
  const { opened, samples } = hall.gauge('turned')
  await house.pass(5_000)
  t.equal(hall.gauge('turned').opened, 2)
  t.ok(hall.gauge('turned').samples > samples, `opened ${opened}`)
  await house.while(
    sensing.sensors.update([{ ...turned, interval: 2_000 }, { ...steady, name: 'guest' }, steady])
  )
  await house.until(() => hall.gauge('guest').samples > 1)
  t.equal(hall.gauge('steady').opened, 1)
})

t.test('the history of a sensor that is away is for the book, also after a restart', async (t) => {
  const house = houseFor(t)
  const guest = await house.start('guest')
  const extra = ['secret', 'open']
  const config = [
    '  - { type: gauge, name: secret, interval: 1s, private: true }',
    '  - { type: gauge, name: open, interval: 1s }'
  ]
  const hall = await house.start('hall', { home: true, gauges: ['air'], extra, config: config.join('\n') })
  await house.link(guest, hall)
  await house.pass(5_000)
  const count = async (gauge: string): Promise<number | string> => {
    const { queries } = guest.running.assembled.clients
    const request = { n: hall.series(gauge), limit: 1000 }
    const read = async (): Promise<number> => {
      let readings = 0
      const signal = new AbortController().signal
      for await (const event of queries.history(hall.peer, ['/sensor/temp/v1'], request, signal))
        if (event.kind === 'sealed') readings += event.sealed.readings.length
      return readings
    }
    return await house.while(read()).catch((error: { code: string }) => error.code)
  }
  t.equal(await count('secret'), 'no-such')
  t.not(await count('open'), 'no-such')
  await house.stop(hall)
  Object.assign(hall.plan, { config: '' })
  await house.run(hall)
  await house.link(guest, hall)
  await house.pass(2_000)
  t.equal(await count('secret'), 'no-such')
  t.equal(await count('open'), 'no-such', 'nothing says any more that it was not private')
  t.not(await count('air'), 'no-such')
})
