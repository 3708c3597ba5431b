import { mkdtempSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { type Clock, systemClock } from '../../src/clock.ts'
import { silentLog } from '../../src/log.ts'
import { type ControlClient, connectControl } from '../../src/node/control/client.ts'
import type { ServerLimits } from '../../src/node/control/http-handler.ts'
import { type ControlServer, startControlServer } from '../../src/node/control/server.ts'
import { FakeOperations } from './fakes/operations.ts'

const limits: ServerLimits = { connections: 4, streams: 4, requestBytes: 65_536, timeout: 1000 }

export interface Pair {
  readonly home: string
  readonly operations: FakeOperations
  readonly server: ControlServer
  readonly client: ControlClient
}

export async function pair(
  t: Test,
  change: Partial<ServerLimits> = {},
  clock: Clock = systemClock
): Promise<Pair> {
  const home = mkdtempSync(join(tmpdir(), 'kith-control-'))
  const operations = new FakeOperations()
  const server = await serve(home, operations, change, clock)
  const client = await connectControl(home, systemClock)
  if (client === undefined) throw new Error('nobody answers')
  t.teardown(async () => {
    await client.close()
    await server.close()
  })
  return { home, operations, server, client }
}

export function serve(
  home: string,
  operations = new FakeOperations(),
  change: Partial<ServerLimits> = {},
  clock: Clock = systemClock
): Promise<ControlServer> {
  return startControlServer({ home, operations, clock, log: silentLog, limits: { ...limits, ...change } })
}

/** As curl asks. */
export function ask(
  home: string,
  method: string,
  path: string,
  body?: string
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(
      { socketPath: join(home, 'control.sock'), method, path, agent: false },
      (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk
        })
        response.once('end', () => resolve({ status: response.statusCode ?? 0, body: text }))
      }
    )
    asked.once('error', reject)
    asked.end(body)
  })
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

export const never = new AbortController().signal
