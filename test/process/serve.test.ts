import { once } from 'node:events'
import t from 'tap'
import { kith } from '../support/process/kith.ts'
import { friends, nodeIn, pipe, serve, until } from '../support/process/piped.ts'

// Temporary nodes discover no peers.
process.env['KITH_MDNS'] = 'false'

/** Used until the last test stops one of them. */
const { hall, den } = await friends(t)

t.test('a program that dies resets the stream', async (t) => {
  const serving = await serve(t, hall, '/it/dies/v1', '--', 'sh', '-c', 'echo half; kill -9 $$')
  const cut = pipe(t, den.home, 'hall', '/it/dies/v1')
  t.equal(await cut.end, 1)
  t.match(cut.err(), 'hall cut the stream off')
  await until(serving, () => serving.err().includes('den: the program ended by SIGKILL'))

  const none = await serve(t, hall, '/no/program/v1', '--', '/does/not/exist')
  const refused = pipe(t, den.home, 'hall', '/no/program/v1')
  t.equal(await refused.end, 4)
  await until(none, () => none.err().includes('ENOENT'))
})

t.test('a caller that goes away ends the program, and so does Ctrl-C', async (t) => {
  // It does not heed SIGTERM, and its child does not either.
  const script = 'trap "echo asked to end >&2" TERM; echo up; while :; do sleep 1; done'
  const serving = await serve(t, hall, '/goes/away/v1', '--', 'sh', '-c', script)
  const first = pipe(t, den.home, 'hall', '/goes/away/v1')
  await once(first.stdout, 'data')
  first.child.kill('SIGKILL')
  await until(serving, () => serving.err().includes('den: asked to end'))
  const second = pipe(t, den.home, 'hall', '/goes/away/v1')
  await once(second.stdout, 'data')
  serving.child.kill('SIGINT')
  t.equal(await serving.end, 0)
  t.equal(await second.end, 1)
  const after = pipe(t, den.home, 'hall', '/goes/away/v1')
  t.equal(await after.end, 1, 'it is served no longer')
  t.match(after.err(), 'speaks none')
})

t.test('strangers are refused, and more streams than programs may run', async (t) => {
  const strict = await nodeIn(t, 'strict', 'limits.serve.programs=1')
  const address = strict.node.addresses[0] ?? ''
  await serve(t, strict, '/doc/echo/v1', '--', 'cat')
  const stranger = pipe(t, den.home, address, '/doc/echo/v1')
  t.equal(await stranger.end, 4)
  t.match(stranger.err(), 'refused the stream')

  await serve(t, strict, '/doc/near/v1', '--allow', 'near', '--', 'cat')
  const near = pipe(t, den.home, address, '/doc/near/v1')
  near.stdin.write('hello')
  t.equal(String((await once(near.stdout, 'data'))[0]), 'hello')
  const further = pipe(t, den.home, address, '/doc/near/v1')
  t.equal(await further.end, 4, 'one program runs already')
  near.stdin.end()
  t.equal(await near.end, 0)
})

t.test(
  'one caller holds all places: another gets one, once the program of the first has ended',
  async (t) => {
    const full = await nodeIn(t, 'full', 'limits.serve.programs=2')
    const address = full.node.addresses[0] ?? ''
    // It takes a while to end.
    const script = 'trap "sleep 0.3; exit" TERM; echo up; while :; do sleep 0.1; done'
    await serve(t, full, '/doc/near/v1', '--allow', 'near', '--', 'sh', '-c', script)
    const held = [pipe(t, den.home, address, '/doc/near/v1'), pipe(t, den.home, address, '/doc/near/v1')]
    for (const one of held) await once(one.stdout, 'data')
    const other = pipe(t, hall.home, address, '/doc/near/v1')
    t.equal(String((await once(other.stdout, 'data'))[0]), 'up\n')
    t.equal(await Promise.race(held.map(({ end }) => end)), 1, 'a stream of the first was reset')
    for (const one of [...held, other]) one.child.kill('SIGKILL')
  }
)

t.test('serving needs a protocol that is free, and ends with the node, as piping does', async (t) => {
  const serving = await serve(t, hall, '/doc/echo/v1', '--', 'cat')
  const again = kith('serve', '--home', hall.home, '/doc/echo/v1', '--', 'cat')
  t.equal(await again.end, 1)
  t.match(again.err(), '/doc/echo/v1 is handled already')

  const open = pipe(t, den.home, 'hall', '/doc/echo/v1')
  open.stdin.write('hello')
  await once(open.stdout, 'data')
  hall.running.child.kill('SIGTERM')
  t.equal(await hall.running.end, 0)
  t.not(await serving.end, 0)
  // Whichever arrives first: the reason, or the end of the socket.
  t.match(serving.err(), /the node is stopping|the running node went away/)
  t.equal(await open.end, 1)
  t.match(open.err(), 'hall cut the stream off')

  const late = pipe(t, den.home, 'hall', '/doc/echo/v1', '--timeout', '500ms')
  t.equal(await late.end, 3, late.err())
  const alone = kith('serve', '--home', hall.home, '/doc/echo/v1', '--', 'cat')
  t.equal(await alone.end, 3, 'serving needs a running node')
})
