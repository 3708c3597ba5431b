import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type Duplex, duplexPair } from 'node:stream'
import { finished } from 'node:stream/promises'
import t from 'tap'
import { FramedDuplex } from '../../../src/node/control/framed-duplex.ts'

/** A framed end, and the socket at the other end of it. */
function framed(): [FramedDuplex, Duplex] {
  const [near, far] = duplexPair()
  far.on('error', () => {})
  return [new FramedDuplex(near), far]
}

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')

/** The next bytes of a stream. */
async function next(stream: Duplex): Promise<string> {
  return ((await once(stream, 'data')) as [Buffer])[0].toString('hex')
}

t.test('bytes are frames, and an end is a frame without bytes', async (t) => {
  const [end, socket] = framed()
  const written: Buffer[] = []
  socket.on('data', (bytes: Buffer) => written.push(bytes))
  end.end('hi')
  await once(end, 'finish')
  await new Promise((resolve) => setImmediate(resolve))
  t.equal(Buffer.concat(written).toString('hex'), '000000026869' + '00000000')
})

t.test('frames are read however they are cut', async (t) => {
  const bytes = hex('00000003 616263  00000001 64  00000000')
  for (let at = 0; at <= bytes.length; at++) {
    const [end, socket] = framed()
    let text = ''
    end.on('data', (chunk: Buffer) => {
      text += String(chunk)
    })
    socket.write(bytes.subarray(0, at))
    await new Promise((resolve) => setImmediate(resolve))
    socket.write(bytes.subarray(at))
    end.end()
    await finished(end)
    t.equal(text, 'abcd', `cut after ${at}`)
  }
})

t.test('bytes that were read already come first', async (t) => {
  const [near] = duplexPair()
  const end = new FramedDuplex(near, hex('00000002 6869'))
  t.equal(await next(end), '6869')
})

t.test('a socket that closes without an end was cut off', async (t) => {
  for (const bytes of ['', '0000', '00000002 68', '00000001 68']) {
    const [end, socket] = framed()
    end.resume()
    socket.end(hex(bytes))
    await t.rejects(finished(end), { code: 'link-broken' }, bytes)
  }
})

t.test('frames beyond the limit, and random bytes, end in an error or in order', async (t) => {
  const [end, socket] = framed()
  socket.write(hex('00100001'))
  await t.rejects(finished(end), { code: 'too-big' })
  for (let round = 0; round < 200; round++) {
    const [random, from] = framed()
    random.resume()
    random.end()
    from.resume()
    from.end(randomBytes(round))
    await finished(random).catch((error: unknown) => t.match(error, { name: 'NodeError' }))
  }
})

t.test('a reader that takes nothing holds the socket back', async (t) => {
  const [end, socket] = framed()
  const frame = Buffer.concat([hex('00001000'), Buffer.alloc(4096)])
  let frames = 0
  while (frames < 1000 && socket.writableLength < 100_000) {
    socket.write(frame)
    frames++
    await new Promise((resolve) => setImmediate(resolve))
  }
  t.ok(frames < 1000, `${frames} frames were taken`)
  t.ok(end.readableLength < 100_000)
})
