import t from 'tap'
import { crashRun } from './crash-run.ts'

t.test(
  'killed at random moments: the same PeerId, no position twice, nothing lost beyond a flush',
  async (t) => {
    const report = await crashRun({ kills: 3, seed: 7, backupAge: 1, restoreEvery: 3 })
    t.strictSame(report.faults, [])
    t.match(report, { kills: 3, restores: 1 })
    t.ok(
      report.heard > 0,
      `${report.heard} readings of ${report.runs} runs, ${report.worstLoss} ms lost at most`
    )
  }
)
