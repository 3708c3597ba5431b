import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { finished } from 'node:stream/promises'
import t, { type Test } from 'tap'
import { duplexOf } from '../../../../src/node/network/streams/stream-duplex.ts'
import { memoryNetwork } from '../../../support/memory-network.ts'

const PROTOCOL = '/doc/echo/v1'

/** The two ends of a stream between two networks. */
async function pair(t: Test): Promise<[Duplex, Duplex]> {
  const [here, there] = [await memoryNetwork(), await memoryNetwork()]
  t.teardown(() => Promise.all([here.stop(), there.stop()]))
  const { promise, resolve } = Promise.withResolvers<Duplex>()
  await there.handle(PROTOCOL, (stream) => resolve(duplexOf(stream)))
  const connection = await here.dial(there.getMultiaddrs())
  return [duplexOf(await connection.newStream(PROTOCOL)), await promise]
}

const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

async function all(stream: Duplex): Promise<Buffer> {
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  await once(stream, 'end')
  return Buffer.concat(chunks)
}

t.test('bytes come back intact, and each side ends on its own', async (t) => {
  const [one, other] = await pair(t)
  other.pipe(other)
  const bytes = randomBytes(3_000_000)
  const back = all(one)
  one.end(bytes)
  t.equal(digest(await back), digest(bytes))
  await Promise.all([finished(one), finished(other)])
})

t.test('an end that came before anybody reads is one', async (t) => {
  const [one, other] = await pair(t)
  one.end('hello')
  other.end()
  await new Promise((resolve) => setImmediate(resolve))
  t.equal(String(await all(other)), 'hello')
  t.equal(String(await all(one)), '')
})

t.test('a reader that takes nothing holds the writer back', async (t) => {
  const [one, other] = await pair(t)
  let sent = 0
  const part = Buffer.alloc(65_536)
  const write = (): void => {
    while (sent < 8_000_000) {
      sent += part.length
      if (!one.write(part)) return void one.once('drain', write)
    }
    one.end()
  }
  write()
  for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve))
  t.ok(sent < 1_000_000, `${sent} bytes were taken`)
  let read = 0
  for await (const chunk of other) {
    read += (chunk as Buffer).length
    await new Promise((resolve) => setImmediate(resolve))
  }
  t.equal(read, sent)
})

t.test('giving one end up cuts the other off', async (t) => {
  const [one, other] = await pair(t)
  other.write('half')
  await once(one, 'data')
  other.destroy()
  await t.rejects(once(one, 'end'), { code: 'link-broken', message: 'the stream was cut off' })
  t.ok(one.destroyed)
})
