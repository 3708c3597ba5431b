import { randomBytes } from 'node:crypto'
import t from 'tap'
import type { Clock } from '../../../src/clock.ts'
import { simulatedWorld } from '../../../src/hal/simulated/world.ts'
import type { Grant } from '../../../src/peer/access/grant.ts'
import {
  decodeSwitchAnswer,
  encodeSwitchRequest,
  type Moment,
  type SetRequest,
  type SwitchAnswer,
  type SwitchRequest
} from '../../../src/protocol/actuator/codec.ts'
import { SWITCH_PROTOCOL } from '../../../src/protocol/actuator/constants.ts'
import { FrameStream } from '../../../src/protocol/frame-stream.ts'
import { codeOf, type House, type HouseNode, houseFor, settle } from '../../support/scenario/house.ts'

const HEATER = 'switches:\n  - { name: heater, line: GPIO27, maxOn: 2h }\n  - { name: lamp, line: GPIO22 }'

/** A node with two switches, of which the other one may operate the heater. */
async function pair(house: House) {
  const den = await house.start('den')
  const hall = await house.start('hall', { config: `${HEATER}\naccess: [${operate(den)}]`, home: true })
  await house.link(den, hall)
  return { den, hall }
}

function operate({ peer }: HouseNode): string {
  return `{ who: ${peer}, may: [operate], on: [heater] }`
}

function level(node: HouseNode, line = 'GPIO27'): number | undefined {
  return node.world?.lines.level(line)
}

function grant(node: HouseNode, ...grants: Grant[]): void {
  node.running.assembled.peers.access.update(grants, new Set())
}

/** A stream of commands, by hand. */
class RawSwitch {
  readonly answers: SwitchAnswer[] = []
  closed: Error | true | undefined
  readonly #frames: FrameStream
  readonly #house: House
  #id = 0

  private constructor(house: House, frames: (raw: RawSwitch) => FrameStream) {
    this.#house = house
    this.#frames = frames(this)
  }

  static async open(house: House, from: HouseNode, to: HouseNode): Promise<RawSwitch> {
    const connection = from.running.assembled.peers.autoDialer.connection(to.peer)
    if (connection === undefined) throw new Error('not connected')
    const stream = await connection.newStream([SWITCH_PROTOCOL])
    return new RawSwitch(
      house,
      (raw) =>
        new FrameStream({
          stream,
          clock: house.clock,
          maxBytes: 17_408,
          writeDeadline: 1000,
          onFrame: (frame) => raw.answers.push(decodeSwitchAnswer(frame, 17_408)),
          onRemoteEnd: () => {},
          onClose: (error) => {
            raw.closed = error ?? true
          }
        })
    )
  }

  send(request: Omit<Extract<SwitchRequest, { op: 'state' }>, 'id'> | Omit<SetRequest, 'id'>): number {
    this.#id += 1
    this.#frames.write(encodeSwitchRequest({ ...request, id: this.#id }))
    return this.#id
  }

  ask(request: Parameters<RawSwitch['send']>[0]): Promise<SwitchAnswer> {
    return this.answer(this.send(request))
  }

  async answer(id: number): Promise<SwitchAnswer> {
    await this.#house.until(() => this.answers.some((answer) => answer.id === id), 0)
    const answer = this.answers.find((one) => one.id === id)
    if (answer === undefined) throw new Error('no answer')
    return answer
  }

  /** The owner's present time. */
  async now(): Promise<Moment> {
    const answer = await this.ask({ op: 'state' })
    if (answer.error !== undefined) throw new Error(answer.error.text)
    return answer.now
  }
}

function command(seen: Moment, change: Partial<SetRequest> = {}): Omit<SetRequest, 'id'> {
  const cmd = randomBytes(16).toString('hex')
  return { op: 'set', n: 'heater', on: true, cmd, seen, within: 10, ...change }
}

t.test('a peer switches what it may, sees its state as a reading, and the log tells', async (t) => {
  const house = houseFor(t)
  const { den, hall } = await pair(house)
  const stop = den.running.assembled.listen()
  const [on] = await house.while(
    den.operations.switch({ who: 'hall', name: 'heater', to: 'on', for: 1800, expect: 'off' })
  )
  t.match(on, { name: 'heater', peer: hall.peer, state: 'on', left: 1800 })
  t.equal(level(hall), 1)
  const series = `${hall.peer}/heater/switch`
  await house.until(() => den.received.findLast((reading) => reading.series === series)?.value === true)
  const [shown] = await house.while(
    den.operations.ask({ who: 'hall', what: 'heater/switch' }, new AbortController().signal)
  )
  t.match(shown, { series: 'heater/switch', shown: 'on', signed: true })
  await house.while(den.operations.switch({ who: 'hall', name: 'heater', to: 'off' }))
  await house.until(() => den.received.findLast((reading) => reading.series === series)?.value === false)
  t.same(
    await house.while(den.operations.switch({ who: hall.peer }).then((all) => all.map(({ name }) => name))),
    ['heater', 'lamp']
  )
  t.equal(await codeOf(house.while(den.operations.switch({ who: 'hall', name: 'lamp', to: 'on' }))), 'denied')
  t.equal(
    await codeOf(house.while(den.operations.switch({ who: 'hall', name: 'heater', to: 'on', expect: 'on' }))),
    'not-expected'
  )
  t.equal(await codeOf(house.while(den.operations.switch({ who: 'hall', name: 'stove' }))), 'no-such')
  t.match(await hall.operations.switchLog({ name: 'heater' }), [
    { who: 'kith', asked: 'start', answer: 'off' },
    { peer: den.peer, asked: 'on', for: 1800, answer: 'on' },
    { peer: den.peer, asked: 'off', answer: 'off' },
    { peer: den.peer, asked: 'on', answer: 'not-expected' }
  ])
  stop()
  t.same(
    (
      await house.while(
        den.operations.ask({ who: 'hall', what: SWITCH_PROTOCOL }, new AbortController().signal)
      )
    )
      .map((view) => view.series)
      .sort(),
    ['heater/switch', 'lamp/switch']
  )
})

t.test('a controller that is gone leaves nothing on', async (t) => {
  const house = houseFor(t)
  const { den, hall } = await pair(house)
  await house.while(den.operations.switch({ who: 'hall', name: 'heater', to: 'on', for: 60 }))
  await house.cut(den, hall)
  await house.pass(59_000)
  t.equal(level(hall), 1)
  await house.pass(2000)
  t.equal(level(hall), 0)
})

t.test('a right that is taken ends a lease at once, over the open connection', async (t) => {
  const house = houseFor(t)
  const { den, hall } = await pair(house)
  await house.while(den.operations.switch({ who: 'hall', name: 'heater', to: 'on', for: 1800 }))
  grant(hall)
  await settle()
  t.equal(level(hall), 0)
  t.equal(
    await codeOf(house.while(den.operations.switch({ who: 'hall', name: 'heater', to: 'on' }))),
    'denied'
  )
  t.match((await hall.operations.switchLog({})).slice(-2), [
    { asked: 'revoked', answer: 'off' },
    { answer: 'denied' }
  ])
  grant(hall, { who: den.peer, may: ['operate'] })
  t.match(await house.while(den.operations.switch({ who: 'hall', name: 'lamp', to: 'on' })), [
    { state: 'on' }
  ])
})

t.test('a delayed, a replayed and a doubled command', async (t) => {
  const house = houseFor(t)
  const { den, hall } = await pair(house)
  const one = await RawSwitch.open(house, den, hall)
  const other = await RawSwitch.open(house, den, hall)
  const seen = await one.now()
  const twice = command(seen, { for: 30 })
  const [first, second] = [one.send(twice), other.send(twice)]
  const answers = [await one.answer(first), await other.answer(second)]
  t.match(answers, [{ states: [{ on: true, until: 30 }] }, { states: [{ on: true, until: 30 }] }])
  t.equal((await hall.operations.switchLog({ name: 'heater' })).length, 2, 'done once')
  await house.pass(31_000)
  t.equal(level(hall), 0)
  t.match(await other.ask(twice), { states: [{ on: true }] }, 'a replay gets its answer')
  t.equal(level(hall), 0, 'and switches nothing')
  const late = command(seen)
  t.match(await one.ask(late), { error: { code: 'late' } })
  t.match(await other.ask({ ...late, seen: await one.now() }), { error: { code: 'late' } }, 'a refusal stays')
  t.match(await one.ask({ ...command(await one.now()), n: 'lamp' }), { error: { code: 'denied' } })
  t.match(await one.ask({ ...twice, on: false }), { error: { code: 'bad-request' } })
  t.equal(level(hall), 0)
})

t.test('a command that hung while its owner was started again is late', async (t) => {
  const house = houseFor(t)
  const { den, hall } = await pair(house)
  const before = await RawSwitch.open(house, den, hall)
  const seen = await before.now()
  await house.restart(hall)
  await house.link(den, hall)
  const after = await RawSwitch.open(house, den, hall)
  t.match(await after.ask(command(seen, { within: 60 })), { error: { code: 'late' } })
  t.equal(level(hall), 0)
})

t.test('clocks two years apart do not matter', async (t) => {
  const house = houseFor(t)
  const { den, hall } = await pair(house)
  await house.stop(hall)
  const { clock } = house
  const apart: Clock = {
    now: () => clock.now() - 2 * 365 * 86_400_000,
    monotonic: () => clock.monotonic(),
    after: (ms, fire) => clock.after(ms, fire),
    sleep: (ms, signal) => clock.sleep(ms, signal)
  }
  const world = simulatedWorld({ seed: 'hall', clock: apart })
  await house.run(hall, { world })
  await house.link(den, hall)
  t.match(await house.while(den.operations.switch({ who: hall.peer, name: 'heater', to: 'on', for: 20 })), [
    { state: 'on', left: 20 }
  ])
  t.equal(world.lines.level('GPIO27'), 1)
  await house.pass(20_000)
  t.equal(world.lines.level('GPIO27'), 0)
})

t.test('a flood of refused commands ends its stream, and costs little', async (t) => {
  const house = houseFor(t)
  const { hall } = await pair(house)
  const stranger = await house.start('stranger')
  await house.link(stranger, hall)
  const raw = await RawSwitch.open(house, stranger, hall)
  const seen = await raw.now()
  let sent = 0
  for (; sent < 10_000 && raw.closed === undefined; sent++) {
    try {
      raw.send(command(seen))
    } catch {
      break
    }
    if (sent % 20 === 0) await settle(2)
  }
  await house.until(() => raw.closed !== undefined)
  t.ok(sent < 2000, `closed after ${sent}`)
  t.ok(raw.answers.every(({ error }) => error === undefined || ['denied', 'busy'].includes(error.code)))
  await house.pass(61_000)
  const log = await hall.operations.switchLog({ limit: 1000 })
  t.ok(log.length < 20, `${log.length} entries`)
  t.equal(level(hall), 0)
})

t.test('private switches do not exist for others, and are not gossiped', async (t) => {
  const house = houseFor(t)
  const config =
    'switches:\n  - { name: safe, line: GPIO27, private: true }\n  - { name: lamp, line: GPIO22 }'
  const hall = await house.start('hall', { config })
  const den = await house.start('den')
  await house.link(den, hall)
  const stop = den.running.assembled.listen()
  await house.until(() => den.received.some(({ series }) => series.endsWith('/lamp/switch')))
  t.match(await house.while(den.operations.switch({ who: 'hall' })), [{ name: 'lamp' }])
  t.equal(await codeOf(house.while(den.operations.switch({ who: 'hall', name: 'safe' }))), 'no-such')
  await house.pass(61_000)
  t.notOk(den.received.some(({ series }) => series.includes('/safe/')))
  stop()
})
