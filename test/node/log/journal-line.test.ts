process.env['TZ'] = 'UTC'

import t from 'tap'
import { journalLine } from '../../../src/node/log/journal-line.ts'

const TIME = 1_764_000_000_000
const entry = (MESSAGE: unknown): string =>
  JSON.stringify({ __REALTIME_TIMESTAMP: String(TIME * 1000), MESSAGE })
const own = JSON.stringify({ level: 'warn', time: TIME, peer: 'x', msg: 'gossip refused' })

t.test('a line of kith for people has its date, and as JSON it is as kith wrote it', async (t) => {
  t.equal(journalLine(entry(own), { json: false }), '2025-11-24 16:00:00 warn gossip refused  peer=x')
  t.equal(journalLine(entry(own), { json: true }), own)
})

t.test('so has a line of systemd, or of anybody', async (t) => {
  const text = 'Started kith.service\u001b[2J'
  t.equal(journalLine(entry(text), { json: false }), '2025-11-24 16:00:00 Started kith.service\ufffd[2J')
  t.same(JSON.parse(journalLine(entry('Started'), { json: true }) ?? ''), { time: TIME, msg: 'Started' })
  t.equal(journalLine(entry('{"a": 1}'), { json: false }), '2025-11-24 16:00:00 {"a": 1}')
})

t.test('what is no entry is left out', async (t) => {
  for (const text of ['', '-- No entries --', '[]', '3', entry([104, 105]), entry(undefined)])
    t.equal(journalLine(text, { json: false }), undefined, text)
})
