import t from 'tap'
import { NodeError } from '../../../../src/error.ts'
import { VirtualClock } from '../../../../src/hal/simulated/virtual-clock.ts'
import type { SwitchRequest, SwitchView } from '../../../../src/node/api/operations.ts'
import { FakeOperations } from '../../../support/fakes/operations.ts'
import { logged, NOW, pump } from '../../../support/fakes/views.ts'
import { runCommand } from '../../../support/process/command-run.ts'

t.test('kith switch shows and sets outputs', async (t) => {
  const operations = new FakeOperations()
  const all = await runCommand('switch', { operations })
  t.match(all, { status: 0, out: /pump +GPIO27 +on +18 s +off in 9 min, stays as it is if kith is killed/ })
  const one = await runCommand('switch pump status', { operations })
  t.match(one.out, /^pump {2}on since 18 s, off in 9 min/)
  const off = await runCommand('switch pump off', { operations })
  t.match(off, { status: 0, out: 'pump  off, read back\n' })
  t.match(
    (await runCommand('switch pump on', { operations })).out,
    /^pump {2}on, read back, until \d\d:\d\d\n$/
  )
  t.same(operations.asked, [{}, { name: 'pump' }, { name: 'pump', to: 'off' }, { name: 'pump', to: 'on' }])
  t.same(JSON.parse((await runCommand('switch pump on --json', { operations })).out), [pump])
})

t.test('faults of an output are shown', async (t) => {
  const operations = new FakeOperations()
  const fault = { code: 'busy', message: 'line GPIO27 is in use by \x1b[31m' }
  operations.switch = async () => [{ ...pump, state: 'fault', left: null, fault }]
  const { out } = await runCommand('switch', { operations })
  t.match(out, /pump +GPIO27 +fault +18 s +line GPIO27 is in use by/)
  t.notMatch(out, '\x1b')
  t.match(await runCommand('switch pump', { operations }), { out: /^pump {2}fault: line GPIO27/ })
  operations.switch = async () => []
  t.match(await runCommand('switch', { operations }), { out: '', err: /no switches are configured/ })
  t.match(await runCommand('switch hall/', { operations }), { out: '', err: /hall has no switches/ })
  operations.error = new NodeError('not-running', 'no node runs here', { hint: 'kith run' })
  operations.switch = async () => {
    throw operations.error
  }
  t.match(await runCommand('switch pump on', { operations }), {
    status: 1,
    err: /no node runs here[\s\S]*kith run/
  })
  t.match(await runCommand('switch pump toggle', { operations }), {
    status: 2,
    err: /TO must be one of on, off, status, not toggle\n/
  })
})

const heater: SwitchView = {
  name: 'heater',
  who: 'hall',
  peer: logged.peer ?? '',
  state: 'off',
  since: 720,
  left: null,
  lock: null
}

t.test('of another node', async (t) => {
  const operations = new FakeOperations()
  const asked: SwitchRequest[] = []
  operations.switch = async (request) => {
    asked.push(request)
    return [request.to === 'on' ? { ...heater, state: 'on', since: 0, left: 1800 } : heater]
  }
  t.equal((await runCommand('switch hall/heater', { operations })).out, 'heater  off since 12 min\n')
  t.match(
    (await runCommand('switch hall/heater on --for 30m --expect off', { operations })).out,
    /^heater {2}on, read back, until \d\d:\d\d or as long as this command is repeated\n$/
  )
  t.match((await runCommand('switch hall/', { operations })).out, /NAME +STATE +SINCE\s+heater +off +12 min/)
  await runCommand('switch /ip4/192.168.1.20/tcp/4001/p2p/x/heater', { operations })
  t.same(asked, [
    { who: 'hall', name: 'heater' },
    { who: 'hall', name: 'heater', to: 'on', for: 1800, expect: 'off' },
    { who: 'hall' },
    { who: '/ip4/192.168.1.20/tcp/4001/p2p/x', name: 'heater' }
  ])
})

t.test('what was read back is not what was wished; what was refused', async (t) => {
  const operations = new FakeOperations()
  operations.switch = async () => [heater]
  t.match(await runCommand('switch hall/heater on', { operations }), {
    status: 1,
    out: 'heater  off, read back, although on was commanded\n'
  })
  for (const code of ['denied', 'late', 'locked', 'not-expected']) {
    operations.switch = async () => {
      throw new NodeError(code, 'hall answers no')
    }
    t.match(await runCommand('switch hall/heater on', { operations }), { status: 4, err: /hall answers no/ })
  }
  for (const [line, said] of [
    ['switch hall/ on', 'which switch is to be on?'],
    ['switch heater --for 30m', '--for, --expect and --keep go with on or off'],
    ['switch heater on --for 40d', '--for']
  ] as const) {
    const { status, err } = await runCommand(line, { operations })
    t.equal(status, 2, line)
    t.match(err, said)
  }
})

t.test('--keep repeats the command before its lease ends, and switches off with Ctrl-C', async (t) => {
  const operations = new FakeOperations()
  const asked: SwitchRequest[] = []
  const ended = new AbortController()
  operations.switch = async (request) => {
    asked.push(request)
    if (asked.length === 2) throw new NodeError('busy', 'hall is busy', { remedy: 'retry' })
    if (asked.length === 4) ended.abort(new Error('Ctrl-C'))
    return [{ ...heater, state: request.to ?? 'off', left: request.to === 'on' ? 1 : null }]
  }
  const clock = new VirtualClock()
  const run = runCommand('switch hall/heater on --keep --for 3s', { operations, clock, signal: ended.signal })
  await clock.run(run)
  const { status, out, err } = await run
  t.equal(clock.monotonic(), 3000, 'three in a lease')
  t.equal(status, 0)
  const on = { who: 'hall', name: 'heater', to: 'on', for: 3 }
  t.same(asked.slice(0, 4), [on, ...Array(3).fill({ ...on, expect: 'on' })], 'a renewal switches nothing on')
  t.same(asked.slice(4), [{ who: 'hall', name: 'heater', to: 'off' }])
  t.match(out, /on, read back[\s\S]*off, read back/)
  t.match(err, 'hall is busy')
})

t.test('kith switch log', async (t) => {
  const operations = new FakeOperations()
  operations.switchLog = async (request) => {
    operations.asked.push(request)
    return [
      logged,
      { ...logged, peer: null, who: 'kith', asked: 'lease', for: null, answer: 'off', quality: 1 },
      {
        ...logged,
        who: 'ma\x1bllory',
        answer: 'denied',
        error: 'needs operate on pump',
        times: 40,
        time: null
      }
    ]
  }
  const { status, out } = await runCommand('switch log pump -n 50', { operations })
  t.equal(status, 0)
  t.match(out, /TIME +NAME +WHO +COMMAND +ANSWER/)
  t.match(out, /pump +hall \S+ +on for 30 min +on/)
  t.match(out, /~\S+ \S+ +pump +kith +end of the lease +off/)
  t.match(out, /time unknown +pump .*denied: needs operate on pump: 40 times/)
  t.notMatch(out, '\x1b')
  t.same(operations.asked, [{ name: 'pump', limit: 50 }])
  t.equal(JSON.parse((await runCommand('switch log --json', { operations })).out)[0].time, NOW - 60)
  operations.switchLog = async () => []
  t.match(await runCommand('switch log', { operations }), { out: '', err: /nothing was commanded yet/ })
})

t.test('--keep ends where somebody else, or maxOn, has switched off', async (t) => {
  const operations = new FakeOperations()
  operations.switch = async ({ expect }) => {
    if (expect === 'on')
      throw new NodeError('not-expected', 'hall answers not-expected: switch heater is off')
    return [{ ...heater, state: 'on', left: 1 }]
  }
  const clock = new VirtualClock()
  const run = runCommand('switch hall/heater on --keep --for 9s', { operations, clock })
  await clock.run(run)
  const { status, out, err } = await run
  t.equal(status, 4)
  t.match(out, /^heater {2}on, read back, until \d\d:\d\d\n/, 'maxOn ends it before the lease')
  t.match(err, /not repeated any more[\s\S]*heater is off/)
})

t.test('the log of another node is not here', async (t) => {
  t.match(await runCommand('switch log hall/heater'), {
    status: 2,
    err: /on the machine that has the switch/
  })
})

t.test('only a lease lasts as long as it is repeated', async (t) => {
  for (const [left, isLease] of [
    [1799, true],
    [1797, false],
    [1801, true],
    [3600, false]
  ] as const) {
    const operations = new FakeOperations()
    operations.switch = async () => [{ ...pump, state: 'on', left }]
    const { out } = await runCommand('switch pump on --for 30m', { operations })
    t.equal(out.includes('as long as this command is repeated'), isLease, `${left} s`)
  }
})
