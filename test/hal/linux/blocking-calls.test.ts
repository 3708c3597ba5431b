import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { type BlockingCall, BlockingCalls } from '../../../src/hal/linux/blocking-calls.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'

function bench() {
  const clock = new VirtualClock()
  const exits: (() => void)[] = []
  const killed: string[] = []
  const calls = new BlockingCalls({
    clock,
    atExit: (work) => {
      exits.push(work)
      return () => void exits.splice(exits.indexOf(work), 1)
    },
    kill: (what) => void killed.push(what)
  })
  const started: string[] = []
  const held = new Map<string, PromiseWithResolvers<string>>()
  const run = (what: string, of: Partial<BlockingCall> = {}): Promise<string> =>
    calls.run({ what, lane: what, ...of }, () => {
      started.push(what)
      const work = Promise.withResolvers<string>()
      held.set(what, work)
      return work.promise
    })
  const end = async (what: string): Promise<void> => {
    held.get(what)?.resolve(what)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { clock, calls, exits, started, run, end, held, killed }
}

t.test('hardware has three of four threads, first come, first served', async (t) => {
  const { started, run, end, held } = bench()
  const work = ['a', 'b', 'c', 'd', 'e'].map((what) => run(what))
  t.same(started, ['a', 'b', 'c'])
  await end('b')
  t.same(started, ['a', 'b', 'c', 'd'])
  held.get('a')?.reject(new Error('EIO'))
  await t.rejects(Promise.all(work.slice(0, 1)), { message: 'EIO' })
  await new Promise((resolve) => setImmediate(resolve))
  t.same(started, ['a', 'b', 'c', 'd', 'e'], 'a failure frees its thread')
  for (const what of ['c', 'd', 'e']) await end(what)
  t.same(await Promise.all(work.slice(1)), ['b', 'c', 'd', 'e'])
})

t.test('calls of a lane follow each other, and others pass them', async (t) => {
  const { started, run, end } = bench()
  const work = [run('a1', { lane: 'a' }), run('a2', { lane: 'a' }), run('b')]
  t.same(started, ['a1', 'b'])
  await end('a1')
  t.same(started, ['a1', 'b', 'a2'])
  await end('a2')
  await end('b')
  await Promise.all(work)
})

t.test('1-wire leaves a thread to other hardware', async (t) => {
  const { clock, started, run, end } = bench()
  for (const master of ['m1', 'm2']) void run(master, { w1: true })
  const third = run('m3', { w1: true })
  const other = run('temp1_input')
  t.same(started, ['m1', 'm2', 'temp1_input'])
  await end('temp1_input')
  t.equal(await other, 'temp1_input')
  await Promise.all([
    t.rejects(third, { code: 'busy', message: 'm1 and m2 have not returned for 4 s' }),
    clock.advance(4000)
  ])
})

t.test('a call that waits for stuck ones alone is refused, by their names', async (t) => {
  const { clock, run, end, started } = bench()
  for (const what of ['a', 'b']) void run(what)
  await clock.advance(3000)
  void run('c')
  const waiting = run('d')
  await clock.advance(2000)
  t.same(started, ['a', 'b', 'c'], 'one may still return')
  await Promise.all([
    t.rejects(waiting, { code: 'busy', message: 'a and b and c have not returned', hint: /unplug/ }),
    clock.advance(3000)
  ])
  await t.rejects(run('e'), { code: 'busy' })
  await end('b')
  const next = run('f')
  await end('f')
  t.equal(await next, 'f')
})

t.test('who leaves waits a second for what returns, and kills itself for what does not', async (t) => {
  const { clock, calls, exits, run, end, killed } = bench()
  await calls.close()
  t.same(exits, [], 'without hardware there is nothing to do at exit')
  void run('a')
  const closing = calls.close()
  await end('a')
  await closing
  t.equal(clock.monotonic(), 0)
  t.same(exits, [])
  void run('b')
  await clock.run(calls.close())
  t.equal(clock.monotonic(), 1000)
  void run('c')
  t.equal(exits.length, 1, 'one listener for all calls')
  exits[0]?.()
  t.same(killed, ['b and c'])
})

t.test(
  'a process leaves although a thread of it is blocked, and after all else that runs at exit',
  async (t) => {
    const root = t.testdir({})
    const child = spawn(process.execPath, [
      '--input-type=module',
      '--eval',
      `import { execFileSync } from 'node:child_process'
    import { open } from 'node:fs/promises'
    import { systemClock } from ${JSON.stringify(new URL('../../../src/clock.ts', import.meta.url).href)}
    import { BlockingCalls } from ${JSON.stringify(new URL('../../../src/hal/linux/blocking-calls.ts', import.meta.url).href)}
    const fifo = ${JSON.stringify(root)} + '/fifo'
    execFileSync('mkfifo', [fifo])
    const calls = new BlockingCalls({ clock: systemClock })
    void calls.run({ what: 'fifo', lane: 'fifo' }, () => open(fifo, 'r'))
    process.once('exit', () => console.log('safe'))
    setTimeout(() => process.exit(0), 100)`
    ])
    const [out, err, [code, signal]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close', { signal: AbortSignal.timeout(20_000) })
    ])
    t.same([code, signal], [null, 'SIGKILL'])
    t.equal(out, 'safe\n')
    t.match(err, 'ends by SIGKILL, because the kernel does not return from fifo')
  }
)
