import type { RemoteInfo } from 'node:dgram'
import type { QueryPacket } from 'multicast-dns'
import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { Answers, type Asker } from '../../../src/peer/discovery/answers.ts'
import { SERVICE } from '../../../src/peer/discovery/records.ts'

const PORT = 5353
const from = (port: number, address = '192.0.2.7'): RemoteInfo => ({
  address,
  port,
  family: 'IPv4',
  size: 33
})

/** @param read the class as dns-packet reads it */
function query(read: string, name = SERVICE): QueryPacket {
  return { id: 9, type: 'query', questions: [{ name, type: 'PTR', class: read }] } as unknown as QueryPacket
}

const plain = query('IN')
const unicast = query('UNKNOWN_32769')

function answering() {
  const clock = new VirtualClock()
  const sent: (Asker | 'group')[] = []
  const answers = new Answers({ clock, port: PORT, send: (to) => sent.push(to ?? 'group') })
  return { clock, answers, sent, take: (): (Asker | 'group')[] => sent.splice(0) }
}

t.test('whoever asks from another port gets an answer of its own, at once and with the id', async (t) => {
  const { answers, take } = answering()
  for (const asked of [plain, unicast]) {
    answers.take(asked, from(40_000))
    t.same(take(), [{ address: '192.0.2.7', port: 40_000, id: 9 }])
  }
  answers.take(query('IN', '_http._tcp.local'), from(40_000))
  answers.take({ ...plain, questions: [] }, from(40_000))
  t.same(take(), [])
})

t.test('a unicast question from the port of mDNS: the group is told where it was not lately', async (t) => {
  const { clock, answers, take } = answering()
  answers.take(unicast, from(PORT))
  t.same(take(), ['group'])
  await clock.advance(29_999)
  answers.take(unicast, from(PORT))
  t.same(take(), [{ address: '192.0.2.7', port: PORT, id: undefined }])
  await clock.advance(1)
  answers.take(unicast, from(PORT))
  t.same(take(), ['group'])
  const both = { ...plain, questions: [...(plain.questions ?? []), ...(unicast.questions ?? [])] }
  answers.take(both, from(PORT))
  t.same(take(), [], 'one that also asks the group waits for its second')
  await clock.advance(1000)
  t.same(take(), ['group'])
})

t.test('a flood is answered to the group once a second, whoever it seems to come from', async (t) => {
  const { clock, answers, take } = answering()
  for (let i = 0; i < 1000; i++) answers.take(unicast, from(40_000))
  t.equal(take().filter((to) => to !== 'group').length, 10, 'one host')
  for (let i = 0; i < 1000; i++) answers.take(unicast, from(40_000, `192.0.2.${i % 250}`))
  t.ok(take().length <= 100, 'all hosts of the link together')
  let direct = 0
  let group = 0
  for (let ms = 0; ms < 10_000; ms += 10) {
    await clock.advance(10)
    for (let i = 0; i < 5; i++) answers.take(unicast, from(40_000, `10.${ms % 2500}.0.${i}`))
    for (const to of take()) to === 'group' ? group++ : direct++
  }
  t.ok(direct >= 490 && direct <= 510, `${direct} unicast answers in 10 s`)
  t.ok(group >= 9 && group <= 11, `${group} multicast answers in 10 s`)
  answers.stop()
  t.equal(clock.pending, 0)
})
