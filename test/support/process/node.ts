import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { systemClock } from '../../../src/clock.ts'
import type { Operations } from '../../../src/node/api/operations.ts'
import { connectControl } from '../../../src/node/control/client.ts'
import { kith, type Running } from './kith.ts'

/** What `kith run --json` says once it runs. */
export interface Started {
  readonly peer: string
  readonly name: string
  readonly addresses: readonly string[]
}

/** A simulated thermometer over loopback alone, found by its address. */
export function runThermometer(home: string, ...settings: readonly string[]): Running {
  return kith(...thermometerWords(home, ...settings))
}

export function thermometerWords(home: string, ...settings: readonly string[]): string[] {
  const all = ['listen=[/ip4/127.0.0.1/tcp/0]', 'mdns=false', ...settings]
  return ['run', '--simulated', '--json', '--home', home, ...all.flatMap((setting) => ['--set', setting])]
}

/** Asks the node that runs in a home, from this process. @throws Error where none runs */
export async function inHome<T>(home: string, work: (operations: Operations) => Promise<T>): Promise<T> {
  const client = await connectControl(home, systemClock)
  if (client === undefined) throw new Error(`no node runs in ${home}`)
  try {
    return await work(client)
  } finally {
    await client.close()
  }
}

/** Waits until a node has measured with each of its sensors. */
export async function measured(home: string): Promise<void> {
  await inHome(home, async (operations) => {
    while ((await operations.status()).sensors.some(({ state }) => state !== 'value')) await delay(50)
  })
}

/** The line that says that a node runs. @throws Error where it ends before */
export async function started(running: Running): Promise<Started> {
  return (await lineWith(running, 'msg', 'started')) as unknown as Started
}

/** The first line of JSON whose field has this value, waiting for it. @throws Error where the process ends before */
export async function lineWith(
  running: Running,
  field: string,
  value: unknown
): Promise<Record<string, unknown>> {
  const { child, out, err, end } = running
  const ended = end.then(() => true)
  for (;;) {
    const found = linesOf(out()).find((line) => line[field] === value)
    if (found !== undefined) return found
    if (child.stdout === null || (await Promise.race([once(child.stdout, 'data').then(() => false), ended])))
      throw new Error(`it ended before ${field} was ${value}: ${err()}`)
  }
}

/** The whole lines of JSON in what was written. */
export function linesOf(out: string): Record<string, unknown>[] {
  return out
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}
