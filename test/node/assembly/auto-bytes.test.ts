import t from 'tap'
import { autoBytes } from '../../../src/node/assembly/auto-bytes.ts'

const MIB = 1024 ** 2
const auto = { share: 512, min: 1, max: 16 }

t.test('auto is a share of the memory, within bounds', async (t) => {
  t.equal(autoBytes('auto', auto, 256 * MIB), MIB, 'a Pi Zero under a limit')
  t.equal(autoBytes('auto', auto, 1024 * MIB), 2 * MIB, 'a Pi 3')
  t.equal(autoBytes('auto', auto, 64 * 1024 * MIB), 16 * MIB)
  t.equal(autoBytes(12_345, auto, 1024 * MIB), 12_345, 'the configuration decides')
  const own = autoBytes('auto', auto)
  t.ok(own >= MIB && own <= 16 * MIB)
})
