process.env['TZ'] = 'UTC'

import { PassThrough } from 'node:stream'
import t from 'tap'
import { runCommandLine } from '../../../src/cli/command-line/dispatch.ts'
import { allCommands } from '../../../src/cli/commands.ts'
import { NodeError } from '../../../src/error.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import type { SeriesView } from '../../../src/node/api/operations.ts'
import { FakeKeys } from '../../support/fakes/keys.ts'
import { FakeOperations } from '../../support/fakes/operations.ts'
import { fault, NOW, reading, series, stale } from '../../support/fakes/views.ts'
import { golden } from '../../support/golden.ts'
import { Captured, runCommand } from '../../support/process/command-run.ts'

const commands = await allCommands()

const ENTER = '\x1b[?1049h\x1b[?25l'
const LEAVE = '\x1b[?1049l\x1b[?25h'

/** A watch on a terminal whose readings are pushed by the test. */
function live(columns: number, rows = 24, LANG = 'C.UTF-8') {
  const clock = new VirtualClock({ now: NOW * 1000 })
  const controller = new AbortController()
  const operations = new FakeOperations()
  const stdout = new Captured(columns, rows)
  const input = new FakeKeys()
  let push: (view: SeriesView) => void = () => {}
  operations.watch = async function* (_request, signal) {
    for (;;) {
      yield await new Promise<SeriesView>((resolve, reject) => {
        push = resolve
        signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      })
    }
  }
  const done = runCommandLine(['watch'], {
    commands,
    stdout,
    stderr: new Captured(),
    environment: { NO_COLOR: '1', KITH_HOME: '/nowhere', LANG },
    clock,
    signal: controller.signal,
    bytes: () => ({ input, output: new PassThrough() }),
    connect: async () => ({ operations, from: 'running', close: async () => {} })
  })
  return {
    clock,
    stdout,
    operations,
    input,
    done,
    /** Presses keys, and gives the frame that follows. */
    async press(keys: string): Promise<string[]> {
      await clock.advance(200)
      input.write(keys)
      await clock.advance(200)
      return frame(stdout.text)
    },
    async say(view: SeriesView, then = 0): Promise<void> {
      await clock.advance(0)
      push(view)
      await clock.advance(then)
    },
    async end(): Promise<number> {
      controller.abort(new NodeError('interrupted', 'interrupted'))
      return done
    }
  }
}

/** The lines of the last frame. */
function frame(text: string): string[] {
  return (frames(text).at(-1) ?? '')
    .split(/\x1b\[J/)
    .slice(0, 1)
    .flatMap((lines) => lines.replaceAll('\x1b[K', '').split('\r\n'))
    .map((line) => line.trimEnd())
}

function frames(text: string): string[] {
  return text.split('\x1b[H').slice(1)
}

for (const [form, columns] of [
  ['wide', 100],
  ['middle', 64],
  ['narrow', 44]
] as const)
  t.test(`the screen, ${form}`, async (t) => {
    const watch = live(columns)
    await watch.say(fault(), 1000)
    await watch.say(stale(), 1000)
    for (const [i, value] of [21.1, 21.2, 21.2, 21.5, 21.9, 22.4].entries())
      await watch.say(reading(i, value), 10_000)
    t.equal(await watch.end(), 0, 'Ctrl-C is how a watch ends')
    const { text } = watch.stdout
    const last = text.slice(text.indexOf(LEAVE) + LEAVE.length)
    t.equal(last, golden(new URL(`../golden/watch.${form}.txt`, import.meta.url), last))
    for (const line of last.split('\n')) t.ok([...line].length <= columns, line)
  })

t.test('the terminal is given back, with the last frame on it', async (t) => {
  const watch = live(80)
  await watch.say(series(), 100)
  await watch.end()
  const { text } = watch.stdout
  t.ok(text.startsWith(ENTER))
  t.equal(text.split(LEAVE).length, 2, 'once')
  t.ok(text.endsWith('  air/temperature  21.48 °C   0.5 s ago\n'))
  t.equal(watch.input.raw, false)
  t.equal(watch.input.listenerCount('data'), 0)
  t.equal(watch.clock.pending <= 1, true, 'no frame is left to be drawn')
})

t.test('many readings are few frames, and ages tick without any', async (t) => {
  const watch = live(80)
  await watch.clock.advance(0)
  const before = frames(watch.stdout.text).length
  for (let i = 0; i < 100; i++) await watch.say(reading(i, 20 + i / 100), 5)
  const busy = frames(watch.stdout.text).length - before
  t.ok(busy >= 4 && busy <= 7, `${busy} frames in half a second`)
  const quiet = frames(watch.stdout.text).length
  await watch.clock.advance(5000)
  const after = frames(watch.stdout.text)
  t.equal(after.length - quiet, 5, 'one a second')
  t.match(after.at(-1), /(4\.9|5(\.\d)?) s ago/)
  await watch.end()
})

t.test('peers of the same name are shown with the tails of their PeerIds', async (t) => {
  const watch = live(100)
  await watch.say(series())
  await watch.say(series({ peer: '12D3KooWImpostorImpostorImpostorImpostorImpobbbbbbb' }), 200)
  await watch.end()
  t.match(watch.stdout.text, 'hall …Lq7Xf2a')
  t.match(watch.stdout.text, 'hall …bbbbbbb')
})

/** Fifty series: ten peers with five each, of which the last three are in the book. */
async function fifty(watch: ReturnType<typeof live>): Promise<void> {
  for (let i = 0; i < 50; i++) {
    const number = Math.floor(i / 5)
    const place = { device: `d${i % 5}`, series: `d${i % 5}/temperature` }
    const known = number >= 7
    await watch.say(series({ peer: `12D3KooWPeer${number}aaaaaaa`, who: `room${number}`, known, ...place }))
  }
}

t.test('fifty series: friends first, scrolled by rows and pages, the heading stays', async (t) => {
  const watch = live(80)
  await fifty(watch)
  const top = await watch.press('\x1b[H')
  t.equal(top.length, 24)
  t.equal(top[0], 'kith watch  50 series, all signed')
  t.equal(top[1], 'room7', 'known peers come first')
  t.match(top[2], /^> d0\/temperature +21\.48 °C/)
  t.match(top[23], /\? help .* 1\/50$/)
  t.match((await watch.press('jj\x1b[Bk'))[4], /^> d2/)
  const paged = await watch.press('\x1b[6~')
  t.match(paged[23], / 23\/50$/)
  const end = await watch.press('\x1b[F')
  t.match(end[22], /^> d4\/temperature/)
  t.equal(end[1], 'room3 …aaaaaaa  not in the book', 'the heading of the first row, scrolled off or not')
  t.match(end[23], / 50\/50$/)
  t.match((await watch.press('g'))[2], /^> d0/)
  for (const row of end) t.ok([...row].length <= 80, row)
  await watch.end()
})

t.test('a filter is typed, kept and removed', async (t) => {
  const watch = live(80)
  await fifty(watch)
  await watch.say(fault())
  const typed = await watch.press('/room4 d3')
  t.equal(typed[0], 'kith watch  1 of 51 series, all signed')
  t.same(
    typed.slice(1, 3).map((line) => line.slice(0, 18)),
    ['room4 …aaaaaaa  no', '> d3/temperature  ']
  )
  t.equal(typed[23], '/room4 d3_')
  t.match((await watch.press('\x7f9'))[1], /nothing matches room4 d9; Esc shows all/)
  const kept = await watch.press('\x7f1\r')
  t.match(kept[23], /^\/room4 d1 {2}\? help/)
  t.match((await watch.press('\x1b'))[0], '51 series', 'a lone escape counts after 50 ms')
  t.match((await watch.press('/FAULT\r'))[2], /^> soil\/voltage\.a0 +fault: ads1115/)
  await watch.end()
})

t.test('a broken chip is one row, until a value of it comes', async (t) => {
  const watch = live(80)
  const broken = (channel: string) => ({ ...fault(), channel, series: `soil/voltage.${channel}` })
  for (const channel of ['a0', 'a1', 'a2']) await watch.say(broken(channel))
  const rows = (await watch.press('j')).filter((line) => line.includes('ads1115'))
  t.match(rows, [/^> soil +3 series, fault: ads1115 at 0x48/])
  t.equal(rows.length, 1)
  await watch.say(series({ ...broken('a1'), state: 'value', value: 1.2, shown: '1.200 V' }))
  const mended = await watch.press('k')
  t.match(mended[2], /soil +2 series, fault/)
  t.match(mended[3], /soil\/voltage\.a1 +1\.200 V/)
  await watch.end()
})

t.test('Enter shows the curve of a series with its past, Esc the list', async (t) => {
  const watch = live(80)
  watch.operations.rows = Array.from({ length: 30 }, (_, i) => ({
    ...reading(i * 10 - 400, 20 + i / 10),
    state: 'value' as const,
    from: 'author' as const
  }))
  await watch.say(reading(0, 22))
  const curve = await watch.press('\r')
  t.equal(curve[0], 'kith watch  1 series, all signed')
  t.match(curve[1], /^hall\/air\/temperature {2}22\.00 °C/)
  t.match(curve[2], /^22\.90 °C ┤.*[\u2801-\u28ff]/)
  t.match(curve[20], /^20\.00 °C ┤[\u2801-\u28ff]/)
  t.match(curve[21], /^ +21:50:01 +21:56:40$/)
  t.match(curve[22], /^31 values in 6 min$/)
  t.match(watch.operations.asked.at(-1), { who: series().peer, what: 'air/temperature', since: NOW - 3599.8 })
  await watch.say(reading(1, 22.1))
  t.match((await watch.press('\f'))[22], /^32 values/, 'what arrives is added')
  t.match((await watch.press('?'))[1], /^up down/)
  t.match((await watch.press('x'))[1], /^hall\/air/)
  t.match((await watch.press('\x1b'))[1], /^hall …Lq7Xf2a/)
  watch.operations.error = new NodeError('unreachable', 'hall cannot be reached')
  t.match((await watch.press('\r'))[22], /^2 values .*; since watch began: hall cannot be reached/)
  await watch.end()
})

t.test('a terminal without UTF-8 gets ASCII, and the same columns', async (t) => {
  const watch = live(80, 24, 'C')
  const unicode = live(80)
  const shownBy = async (one: typeof watch): Promise<string[][]> => {
    one.operations.rows = Array.from({ length: 30 }, (_, i) => ({
      ...reading(i * 10 - 400, 20 + i / 10),
      state: 'value' as const,
      from: 'own' as const
    }))
    for (const [i, value] of [21.1, 21.5, 22.4].entries()) await one.say(reading(i, value), 100)
    await one.say(stale())
    return [await one.press('j'), await one.press('\r')]
  }
  const [list = [], curve = []] = await shownBy(watch)
  const [wide = [], wideCurve = []] = await shownBy(unicode)
  for (const line of [...list, ...curve]) t.notMatch(line, /[^\x20-\x7e]/)
  t.match(list[2], /^ {2}air\/temperature {2}18\.02 C {3}stale/)
  t.match(list[4], /^> air\/temperature {2}22\.40 C {3}_-# +0\.\d s ago {2}\+1\.30/)
  t.equal(list[4]?.indexOf('s ago'), wide[4]?.indexOf('s ago'))
  t.match(curve[2], /^22\.90 C {2}\|.*[':.]/)
  t.equal(curve[2]?.indexOf('|'), wideCurve[2]?.indexOf('┤'))
  await Promise.all([watch.end(), unicode.end()])
})

t.test('q, Ctrl-C and the end of the terminal leave with status 0', async (t) => {
  for (const leave of ['q', '\x03', undefined]) {
    const watch = live(80)
    await watch.say(series(), 200)
    t.equal(watch.input.raw, true)
    if (leave === undefined) watch.input.end()
    else watch.input.write(leave)
    await watch.clock.advance(200)
    t.equal(await watch.done, 0)
    t.equal(watch.input.raw, leave === undefined, 'unless it is gone')
    t.ok(watch.stdout.text.includes(LEAVE))
  }
})

t.test('every size of a terminal is filled and not exceeded', async (t) => {
  for (const [columns, rows] of [
    [40, 10],
    [20, 3],
    [120, 40]
  ] as const) {
    const watch = live(columns, rows)
    await fifty(watch)
    await watch.say(fault())
    for (const keys of ['\x1b[F', 'k', '\r', '?', '?', '\x1b', '/soil']) {
      const lines = await watch.press(keys)
      t.equal(lines.length, rows, `${columns}x${rows} ${JSON.stringify(keys)}`)
      for (const line of lines) t.ok([...line].length <= columns, line)
    }
    await watch.end()
  }
})

t.test('--until prints the reading that meets the condition', async (t) => {
  const met = await runCommand('watch --until air>=21.48')
  t.equal(met.status, 0)
  t.match(met.out, /^2026-11-23 21:56:41\thall\/air\/temperature\t21\.48 °C\tsigned\n$/)
  t.match(JSON.parse((await runCommand('watch --until air>=21 --json')).out), { series: 'air/temperature' })
  const wait = async (line: string) => {
    const clock = new VirtualClock({ now: NOW * 1000 })
    const running = runCommand(line, { clock })
    await clock.advance(40_000)
    return running
  }
  const late = await wait('watch --until air>25 --timeout 30s')
  t.equal(late.status, 1)
  t.match(late.err, /air > 25 was not met within 30 s; last hall\/air\/temperature 21\.48 °C|last attic/)
  const nothing = await wait('watch --until cellar>25 --timeout 30s')
  t.equal(nothing.status, 1)
  t.match(nothing.err, /no reading of it arrived within 30 s\n {6}kith watch lists/)
  const wrong = await runCommand('watch --until air')
  t.equal(wrong.status, 2)
  const operations = new FakeOperations()
  operations.views = [series({ known: true })]
  const unit = await runCommand('watch --until air>25V', { operations })
  t.equal(unit.status, 2)
  t.match(unit.err, /cannot be compared in V\n {6}'air > 21\.48 °C'/)
  // Anybody nearby can claim a name.
  operations.views = [
    series({ peer: 'stranger', value: true, shown: 'open', unit: null }),
    series({ known: true, value: 26, shown: '26.00 °C' })
  ]
  const besides = await runCommand('watch --until air>25', { operations })
  t.equal(besides.status, 0)
  t.match(besides.out, /26\.00 °C/)
  t.match(besides.err, /kith: not compared: .* is a word, now open/)
})

t.test('a pipe gets a line a reading; --json an object a line', async (t) => {
  const ended = async (line: string) => {
    const controller = new AbortController()
    const clock = new VirtualClock({ now: NOW * 1000 })
    const running = runCommand(line, { clock, signal: controller.signal })
    await clock.advance(0)
    controller.abort(new NodeError('interrupted', 'interrupted'))
    return running
  }
  const piped = await ended('watch hall')
  t.equal(piped.status, 0)
  t.equal(piped.out, golden(new URL('../golden/watch.pipe.txt', import.meta.url), piped.out))
  const json = await ended('watch hall --json')
  t.same(
    json.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
    new FakeOperations().views
  )
})

t.test('peers -w: a line for each change', async (t) => {
  const controller = new AbortController()
  const clock = new VirtualClock({ now: NOW * 1000 })
  const operations = new FakeOperations()
  const all = await operations.peers()
  let looks = 0
  operations.peers = async () => {
    looks += 1
    // Another age and round trip are no change; at the third refresh a peer is gone.
    return all.map((peer, i) => ({
      ...peer,
      rtt: looks,
      connected: peer.connected && !(i === 1 && looks > 2)
    }))
  }
  const running = runCommand('peers -w --json', { operations, clock, signal: controller.signal })
  await clock.advance(7000)
  controller.abort(new NodeError('interrupted', 'interrupted'))
  const { out, status } = await running
  t.equal(status, 0)
  t.equal(looks, 4)
  t.same(
    out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).name),
    [...all.map((peer) => peer.name), 'hall']
  )
})
