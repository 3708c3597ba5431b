import type { Stream } from '@libp2p/interface'
import { systemClock } from '../../../src/clock.ts'
import type { Attack, Target } from '../attack.ts'
import { openGossip } from './gossip.ts'
import { MadeUpAuthor, META_TOPIC, publish, TOPIC } from './made-up.ts'
import { again } from './network.ts'

/** Messages a second: below what one peer may hand over (docs/protocols.md section 11, check 2). */
const RATE = 160
const STEP = 100

/** 6,000 authors with one pack each. */
export const authors: Attack = {
  name: 'authors',
  run: async (target, signal) => await flood(target, signal, 6000, TOPIC, () => new MadeUpAuthor().pack())
}

/** 3,000 catalogues of 16 KB. */
export const catalogues: Attack = {
  name: 'catalogues',
  run: async (target, signal) =>
    await flood(target, signal, 3000, META_TOPIC, () => new MadeUpAuthor().catalogue('stranger', []))
}

/** 300 authors that have the name of a friend and the purpose that is stored, each with a pack every two seconds. */
export const names: Attack = {
  name: 'names',
  async run(target, signal) {
    const made = Array.from({ length: 300 }, () => new MadeUpAuthor())
    const introduced = made.values()
    await flood(target, signal, made.length, META_TOPIC, () =>
      introduced.next().value?.catalogue(target.friend, ['temperature'], 1)
    )
    let turn = 0
    return await flood(target, signal, 20 * made.length, TOPIC, () => made[turn++ % made.length]?.pack())
  }
}

/** So many messages from one connection, made anew where it ends. */
async function flood(
  target: Target,
  signal: AbortSignal,
  count: number,
  topic: string,
  make: () => Uint8Array | undefined
): Promise<string> {
  let sent = 0
  const done = new AbortController()
  const either = AbortSignal.any([signal, done.signal])
  const connections = await again(
    target,
    either,
    async (hostile) => {
      const stream = await openGossip(hostile)
      while (sent < count && !signal.aborted && stream.status === 'open') {
        publishSome(stream, topic, make)
        sent += (RATE * STEP) / 1000
        await systemClock.sleep(STEP)
      }
      if (sent >= count) done.abort()
    },
    { prepare: async (libp2p) => await libp2p.handle('/meshsub/1.1.0', () => {}) }
  )
  return `${connections} connections, ${sent} messages`
}

function publishSome(stream: Stream, topic: string, make: () => Uint8Array | undefined): void {
  const messages = Array.from({ length: (RATE * STEP) / 1000 }, make).filter((one) => one !== undefined)
  publish(stream, topic, messages)
}
