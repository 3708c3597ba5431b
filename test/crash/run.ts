import { parseArgs } from 'node:util'
import { crashRun } from './crash-run.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) }
  }
})
const kills = Number(values.kills)
const seed = Number(values.seed)
console.log(`${kills} kills, seed ${seed} (--kills N --seed N)`)

const begun = performance.now()
const report = await crashRun({ kills, seed, backupAge: 5, restoreEvery: 10, report: console.log })
const { faults, ...counts } = report
const minutes = ((performance.now() - begun) / 60_000).toFixed(1)
console.log(`${faults.length === 0 ? 'all is well' : `${faults.length} FAULTS`} in ${minutes} min`, counts)
for (const fault of faults) console.log(`  ${fault}`)
process.exit(faults.length === 0 ? 0 : 1)
