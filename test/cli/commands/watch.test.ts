process.env['TZ'] = 'UTC'

import t from 'tap'
import { runCommandLine } from '../../../src/cli/command-line/dispatch.ts'
import { allCommands } from '../../../src/cli/commands.ts'
import { NodeError } from '../../../src/error.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import type { SeriesView } from '../../../src/node/api/operations.ts'
import { FakeOperations, fault, NOW, reading, series, stale } from '../../support/fakes/operations.ts'
import { golden } from '../../support/golden.ts'
import { Captured, runCommand } from '../../support/process/command-run.ts'

const commands = await allCommands()

const ENTER = '\x1b[?1049h\x1b[?25l'
const LEAVE = '\x1b[?1049l\x1b[?25h'

/** A watch on a terminal whose readings are pushed by the test. */
function live(columns: number) {
  const clock = new VirtualClock({ now: NOW * 1000 })
  const controller = new AbortController()
  const operations = new FakeOperations()
  const stdout = new Captured(columns)
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
    environment: { NO_COLOR: '1', KITH_HOME: '/nowhere' },
    clock,
    signal: controller.signal,
    connect: async () => ({ operations, from: 'running', close: async () => {} })
  })
  return {
    clock,
    stdout,
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
  t.ok(text.endsWith('hall/air/temperature  21.48 °C  0.5 s ago  signed\n'))
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
  t.match(watch.stdout.text, 'hall…Lq7Xf2a/air/temperature')
  t.match(watch.stdout.text, 'hall…bbbbbbb/air/temperature')
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
