import { readFileSync } from 'node:fs'
import t from 'tap'
import { machineBoot } from '../../../src/hal/linux/machine-boot.ts'

t.test('the boot of this machine, which does not sleep during a test', (t) => {
  const [first, second] = [machineBoot(), machineBoot()]
  if (first === undefined || second === undefined) throw new Error('there is no /proc')
  t.equal(first.id, second.id, 'the same for every process')
  t.ok(first.uptime() <= second.uptime())
  const slept = first.slept()
  t.equal(slept, 0)
  t.ok(readFileSync('/proc/uptime').length > 0)
  t.ok(first.slept() < 100, 'both clocks go on at one pace')
  t.end()
})
