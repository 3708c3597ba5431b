import t from 'tap'
import { houseFor } from '../../support/scenario/house.ts'
import { Stranger } from '../../support/scenario/stranger.ts'

t.test('a peer that speaks no protocol of ours is not asked for history again', async (t) => {
  const house = houseFor(t)
  const reader = await house.start('reader')
  const stranger = await Stranger.start()
  t.teardown(() => stranger.stop())
  await stranger.dial(reader)
  const { backfill } = reader.running.assembled.replication
  const answered = await house.while(
    backfill.ask(
      {
        series: `${stranger.peer}/air/temperature`,
        missing: { from: { epoch: 1, boot: '0000000000000000', seq: 0 } },
        noticedAt: 0,
        onReadings: () => {},
        onGone: () => {},
        shouldStop: () => false,
        isComplete: () => true,
        authorOnly: true
      },
      new AbortController().signal
    )
  )
  t.equal(answered, false)
  t.equal(backfill.refuses(stranger.peer), true)
  backfill.returned(stranger.peer)
  t.equal(backfill.refuses(stranger.peer), false, 'until it connects again')
})
