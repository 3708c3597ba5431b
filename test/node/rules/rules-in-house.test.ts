import t from 'tap'
import { type House, type HouseNode, houseFor } from '../../support/scenario/house.ts'

/** The state and the number of firings of each rule. */
async function rulesOf(node: HouseNode): Promise<string> {
  const views = await node.operations.rules()
  return views.map(({ name, state, fired }) => `${name} ${state} ${fired}`).join(', ')
}

async function stateOf(house: House, node: HouseNode, name: string): Promise<string | undefined> {
  return (await house.while(node.operations.switch({ name })))[0]?.state
}

/** A gauge that stays where it is put. */
function put(node: HouseNode, name: string, value: number): void {
  const gauge = node.gauge(name)
  gauge.counts = false
  gauge.next = value
}

/** The messages of a log, all levels in one list. */
function logOf(lines: string[]) {
  const line = (message: string): void => {
    lines.push(message)
  }
  return { debug() {}, info: line, warn: line, error: line }
}

t.test('rules about own readings and those of a peer of the book, over gossip', async (t) => {
  const house = houseFor(t)
  const lines: string[] = []
  const hall = await house.start('hall', { gauges: ['air'] })
  put(hall, 'air', 35)
  const desk = await house.start('desk', {
    gauges: ['soil'],
    log: logOf(lines),
    config: `rules:
  - { name: dry, when: { series: soil/temperature, above: 30 }, then: [{ log: it is hot at the desk }] }
  - { name: hot, when: { series: hall/air/temperature, above: 30, clear: 28 }, then: [{ log: it is hot in the hall }] }
  - { name: gone, when: { series: hall/air/temperature, is: stale }, then: [{ log: the hall is gone }] }
  - { name: slip, when: { series: soil/temprature, is: fault }, then: [{ log: never }] }`
  })
  put(desk, 'soil', 20)
  t.match(lines.join('\n'), /rule hot: "hall" is not in the book/)
  t.match(lines.join('\n'), /rule slip: this node does not measure soil\/temprature/)
  await house.link(desk, hall)
  await house.pass(3000)
  t.equal(
    await rulesOf(desk),
    'dry ready 0, hot waiting 0, gone waiting 0, slip waiting 0',
    'a claimed name is nobody’s'
  )
  await desk.operations.bookPut({ name: 'hall', who: hall.peer })
  await house.until(() => lines.includes('it is hot in the hall'))
  put(hall, 'air', 20)
  put(desk, 'soil', 31)
  await house.until(() => lines.includes('it is hot at the desk'))
  await house.pass(3000)
  t.equal(await rulesOf(desk), 'dry holds 1, hot ready 1, gone ready 0, slip waiting 0')
  await house.stop(hall)
  await house.until(() => lines.includes('the hall is gone'))
  t.equal(await rulesOf(desk), 'dry holds 1, hot ready 1, gone holds 1, slip waiting 0')
  t.match((await desk.operations.status()).counters, { 'rules.fired': 3 })
})

t.test(
  'rules switch an output of this node, and of one that grants it, and are told a refusal',
  async (t) => {
    const house = houseFor(t)
    const hall = await house.start('hall', { config: 'switches: [{ name: lamp, line: GPIO17 }]' })
    const desk = await house.start('desk', {
      gauges: ['soil'],
      config: `switches: [{ name: pump, line: GPIO27 }]
rules:
  - name: dry
    when: { series: soil/temperature, above: 30 }
    then: [{ switch: hall/lamp, to: on, for: 10min }, { switch: pump, to: on }]`
    })
    put(desk, 'soil', 20)
    await desk.operations.bookPut({ name: 'hall', who: hall.peer })
    await house.link(desk, hall)
    await house.pass(2000)
    t.same([await stateOf(house, hall, 'lamp'), await stateOf(house, desk, 'pump')], ['off', 'off'])
    put(desk, 'soil', 31)
    const results = async (): Promise<number> => (await desk.operations.rules())[0]?.last?.results.length ?? 0
    let done = 0
    await house.until(() => {
      void results().then((count) => {
        done = count
      })
      return done === 2
    })
    const [refused] = await desk.operations.rules()
    t.match(refused?.last?.results[0], { does: 'switch hall/lamp on for 10 min', error: /operate/ })
    t.equal(refused?.state, 'fault')
    t.same([await stateOf(house, hall, 'lamp'), await stateOf(house, desk, 'pump')], ['off', 'on'])
    t.match((await desk.operations.switchLog({ name: 'pump' })).at(-1), { who: 'rule dry', answer: 'on' })
    await hall.operations.bookPut({ name: 'desk', who: desk.peer, may: ['operate:lamp'] })
    put(desk, 'soil', 20)
    await house.pass(60_000)
    put(desk, 'soil', 31)
    const isOn = async (): Promise<boolean> =>
      (await hall.operations.switch({ name: 'lamp' }))[0]?.state === 'on'
    let on = false
    await house.until(() => {
      void isOn().then((state) => {
        on = state
      })
      return on
    })
    t.equal((await desk.operations.rules())[0]?.fired, 2)
  }
)

t.test('a peer that leaves the book is nobody to a rule that holds', async (t) => {
  const house = houseFor(t)
  const hall = await house.start('hall', { gauges: ['air'] })
  put(hall, 'air', 35)
  const desk = await house.start('desk', {
    config: `rules:
  - { name: hot, when: { series: hall/air/temperature, above: 30 }, then: [{ log: hot }], repeat: 1min }`
  })
  await house.link(desk, hall)
  await desk.operations.bookPut({ name: 'hall', who: hall.peer })
  await house.until(() => desk.running.assembled.rules.views()[0]?.fired === 1)
  await desk.operations.bookRemove('hall')
  await house.pass(5 * 60_000)
  t.equal(await rulesOf(desk), 'hot waiting 1')
})

t.test('rules of a changed kith.yaml, and of a node for one command', async (t) => {
  const house = houseFor(t)
  const config = 'rules: [{ name: a, when: { time: "06:30" }, then: [{ log: x }] }]'
  const short = await house.start('short', { config, shortLived: true })
  t.same(await short.operations.rules(), [])
  const long = await house.start('long', { config })
  t.equal(await rulesOf(long), 'a ready 0')
  const none = await house.start('none')
  t.same(await none.operations.rules(), [])
})

t.test('a message comes as one of an application, from the node of the rule', async (t) => {
  const house = houseFor(t)
  const desk = await house.start('desk')
  const hall = await house.start('hall', {
    gauges: ['air'],
    config: `rules:
  - { name: hot, when: { series: air/temperature, above: 30 }, then: [{ send: desk, protocol: /note/text/v1, text: it is hot }] }`
  })
  put(hall, 'air', 20)
  await hall.operations.bookPut({ name: 'desk', who: desk.peer })
  await house.link(hall, desk)
  const received: string[] = []
  await desk.running.assembled.transports.network.handle('/note/text/v1', (stream, connection) => {
    stream.addEventListener('message', ({ data }) => {
      received.push(`${connection.remotePeer} ${Buffer.from(data.subarray()).toString('hex')}`)
    })
  })
  await house.pass(2000)
  t.same(received, [])
  put(hall, 'air', 31)
  await house.until(() => received.length > 0)
  // The length as a varint, then the text.
  t.same(received, [`${hall.peer} 09${Buffer.from('it is hot').toString('hex')}`])
  await house.until(() => hall.running.assembled.rules.views()[0]?.last?.results.length === 1)
  t.equal(hall.running.assembled.rules.views()[0]?.last?.results[0]?.error, undefined)
})
