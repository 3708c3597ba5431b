import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import { flockProgram, systemFlock } from '../../../src/peer/identity/flock.ts'
import { lockHome } from '../../../src/peer/identity/home-lock.ts'

const hasProgram = spawnSync('flock', ['--version']).status === 0
const broken = { 'node.lock': 'not a database, but long enough to be looked at'.repeat(50) }

t.test('the lock of the system', async (t) => {
  const folder = t.testdir({})
  const lock = lockHome(folder, { writable: true })
  t.equal(lock.isHeld, true)
  t.throws(() => lockHome(folder, { writable: true }), { code: 'home-in-use' })
  lock.release()
  lockHome(folder, { writable: true }).release()
})

t.test(
  'the addon and flock(1) refuse each other: a clone and a package may share a home',
  { skip: !hasProgram && 'there is no flock(1)' },
  async (t) => {
    for (const [first, second] of [
      [systemFlock, flockProgram],
      [flockProgram, systemFlock],
      [flockProgram, flockProgram]
    ] as const) {
      const folder = t.testdir({ ...broken, 'identity.key': 'k' })
      const lock = lockHome(folder, { writable: true, flock: first })
      t.throws(() => lockHome(folder, { writable: true, flock: second }), { code: 'home-in-use' })
      t.throws(() => lockHome(folder, { writable: false, flock: second }), { code: 'home-in-use' })
      lock.release()
      lockHome(folder, { writable: false, flock: second }).release()
    }
  }
)

t.test('where flock cannot be called SQLite locks', async (t) => {
  const flock = (): 'failed' => 'failed'
  const folder = t.testdir({ whole: {}, damaged: broken })
  const lock = lockHome(join(folder, 'whole'), { writable: true, flock })
  t.equal(lock.isHeld, true)
  t.throws(() => lockHome(join(folder, 'whole'), { writable: true, flock }), { code: 'home-in-use' })
  t.throws(() => lockHome(join(folder, 'whole'), { writable: true }), { code: 'home-in-use' })
  lock.release()
  t.throws(() => lockHome(join(folder, 'damaged'), { writable: true, flock }), {
    code: 'home-lock',
    remedy: 'stop',
    hint: /remove/
  })
  t.equal(lockHome(folder, { writable: false, flock }).isHeld, false)
})
