import t from 'tap'
import { SeededRandom } from '../../../../src/hal/simulated/random.ts'
import { REPLAY_WINDOW } from '../../../../src/protocol/datagram/constants.ts'
import { ReplayWindow } from '../../../../src/protocol/datagram/packet/replay-window.ts'

function windowAt(...counters: number[]): ReplayWindow {
  const window = new ReplayWindow()
  for (const counter of counters) window.accept(counter)
  return window
}

t.test('the edges: 0, 1023, 1024, a jump of 2^47', (t) => {
  t.equal(new ReplayWindow().admits(0), true)
  t.equal(windowAt(0).admits(0), false, 'a replay of the first')
  t.equal(windowAt(1023).admits(0), true, '1023 behind the newest')
  t.equal(windowAt(1024).admits(0), false, '1024 behind the newest')
  t.equal(windowAt(0, 1023).admits(0), false, 'still remembered at the edge')

  const jumped = windowAt(5, 2 ** 47)
  t.equal(jumped.newest, 2 ** 47)
  t.equal(jumped.admits(5), false)
  t.equal(jumped.admits(2 ** 47), false)
  t.equal(jumped.admits(2 ** 47 - 1023), true)
  t.equal(jumped.admits(2 ** 47 - 1024), false)
  t.equal(windowAt(2 ** 47, 2 ** 48 - 1).admits(2 ** 48 - 1), false, 'the last number there is')
  t.end()
})

t.test('asking moves nothing', (t) => {
  const window = windowAt(10)
  t.equal(window.admits(2 ** 40), true)
  t.equal(window.newest, 10)
  t.equal(window.admits(9), true)
  t.end()
})

t.test('agrees with a set of everything ever received', (t) => {
  let disagreed = 0
  for (const start of [0, 2 ** 31 - 600, 2 ** 32 - 600, 2 ** 47 - 600]) {
    const random = new SeededRandom(start)
    const window = new ReplayWindow()
    const received = new Set<number>()
    let newest = -1
    for (let i = 0; i < 20_000; i++) {
      const leap = random.next() < 0.01 ? Math.floor(random.next() * 4000) : 0
      const counter = Math.max(0, start + Math.floor(i / 2) + leap - Math.floor(random.next() * 1500))
      const fresh = !received.has(counter) && (counter > newest || newest - counter < REPLAY_WINDOW)
      if (window.admits(counter) !== fresh) disagreed++
      if (!fresh || random.next() < 0.1) continue
      window.accept(counter)
      received.add(counter)
      newest = Math.max(newest, counter)
    }
  }
  t.equal(disagreed, 0)
  t.end()
})
