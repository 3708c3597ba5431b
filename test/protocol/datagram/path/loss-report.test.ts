import t from 'tap'
import { VirtualClock } from '../../../../src/hal/simulated/virtual-clock.ts'
import { ReplayWindow } from '../../../../src/protocol/datagram/packet/replay-window.ts'
import { LossReport } from '../../../../src/protocol/datagram/path/loss-report.ts'

t.test('every 5 s while packets flow: received and expected since the last', async (t) => {
  const clock = new VirtualClock()
  const reports: [number, number][] = []
  const report = new LossReport(clock, (received, expected) => reports.push([received, expected]))
  const window = new ReplayWindow()
  const receive = (counter: number): void => {
    window.accept(counter)
    report.received(window)
  }
  for (const counter of [0, 1, 2, 5, 9]) receive(counter)
  await clock.advance(5000)
  t.same(reports, [[5, 10]])
  await clock.advance(60_000)
  t.equal(reports.length, 1, 'silence is not reported')
  for (const counter of [10, 12, 11]) receive(counter)
  await clock.advance(5000)
  t.same(reports[1], [3, 3])
  const next = new ReplayWindow()
  receive(13)
  next.accept(0)
  report.received(next)
  report.straggler()
  next.accept(3)
  report.received(next)
  await clock.advance(5000)
  t.same(reports[2], [4, 6], 'across a rekey: 13; 0 to 3; and one under the old keys')
  next.accept(2 ** 47)
  report.received(next)
  await clock.advance(5000)
  t.equal(reports[3]?.[1], 2 ** 32 - 1, 'fits its field')
  report.close()
})
