import { mkdirSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { keptLog } from '../support/history.ts'
import { houseFor } from '../support/scenario/house.ts'

t.test(
  'a disk that takes no history: measuring and serving go on, and it is written when it is back',
  async (t) => {
    const house = houseFor(t)
    const log = keptLog()
    const author = await house.start('author', {
      gauges: ['air'],
      home: true,
      log,
      config: 'history: { flush: 2s }'
    })
    const reader = await house.start('reader', { config: 'store: [{ claimed: author }]' })
    await house.stop(author)
    const file = join(author.home ?? '', 'history.sqlite')
    for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true })
    mkdirSync(file)
    await house.run(author)
    author.gauge('air').next = 0
    await house.link(reader, author)
    await house.until(() => reader.received.length >= 5)

    const status = await author.operations.status()
    t.match(status.history, { state: /failing|read-only|full/, error: String })
    t.equal(status.sensors[0]?.state, 'value')
    t.equal(
      log.lines.filter(({ message }) => /history cannot be written/.test(message)).length,
      1,
      'said once'
    )
    const signal = new AbortController().signal
    const [latest] = await house.while(reader.operations.ask({ who: 'author' }, signal))
    t.equal(latest?.state, 'value')
    const series = author.series('air')
    await house.pass(10_000)
    t.strictSame(author.values(series).slice(0, 5), [0, 1, 2, 3, 4], 'history is served from memory')

    rmdirSync(file)
    await house.until(() => author.running.assembled.storage.history.status().state === 'ok')
    await house.pass(2_000)
    await house.restart(author)
    t.strictSame(author.values(series).slice(0, 5), [0, 1, 2, 3, 4], 'what waited in memory is on the disk')
  }
)
