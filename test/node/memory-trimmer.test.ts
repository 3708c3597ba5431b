import t from 'tap'
import { VirtualClock } from '../../src/hal/simulated/virtual-clock.ts'
import { MemoryTrimmer } from '../../src/node/memory-trimmer.ts'

const MiB = 1024 * 1024

t.test(
  'memory is given back once the start is over, then a minute after it grew, and not tried again while it stays',
  async (t) => {
    const clock = new VirtualClock()
    let resident = 120 * MiB
    let trims = 0
    const trim = (): void => {
      trims++
      resident -= 20 * MiB
    }
    const trimmer = new MemoryTrimmer(clock, { resident: () => resident, trim })
    trimmer.start()
    await clock.advance(4000)
    t.equal(trims, 0, 'it starts')
    await clock.advance(2000)
    t.same([trims, resident], [1, 100 * MiB])
    await clock.advance(600_000)
    t.equal(trims, 1, 'nothing grew')
    resident += 30 * MiB
    await clock.advance(60_000)
    t.same([trims, resident], [2, 110 * MiB])
    await clock.advance(600_000)
    t.equal(trims, 2, 'what is left is in use')
    resident += 9 * MiB
    await clock.advance(60_000)
    t.equal(trims, 3)
    resident += 9 * MiB
    await clock.advance(60_000)
    t.equal(trims, 3, 'what returned within a minute of the trim is in use')
    resident += 9 * MiB
    await clock.advance(60_000)
    t.equal(trims, 4)
    trimmer.stop()
    resident += 100 * MiB
    await clock.advance(600_000)
    t.equal(trims, 4)
  }
)
