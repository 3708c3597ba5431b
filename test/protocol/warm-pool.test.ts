import t from 'tap'
import { VirtualClock } from '../../src/hal/simulated/virtual-clock.ts'
import { type Warm, WarmPool } from '../../src/protocol/warm-pool.ts'

const signal = new AbortController().signal

class Opened implements Warm {
  isIdle = true
  closedBy: Error | undefined
  readonly peer: string
  readonly #onEnd: () => void

  constructor(peer: string, onEnd: () => void) {
    this.peer = peer
    this.#onEnd = onEnd
  }

  close(error: Error): void {
    this.closedBy = error
    this.#onEnd()
  }
}

function poolOf(capacity: number) {
  const opened: Opened[] = []
  const pool = new WarmPool<Opened>({
    clock: new VirtualClock(),
    capacity,
    deadline: 1000,
    kind: 'stream',
    open: async (peer, _protocols, _signal, onEnd) => {
      const warm = new Opened(peer, onEnd)
      opened.push(warm)
      return warm
    }
  })
  return { pool, opened }
}

t.test('one for each peer and list of protocols, opened once for all who wait', async (t) => {
  const { pool, opened } = poolOf(4)
  const [a, b] = await Promise.all([pool.get('a', ['/x/v1'], signal), pool.get('a', ['/x/v1'], signal)])
  t.equal(a, b)
  t.equal(await pool.get('a', ['/x/v1'], signal), a)
  t.not(await pool.get('a', ['/x/v2', '/x/v1'], signal), a)
  t.equal(opened.length, 2)
  t.equal(pool.size, 2)
})

t.test('a list that its owner changes afterwards is another one', async (t) => {
  const { pool, opened } = poolOf(4)
  const protocols = ['/x/v1']
  const before = await pool.get('a', protocols, signal)
  protocols[0] = '/x/v2'
  t.not(await pool.get('a', protocols, signal), before)
  t.equal(pool.ready('a', ['/x/v1']), before)
  t.equal(opened.length, 2)
})

t.test('at capacity the idle one used longest ago is closed; without one it is busy', async (t) => {
  const { pool, opened } = poolOf(2)
  const a = await pool.get('a', ['/x/v1'], signal)
  const b = await pool.get('b', ['/x/v1'], signal)
  await pool.get('a', ['/x/v1'], signal)
  await pool.get('c', ['/x/v1'], signal)
  t.match(b.closedBy, { code: 'idle' })
  t.equal(a.closedBy, undefined)
  for (const warm of opened) warm.isIdle = false
  await t.rejects(pool.get('d', ['/x/v1'], signal), { code: 'busy', message: '2 streams of ours are open' })
  t.equal(pool.size, 2)
})

t.test('one that ended is opened anew, also where it ended while it was opened', async (t) => {
  const { pool, opened } = poolOf(2)
  const first = await pool.get('a', ['/x/v1'], signal)
  first.close(new Error('gone'))
  t.not(await pool.get('a', ['/x/v1'], signal), first)
  pool.close()
  t.match(opened.at(-1)?.closedBy, { code: 'closing' })
  t.equal(pool.size, 0)
  const early = new WarmPool<Opened>({
    clock: new VirtualClock(),
    capacity: 1,
    deadline: 1000,
    kind: 'flow',
    open: async (peer, _protocols, _signal, onEnd) => {
      onEnd()
      return new Opened(peer, onEnd)
    }
  })
  await early.get('a', ['/x/v1'], signal)
  t.equal(early.size, 0)
})

t.test('what fails to open, or not in time, is not kept', async (t) => {
  const clock = new VirtualClock()
  let attempts = 0
  const pool = new WarmPool<Opened>({
    clock,
    capacity: 1,
    deadline: 1000,
    kind: 'flow',
    open: () => {
      attempts += 1
      return attempts === 1 ? Promise.reject(new Error('refused')) : new Promise(() => {})
    }
  })
  await t.rejects(pool.get('a', ['/x/v1'], signal), { message: 'refused' })
  const late = pool.get('a', ['/x/v1'], signal)
  await t.rejects(clock.run(late), { code: 'deadline' })
  await t.rejects(pool.get('a', ['/x/v1'], AbortSignal.abort(new Error('left'))), { message: 'left' })
  t.equal(attempts, 2)
})
