import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { FakeOperations } from '../../support/fakes/operations.ts'
import { NOW } from '../../support/fakes/views.ts'
import { runCommand } from '../../support/process/command-run.ts'

t.test('peers --forget says which addresses were removed', async (t) => {
  const operations = new FakeOperations()
  const { out, status } = await runCommand('peers --forget hall', { operations })
  t.equal(out, 'hall: 1 forgotten; the address book is as it was\n  /ip4/192.168.1.20/tcp/4001\n')
  t.equal(status, 0)
  t.same(operations.asked, [{ who: 'hall' }])
  const asJson = await runCommand('peers --forget hall --json', { operations })
  t.match(JSON.parse(asJson.out), [{ who: 'hall', addresses: ['/ip4/192.168.1.20/tcp/4001'] }])
})

t.test('peers that are gone and not in the book are shown with --all only', async (t) => {
  const { out, err } = await runCommand('peers')
  t.notMatch(out, 'Sm3Rr9c')
  t.match(err, 'kith: 1 not in the book is gone; kith peers --all shows them')
  t.match(out, /^hall +…Lq7Xf2a +yes/m)
  for (const line of ['peers --all', 'peers -a', 'peers --json']) {
    const all = await runCommand(line)
    t.match(all.out, 'Sm3Rr9c', line)
    t.equal(all.err, '')
  }
})

t.test('where all are gone, the hint to kith doctor comes too', async (t) => {
  const operations = new FakeOperations()
  const gone = (await operations.peers()).filter(({ path }) => path.kind === 'none')
  operations.peers = async () => gone
  const { out, err } = await runCommand('peers', { operations })
  t.equal(out, '')
  t.match(err, /no peers nearby; kith doctor .*\n.*1 not in the book is gone/)
})

t.test(
  'peers -w in a pipe has a line for a peer that goes, and none for one that was gone before',
  async (t) => {
    const clock = new VirtualClock({ now: NOW * 1000 })
    const operations = new FakeOperations()
    const [, hall, stranger] = await operations.peers()
    if (hall === undefined || stranger === undefined) throw new Error('no peers')
    let looks = 0
    const left = { ...hall, inBook: false, connected: false, path: stranger.path }
    operations.peers = async () => [++looks === 1 ? { ...hall, inBook: false } : left, stranger]
    const run = async (line: string): Promise<string[]> => {
      looks = 0
      const leaving = new AbortController()
      const running = runCommand(line, { operations, clock, signal: leaving.signal })
      while (looks < 4) await clock.advance(500)
      leaving.abort()
      return (await running).out.trim().split('\n')
    }
    t.match(await run('peers -w'), [/^hall .* direct/, /^hall .* no path/])
    t.equal((await run('peers -w')).length, 2)
    t.equal((await run('peers -w --all')).length, 3)
    t.equal((await run('peers -w --json')).length, 3)
  }
)

t.test('ping --trace lists what was tried before the reply', async (t) => {
  const operations = new FakeOperations()
  const tried = ['192.168.7.3: no answer within 3 s', 'direct 192.168.1.20: connected']
  operations.replies = operations.replies.slice(0, 1).map((reply) => ({ ...reply, tried }))
  const { out } = await runCommand('ping hall -n 1 --trace', { operations })
  t.match(
    out,
    /^the way to hall:\n {2}192\.168\.7\.3: no answer within 3 s\n {2}direct 192\.168\.1\.20: connected\n/
  )
  t.match(operations.asked, [{ who: 'hall', trace: true }])
})

/** Virtual milliseconds that `kith peers` of a temporary node takes, where a neighbour connects at some time. */
async function taken(line: string, connects: number): Promise<number> {
  const clock = new VirtualClock({ now: NOW * 1000 })
  const begun = clock.monotonic()
  const operations = new FakeOperations()
  const all = await operations.peers()
  operations.peers = async () => (clock.monotonic() - begun < connects ? [] : all)
  let ended = false
  const running = runCommand(line, { operations, clock, from: 'temporary' }).then((run) => {
    ended = true
    return run
  })
  while (!ended) await clock.advance(50)
  t.equal((await running).status, 0)
  return clock.monotonic() - begun
}

t.test('a temporary node waits until its neighbours are known, no longer than 3 s', async (t) => {
  const soon = await taken('peers', 300)
  t.ok(soon >= 700 && soon < 1000, `${soon}`)
  const nobody = await taken('peers', Infinity)
  t.ok(nobody >= 3000 && nobody < 3200, `${nobody}`)
  const asked = await taken('peers --timeout 2s', 300)
  t.ok(asked >= 2000 && asked < 2200, `${asked}`)
})
