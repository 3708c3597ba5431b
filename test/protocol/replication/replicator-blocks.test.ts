import t from 'tap'
import { author, boot, MINUTE, replicatorBench, sealedOf } from '../../support/replicator-bench.ts'

t.test('packs are replaced by the blocks of their author', async (t) => {
  const { clock, asked, shelf, replicator } = replicatorBench(t, (task, put) => {
    put.splice(0, put.length, sealedOf('block', author, task.missing.from.epoch, 0, 1, 2))
    return true
  })
  replicator.take(sealedOf('pack', author, 1, 0))
  replicator.take(sealedOf('pack', author, 1, 1))
  await clock.advance(41 * MINUTE)
  t.same(asked, ['1.0- of the author'])
  t.same(
    shelf.put.map(({ kind }) => kind),
    ['block']
  )
})

t.test(
  'an author is asked for the blocks of what waits for them, once it is there to be asked',
  async (t) => {
    let hasBlock = true
    const { clock, asked, shelf, replicator, connected } = replicatorBench(t, (task, put) => {
      if (hasBlock) put.splice(0, put.length, sealedOf('block', author, 1, 0))
      task.onReadings(sealedOf('block', author, 1, 255).readings, true)
      return task.shouldStop()
    })
    replicator.take(sealedOf('pack', author, 1, 0))
    const [series = ''] = shelf.series()
    shelf.waiting = [{ series, run: { epoch: 1, boot }, from: 0, to: 300 }]
    const blocks = (): string[] => asked.filter((one) => one.endsWith('of the author'))
    await clock.advance(30_000)
    t.same(blocks(), [], 'it is not connected')
    connected.add(author)
    await clock.advance(10_000)
    t.same(blocks(), ['1.0-255 of the author'], 'full blocks alone')
    hasBlock = false
    shelf.put.splice(0, shelf.put.length, sealedOf('pack', author, 1, 0))
    shelf.waiting = [{ series, run: { epoch: 1, boot }, from: 0, to: 20 }]
    await clock.advance(30_000)
    t.same(blocks().slice(1), ['1.0-20 of the author'], 'it has none: it is not asked again soon')
    await clock.advance(5 * MINUTE)
    t.equal(blocks().length, 3)
  }
)

t.test('readings whose seals are lost are asked for as gaps are, until somebody has them', async (t) => {
  const { clock, asked, shelf, replicator } = replicatorBench(t, () => {
    shelf.unsealed = []
    return true
  })
  replicator.take(sealedOf('pack', author, 1, 0))
  const [series = ''] = shelf.series()
  shelf.unsealed = [{ series, run: { epoch: 1, boot }, from: 0, to: 0 }]
  await clock.advance(60_000)
  t.same(asked, ['1.0-0'])
})
