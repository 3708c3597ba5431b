import { randomBytes } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { finished } from 'node:stream/promises'
import t from 'tap'
import { type House, type HouseNode, houseFor } from '../support/scenario/house.ts'

const V1 = '/doc/share/v1'
const V2 = '/doc/share/v2'

/** Nodes in a row, each linked with the next and having it in its book, and the other way round. */
async function row(house: House, ...names: string[]): Promise<HouseNode[]> {
  const nodes: HouseNode[] = []
  for (const name of names) nodes.push(await house.start(name))
  for (const [i, node] of nodes.entries()) {
    const next = nodes[i + 1]
    if (next === undefined) continue
    await house.link(node, next)
    await Promise.all([know(node, next), know(next, node)])
  }
  return nodes
}

/** Two that have each other in the book, and two others between them. */
async function apart(house: House): Promise<{ den: HouseNode; desk: HouseNode }> {
  const [den, , , desk] = await row(house, 'den', 'attic', 'hall', 'desk')
  if (den === undefined || desk === undefined) throw new Error('there are four')
  await Promise.all([know(den, desk), know(desk, den)])
  await house.pass(5000)
  return { den, desk }
}

async function know(node: HouseNode, other: HouseNode): Promise<void> {
  await node.operations.bookPut({ name: other.name, who: other.peer })
}

/** Sends back what comes on these protocols, until the signal aborts. @returns the callers, as they come */
async function echo({ operations }: HouseNode, protocols: string[], signal: AbortSignal): Promise<string[]> {
  const callers: string[] = []
  const events = operations.serve({ protocols }, signal)[Symbol.asyncIterator]()
  await events.next()
  const answer = async (): Promise<void> => {
    for (let next = await events.next(); next.done !== true; next = await events.next()) {
      if (!('id' in next.value)) continue
      callers.push(`${next.value.name} ${next.value.protocol}`)
      const { bytes } = await operations.accept({ id: next.value.id }, signal)
      bytes.pipe(bytes)
    }
  }
  void answer()
  return callers
}

async function sendAndRead(bytes: Duplex, sent: Buffer): Promise<Buffer> {
  const back: Buffer[] = []
  bytes.on('data', (chunk: Buffer) => back.push(chunk))
  bytes.end(sent)
  await finished(bytes)
  return Buffer.concat(back)
}

t.test('a stream goes through two others, in the newest version that both ends speak', async (t) => {
  const house = houseFor(t)
  const { den, desk } = await apart(house)
  const stop = new AbortController()
  const callers = await echo(den, [V1], stop.signal)
  const { signal } = stop
  const old = await house.while(desk.operations.pipe({ who: 'den', protocols: [V2, V1] }, signal))
  t.equal(old.protocol, V1)
  t.equal(old.peer, den.peer)
  const sent = randomBytes(200_000)
  t.ok((await house.while(sendAndRead(old.bytes, sent))).equals(sent))
  await echo(den, [V2], signal)
  const newest = await house.while(desk.operations.pipe({ who: 'den', protocols: [V2, V1] }, signal))
  t.equal(newest.protocol, V2)
  newest.bytes.destroy()
  t.same(callers, [`desk ${V1}`])
  stop.abort()
})

t.test('a reader that takes nothing holds the writer back through two others', async (t) => {
  const house = houseFor(t)
  const { den, desk } = await apart(house)
  const stop = new AbortController()
  const { signal } = stop
  const events = den.operations.serve({ protocols: [V1] }, signal)[Symbol.asyncIterator]()
  await events.next()
  const { bytes } = await house.while(desk.operations.pipe({ who: 'den', protocols: [V1] }, signal))
  const { value } = await house.while(events.next())
  const id = value !== undefined && 'id' in value ? value.id : ''
  const reader = (await den.operations.accept({ id }, signal)).bytes
  let written = 0
  const part = Buffer.alloc(65_536)
  const write = (): void => {
    while (written < 4_000_000) {
      written += part.length
      if (!bytes.write(part)) {
        bytes.once('drain', write)
        return
      }
    }
    bytes.end()
  }
  write()
  await house.pass(30_000)
  t.ok(written < 2_500_000, `${written} bytes were taken`)
  let read = 0
  reader.on('data', (chunk: Buffer) => {
    read += chunk.length
  })
  reader.end()
  await house.while(finished(reader))
  t.equal(read, written)
  stop.abort()
})
