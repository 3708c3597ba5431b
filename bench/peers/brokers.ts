/** Brokers of MQTT, each in a process of its own while a bench runs. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { systemClock, withDeadline } from '../../src/clock.ts'
import { freePort } from '../../test/support/process/free-port.ts'
import { Missing } from '../frame/bench.ts'
import { runs } from '../frame/pin.ts'
import { Worker } from '../frame/worker.ts'
import type { Side } from '../pair/pair.ts'
import { jsSide } from './contenders.ts'

/** Milliseconds for a broker to end. */
const DEADLINE = 20_000

interface Brokered {
  readonly name: string
  readonly side: Side
}

/** Runs with what can be had of mosquitto without and with TLS, and of aedes. */
export async function withBrokers<T>(use: (publishers: readonly Brokered[]) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'kith-broker-'))
  const stops: (() => Promise<unknown> | unknown)[] = []
  try {
    const publishers = [
      await brokered('MQTT, mosquitto', () => mosquitto(folder, stops)),
      await brokered('MQTT, mosquitto with TLS', async () => mosquitto(folder, stops, certificate(folder))),
      await brokered('MQTT, aedes', () => aedes(stops))
    ]
    return await use(publishers)
  } finally {
    for (const stop of stops) await stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function brokered(name: string, start: () => Promise<Record<string, unknown>>): Promise<Brokered> {
  const client = jsSide('mqtt', {}, ['mqtt'])
  try {
    client.command()
    return { name: `${name}, QoS 1`, side: { ...client, options: await start() } }
  } catch (error) {
    if (!(error instanceof Missing)) throw error
    const command = (): never => {
      throw error
    }
    return { name: `${name}, QoS 1`, side: { command } }
  }
}

async function mosquitto(
  folder: string,
  stops: (() => unknown)[],
  tls?: { readonly key: string; readonly certificate: string }
): Promise<Record<string, unknown>> {
  if (!isMosquittoInstalled()) throw new Missing(NO_MOSQUITTO)
  const port = await freePort()
  const file = join(folder, `mosquitto-${port}.conf`)
  const secure = tls === undefined ? [] : [`certfile ${tls.certificate}`, `keyfile ${tls.key}`]
  const lines = [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    'max_inflight_messages 0',
    'max_queued_messages 0',
    // Started by root it would become a user that may not read the key.
    `user ${userInfo().username}`
  ]
  writeFileSync(file, `${[...lines, ...secure].join('\n')}\n`)
  const child = spawn('mosquitto', ['-c', file], { stdio: 'ignore', env: SBIN })
  stops.push(() => end(child))
  await reachable(port)
  const scheme = tls === undefined ? 'mqtt' : 'mqtts'
  return { broker: `${scheme}://localhost:${port}`, ...(tls && { certificate: tls.certificate }) }
}

/** Debian has it in /usr/sbin, which is not in the path of each user. */
const SBIN = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` }

export const NO_MOSQUITTO = 'mosquitto is not installed: apt-get install mosquitto'

export function isMosquittoInstalled(): boolean {
  return runs('sh', '-c', 'PATH=$PATH:/usr/sbin command -v mosquitto')
}

async function aedes(stops: (() => unknown)[]): Promise<Record<string, unknown>> {
  const words = jsSide('aedes', {}, ['aedes']).command()
  const worker = Worker.run(words)
  stops.push(() => worker.stop())
  const { port } = await worker.call<{ port: number }>('start')
  return { broker: `mqtt://localhost:${port}` }
}

/** For localhost, valid for a day. */
function certificate(folder: string): { key: string; certificate: string } {
  const [key, file] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1']
  if (!runs('openssl', 'version')) throw new Missing('openssl is not installed: apt-get install openssl')
  execFileSync('openssl', ['req', '-x509', ...kind, ...subject, '-keyout', key, '-out', file], {
    stdio: 'ignore'
  })
  return { key, certificate: file }
}

async function reachable(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const socket = connect({ port, host: '127.0.0.1' })
    const is = await new Promise((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    })
    socket.destroy()
    if (is === true) return
    await delay(50)
  }
  throw new Error('the broker does not listen')
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await withDeadline(systemClock, DEADLINE, 'the end of a broker', () => ended).catch(async () => {
    child.kill('SIGKILL')
    await ended
  })
}
