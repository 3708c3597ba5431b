import t from 'tap'
import { isWithin, RunTimes } from '../../../../src/node/api/past/run-times.ts'

const run = (epoch: number) => ({ epoch, boot: epoch.toString(16).padStart(16, '0') })
const anchored = (epoch: number, start: number, end: number) => ({
  ...run(epoch),
  unix: end,
  mono: (end - start) * 1000
})

t.test('a run without a time lies between its neighbours that have one', async (t) => {
  const runs = new RunTimes([
    anchored(10, 1000, 2000),
    { ...run(11), unix: null, mono: 0 },
    anchored(12, 5000, 6000),
    { ...run(13), unix: null, mono: 0 }
  ])
  for (const [epoch, since, until, may] of [
    [11, 0, 1999, false],
    [11, 0, 2000, true],
    [11, 3000, 4000, true],
    [11, 5000, 9000, true],
    [11, 5001, 9000, false],
    [13, 0, 5999, false],
    [13, 7000, 9000, true],
    [13, 7000, undefined, true],
    [9, 500, 900, true],
    [9, 1001, undefined, false]
  ] as const)
    t.equal(runs.mayLieWithin(run(epoch), { since, until }), may, `${epoch} in ${since} to ${until}`)
})

t.test('without any known time every run may lie in any window', async (t) => {
  const runs = new RunTimes([{ ...run(1), unix: null, mono: 0 }])
  t.ok(runs.mayLieWithin(run(1), { since: 5, until: 6 }))
  t.ok(new RunTimes([]).mayLieWithin(run(1), { since: 5 }))
})

t.test('a known time counts, whatever the run', async (t) => {
  const runs = new RunTimes([])
  const at = (time: number): boolean => isWithin({ time, position: run(1) }, { since: 10, until: 20 }, runs)
  t.same([9.9, 10, 20, 20.1].map(at), [false, true, true, false])
  t.ok(isWithin({ time: 5, position: run(1) }, {}, runs))
})
