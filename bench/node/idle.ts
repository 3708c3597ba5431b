/** The cost of an idle node with one sensor at 10 s, alone and with a neighbour: from a clone, and from a bundle. */
import { systemClock, withDeadline } from '../../src/clock.ts'
import { connectControl } from '../../src/node/control/client.ts'
import { table } from '../statistics.ts'
import { withBundle } from './bundle.ts'
import { memoryOf, processorTime, wakeups } from './proc.ts'
import { DEADLINE, type Launch, type MeasuredNode, startKith } from './processes.ts'

export interface IdleOptions {
  /** Milliseconds from the start until the measuring begins. */
  readonly settle: number
  /** Milliseconds. */
  readonly time: number
  readonly launch?: Launch
}

export interface Idle {
  readonly name: string
  /** Per cent of one processor. */
  readonly processor: number
  /** Of the main thread, a second. */
  readonly wakeups: number
  /** Bytes. */
  readonly rss: number
}

const usual: IdleOptions = { settle: 10_000, time: 30_000 }
const NAMES = ['alone', 'with a neighbour', 'the neighbour']
const SENSOR = 'sensors=[{ type: tmp102, name: air, bus: i2c-1, interval: 10s }]'

export async function measure(): Promise<void> {
  console.log(`one sensor at 10 s; over ${usual.time / 1000} s, after ${usual.settle / 1000} s`)
  const rows = await withBundle(async (program) => [
    ...(await measureIdle(usual)).map((idle) => row('clone', idle)),
    ...(await measureIdle({ ...usual, launch: { program } })).map((idle) => row('bundle', idle))
  ])
  console.log(table([['', '', 'CPU %', 'wake-ups/s', 'RSS MB'], ...rows]))
}

function row(code: string, { name, processor, wakeups, rss }: Idle): string[] {
  return [code, name, processor.toFixed(2), wakeups.toFixed(1), (rss / 2 ** 20).toFixed(1)]
}

/** All in the same time. */
export async function measureIdle({ settle, time, launch = {} }: IdleOptions): Promise<Idle[]> {
  const starts = await Promise.allSettled(NAMES.map(() => startKith([SENSOR], launch)))
  const nodes = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []))
  try {
    for (const start of starts) if (start.status === 'rejected') throw start.reason
    const [, asking, asked] = nodes
    if (asking !== undefined && asked !== undefined) await introduce(asking, asked)
    await systemClock.sleep(settle)
    const before = nodes.map(({ pid }) => ({ processor: processorTime(pid), wakeups: wakeups(pid) }))
    const began = performance.now()
    await systemClock.sleep(time)
    const ms = performance.now() - began
    return nodes.map(({ pid }, index) => ({
      name: NAMES[index] ?? '',
      processor: (100 * (processorTime(pid) - (before[index]?.processor ?? Number.NaN))) / ms,
      wakeups: (1000 * (wakeups(pid) - (before[index]?.wakeups ?? Number.NaN))) / ms,
      rss: memoryOf(pid).rss
    }))
  } finally {
    await Promise.all(nodes.map((node) => node.stop()))
  }
}

/** Adds each to the other's address book, and waits until they are connected. */
async function introduce(one: MeasuredNode, other: MeasuredNode): Promise<void> {
  const control = await connectControl(one.home, systemClock)
  if (control === undefined) throw new Error('nobody answers at the control socket')
  try {
    await control.bookPut({ name: 'other', who: other.addresses[0] ?? '' })
    await withDeadline(systemClock, DEADLINE, 'the neighbour', async (signal) => {
      while (!(await control.peers()).some(({ connected }) => connected)) await systemClock.sleep(50, signal)
    })
  } finally {
    await control.close()
  }
}
