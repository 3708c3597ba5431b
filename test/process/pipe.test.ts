import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import t from 'tap'
import { all, digest, friends, pipe, serve, until } from '../support/process/piped.ts'

// Temporary nodes discover no peers.
process.env['KITH_MDNS'] = 'false'

/** Used until the last test stops one of them. */
const { hall, den } = await friends(t)

t.test('10 MiB go both ways intact, and a program knows who called', async (t) => {
  await serve(t, hall, '/doc/echo/v2,/doc/echo/v1', '--', 'cat')
  const bytes = randomBytes(10 * 1024 * 1024)
  const echo = pipe(t, den.home, 'hall', '/doc/echo/v3', '/doc/echo/v1')
  echo.stdin.end(bytes)
  const back = await all(echo.stdout)
  t.equal(digest(back), digest(bytes))
  t.equal(await echo.end, 0, echo.err())

  await serve(t, hall, '/who/calls/v1', '--', 'sh', '-c', 'echo "$KITH_NAME $KITH_PEER $KITH_PROTOCOL"')
  const who = pipe(t, den.home, 'hall', '/who/calls/v1')
  who.stdin.end()
  t.equal(String(await all(who.stdout)), `den ${den.node.peer} /who/calls/v1\n`)
  t.equal(await who.end, 0)

  const unspoken = pipe(t, den.home, 'hall', '/nobody/speaks/v1')
  t.equal(await unspoken.end, 1)
  t.match(unspoken.err(), 'hall speaks none of /nobody/speaks/v1')
  const wrong = pipe(t, den.home, 'hall', 'echo')
  t.equal(await wrong.end, 2)
  t.match(wrong.err(), 'not a ProtocolName')
  const unknown = pipe(t, den.home, 'nobody', '/doc/echo/v1')
  t.equal(await unknown.end, 3)
})

t.test('a reader that takes nothing holds the program back, and nothing is lost', async (t) => {
  const script = 'head -c 33554432 /dev/zero; echo done >&2'
  const serving = await serve(t, hall, '/much/data/v1', '--', 'sh', '-c', script)
  const slow = pipe(t, den.home, 'hall', '/much/data/v1')
  slow.stdin.end()
  await once(slow.stdout, 'readable')
  t.notMatch(serving.err(), 'den: done', 'the program cannot write on')
  let bytes = 0
  for await (const chunk of slow.stdout) {
    bytes += (chunk as Buffer).length
    if (bytes < 400_000) t.notMatch(serving.err(), 'den: done')
  }
  t.equal(bytes, 33_554_432)
  t.equal(await slow.end, 0)
  await until(serving, () => serving.err().includes('den: done'))
})

t.test('without a running node the pipe is a temporary node with the identity of the home', async (t) => {
  await serve(t, hall, '/doc/echo/v1', '--', 'cat')
  den.running.child.kill('SIGTERM')
  t.equal(await den.running.end, 0)
  const bytes = randomBytes(10 * 1024 * 1024)
  const echo = pipe(t, den.home, 'hall', '/doc/echo/v1')
  echo.stdin.end(bytes)
  t.equal(digest(await all(echo.stdout)), digest(bytes))
  t.equal(await echo.end, 0, echo.err())
})
