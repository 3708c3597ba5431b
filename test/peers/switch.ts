import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { systemClock, withDeadline } from '../../src/clock.ts'
import { simulatedWorld } from '../../src/hal/simulated/world.ts'
import { createNode } from '../../src/node/create-node.ts'
import type { Check } from './streams.ts'

/** Milliseconds for all of it. */
const DEADLINE = 60_000

/** What a controller says of an answer. */
interface Answer {
  readonly id: number
  readonly state?: readonly { readonly n: string; readonly on: boolean; readonly until?: number }[]
  readonly now?: readonly [boot: string, ms: number]
  readonly meta?: string
  readonly end?: boolean
  readonly error?: readonly [code: string, text: string]
}

/**
 * Lets a controller of another implementation command a switch of ours, over streams of /actuator/switch/v1: it was
 * written from docs/protocols.md alone.
 */
export async function* switchChecks(program: string): AsyncGenerator<Check, void, void> {
  const child = spawn(program, ['switch'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const next = async (): Promise<string> => String((await lines.next()).value)
  const peer = await withDeadline(systemClock, DEADLINE, program, next)
  const world = simulatedWorld()
  const node = await createNode({
    world,
    config: {
      listen: ['/ip4/127.0.0.1/tcp/0'],
      mdns: false,
      switches: [{ name: 'heater', line: 'GPIO27' }],
      access: [{ who: peer, may: ['operate'], on: ['heater'] }]
    }
  })
  const [address = ''] = (await node.status()).addresses
  child.stdin.end(`${address} heater\n`)
  try {
    const answer = async (): Promise<Answer> =>
      JSON.parse(await withDeadline(systemClock, DEADLINE, 'an answer', next)) as Answer
    const state = await answer()
    yield {
      name: 'it is told that the switch is off',
      holds: state.state?.[0]?.on === false && state.end === true
    }
    const on = await answer()
    const isOn = on.state?.[0]?.on === true && on.state[0].until === 60
    yield { name: 'it switches it on, for a minute', holds: isOn && world.lines.level('GPIO27') === 1 }
    const again = await answer()
    yield {
      name: 'the same command over another stream gets the same answer',
      holds: JSON.stringify(again.state) === JSON.stringify(on.state)
    }
    yield { name: 'a command of another start is late', holds: (await answer()).error?.[0] === 'late' }
    const { meta } = await answer()
    yield {
      name: 'the stream answers the ops of chapter 12, too',
      holds: meta !== undefined && meta.length > 200
    }
    yield {
      name: 'a command without its fields is a bad request',
      holds: (await answer()).error?.[0] === 'bad-request'
    }
    yield { name: 'it renews the time that it sees', holds: (await answer()).now !== undefined }
    const off = await answer()
    yield {
      name: 'it switches it off',
      holds: off.state?.[0]?.on === false && world.lines.level('GPIO27') === 0
    }
    const overtaken = await answer()
    yield {
      name: 'a command that the newer one overtook is late',
      holds: overtaken.error?.[0] === 'late' && world.lines.level('GPIO27') === 0
    }
  } finally {
    child.kill()
    await node.stop()
  }
}
