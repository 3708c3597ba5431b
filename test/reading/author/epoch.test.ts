import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { SeededRandom } from '../../../src/hal/simulated/random.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import type { ClockStatus } from '../../../src/hal/time-source.ts'
import { Epochs } from '../../../src/reading/author/epoch.ts'
import { keptLog } from '../../support/history.ts'

const known: ClockStatus = { quality: 0, offset: 0 }
const unknown: ClockStatus = { quality: 2, offset: 0 }
const random = new SeededRandom(1)

function epochs(file: string | undefined, status = known, log = keptLog(), kept = 0): Epochs {
  return new Epochs({
    file,
    clock: new VirtualClock(),
    time: () => status,
    kept: () => kept,
    random: (n) => random.bytes(n),
    log
  })
}

t.test('Unix seconds where the time is known, and a boot of its own', async (t) => {
  const file = join(t.testdir(), 'epoch')
  const [one, two] = [epochs(file).begin(), epochs(file).begin()]
  t.match(one, { epoch: 1_767_225_600, boot: /^[0-9a-f]{16}$/ })
  t.equal(two.epoch, 1_767_225_601, 'rises within a second too')
  t.not(one.boot, two.boot)
  t.equal(readFileSync(file, 'utf8'), '1767225601\n')
  t.equal(statSync(file).mode & 0o777, 0o600)
})

t.test('the last one and one more where the clock is unknown', async (t) => {
  const file = join(t.testdir({ epoch: '41\n' }), 'epoch')
  const source = epochs(file, unknown)
  t.equal(source.begin().epoch, 42)
  t.equal(source.begin().epoch, 43)
  t.equal(epochs(file, unknown).begin().epoch, 44)
})

t.test('the last one however late it is, as far as clocks go', async (t) => {
  const file = join(t.testdir({ epoch: '8589934590\n' }), 'epoch')
  t.equal(epochs(file).begin().epoch, 8_589_934_591)
})

t.test('above the runs of the history, whatever the file says', async (t) => {
  const file = join(t.testdir({ epoch: '41\n' }), 'epoch')
  t.equal(epochs(file, unknown, keptLog(), 70).begin().epoch, 71)
  t.equal(
    epochs(join(t.testdir(), 'epoch'), unknown, keptLog(), 70).begin().epoch,
    71,
    'and where there is none'
  )
  t.equal(epochs(undefined, unknown, keptLog(), Number.MAX_SAFE_INTEGER).begin().epoch, 1, 'no run has that')
})

t.test('a history that is not read to its end is, where nothing else has an epoch', async (t) => {
  const asked: boolean[] = []
  const options = {
    clock: new VirtualClock(),
    time: () => unknown,
    kept: (isAll: boolean) => {
      asked.push(isAll)
      return isAll ? 70 : 60
    },
    random: (n: number) => random.bytes(n),
    log: keptLog()
  }
  const dir = t.testdir({ good: '41\n', bad: 'x' })
  const next = (file: string | undefined): number => new Epochs({ ...options, file }).begin().epoch
  t.equal(next(join(dir, 'good')), 61)
  t.equal(next(join(dir, 'bad')), 71)
  t.equal(next(join(dir, 'none')), 71)
  t.same(asked, [false, true, true])
})

t.test('above any that was shown to us, also after a start', async (t) => {
  const file = join(t.testdir({ epoch: '41\n' }), 'epoch')
  const source = epochs(file, unknown)
  source.raise(7)
  source.raise(2_000_000_000)
  source.raise(Number.MAX_SAFE_INTEGER)
  t.equal(source.begin().epoch, 2_000_000_001)
  t.equal(epochs(file).begin().epoch, 2_000_000_002)
})

t.test('a damaged file is said and gone on from', async (t) => {
  for (const text of ['', 'x', '-3', '1e9', '99999999999999\n', '8589934592\n', `${'9'.repeat(40)}\n`]) {
    const file = join(t.testdir(), 'epoch')
    writeFileSync(file, text)
    const log = keptLog()
    t.equal(epochs(file, known, log).begin().epoch, 1_767_225_600)
    t.match(log.lines, [{ level: 'warn', message: /is damaged/ }])
  }
})

t.test('a disk that takes nothing is said, and no position is used twice', async (t) => {
  const log = keptLog()
  const file = join(t.testdir(), 'absent', 'epoch')
  const runs = [epochs(file, unknown, log).begin(), epochs(file, unknown, log).begin()]
  t.same(
    runs.map(({ epoch }) => epoch),
    [1, 1]
  )
  t.not(runs[0]?.boot, runs[1]?.boot)
  t.match(log.lines, [{ level: 'warn', message: /cannot be kept/ }, {}])
  t.equal(epochs(undefined).begin().epoch, 1_767_225_600, 'and without a home')
})
