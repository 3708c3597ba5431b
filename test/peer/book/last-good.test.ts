import type { Connection } from '@libp2p/interface'
import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { silentLog } from '../../../src/log.ts'
import { LastGoodAddresses } from '../../../src/peer/book/last-good.ts'

const HALL = '12D3KooWMFbyWpEpag1TWQgq8wF3LAGxuduCniJwioo54e3yZ2ES'
const ATTIC = '12D3KooWSqa5oTZxNL6fFuQfjx1VsYtdag8SvRNcKG5RMVjmwE56'
const at = (host: number): string => `/ip4/192.168.1.${host}/tcp/4001`

interface Given {
  readonly text?: string
  readonly book?: readonly string[]
  readonly peers?: number
  readonly readOnly?: boolean
}

/** What is written and recalled, and a way to open connections. */
function bench({ text, book = [HALL, ATTIC], peers = 8, readOnly = false }: Given = {}) {
  const clock = new VirtualClock()
  const events = new EventTarget()
  const [written, recalled, warnings]: [string[], unknown[], string[]] = [[], [], []]
  const disk = { fails: false }
  const addresses = new LastGoodAddresses({
    libp2p: events as never,
    clock,
    log: { ...silentLog, warn: (message) => void warnings.push(message) },
    limits: { peers, addresses: 2, write: 600_000 },
    inBook: (peer) => book.includes(peer),
    read: async () => text,
    write: readOnly
      ? undefined
      : async (text) => {
          if (disk.fails) throw new Error('ENOSPC')
          written.push(text)
        },
    recalled: (peer, addresses) => recalled.push([peer, addresses])
  })
  const open = (peer: string, address: string, direction = 'outbound'): void => {
    const detail = {
      direction,
      remotePeer: { toString: () => peer },
      remoteAddr: { toString: () => address }
    }
    events.dispatchEvent(new CustomEvent('connection:open', { detail: detail as unknown as Connection }))
  }
  return { clock, addresses, open, written, recalled, warnings, disk }
}

t.test('addresses that a dial reached are written seldom, the latest first, and recalled', async (t) => {
  const { clock, addresses, open, written } = bench()
  await addresses.start()
  open(HALL, `${at(20)}/p2p/${HALL}`)
  open(HALL, at(21))
  open(HALL, at(22))
  open(HALL, at(22))
  await clock.advance(599_000)
  t.equal(written.length, 0)
  await clock.advance(1_000)
  t.same(JSON.parse(written[0] ?? ''), { [HALL]: [at(22), at(21)] }, 'two of one peer')
  await clock.advance(3_600_000)
  t.equal(written.length, 1, 'nothing changed')
  open(ATTIC, at(30))
  await addresses.stop()
  t.equal(written.length, 2, 'and at the end')
  open(ATTIC, at(31))
  const again = bench({ text: written[1] ?? '', book: [HALL] })
  await again.addresses.start()
  t.same(
    again.recalled,
    [[HALL, [at(21), at(22)]]],
    'of peers in the book still; last heard is dialled first'
  )
})

t.test('only dials of ours count, to peers of the book, without a relay', async (t) => {
  const { addresses, open, written } = bench({ book: [HALL] })
  await addresses.start()
  open(HALL, at(20), 'inbound')
  open(ATTIC, at(20))
  open(HALL, `/ip4/1.2.3.4/tcp/1/p2p/${ATTIC}/p2p-circuit/p2p/${HALL}`)
  await addresses.stop()
  t.same(written, [])
})

t.test('the table is bounded: the peer reached longest ago goes', async (t) => {
  const { addresses, open, written } = bench({ peers: 1 })
  await addresses.start()
  open(HALL, at(20))
  open(ATTIC, at(30))
  await addresses.stop()
  t.same(JSON.parse(written[0] ?? ''), { [ATTIC]: [at(30)] })
})

t.test('a full disk delays the write, and a home of another process is only read', async (t) => {
  const { clock, addresses, open, written, disk } = bench()
  await addresses.start()
  open(HALL, at(20))
  disk.fails = true
  await clock.advance(600_000)
  disk.fails = false
  await clock.advance(600_000)
  t.equal(written.length, 1)
  await addresses.stop()
  const reader = bench({ readOnly: true, text: written[0] ?? '' })
  await reader.addresses.start()
  reader.open(HALL, at(21))
  await reader.addresses.stop()
  t.same([reader.recalled.length, reader.written], [1, []])
})

for (const text of [
  '',
  '{',
  '[]',
  'null',
  '{"hall": []}',
  `{"${HALL}": "x"}`,
  `{"${HALL}": [1]}`,
  `{"${HALL}": ["x"]}`
])
  t.test(`a damaged file is begun anew: ${text}`, async (t) => {
    const { addresses, open, written, recalled, warnings } = bench({ text })
    await addresses.start()
    t.same([recalled, warnings.length], [[], 1])
    open(HALL, at(20))
    await addresses.stop()
    t.same(JSON.parse(written[0] ?? ''), { [HALL]: [at(20)] })
  })
