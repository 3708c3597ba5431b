/** What programs of Node have in common that are a side of a pair (contract.ts). */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { now } from '../frame/now.ts'
import type { Ask, Publish, Published } from './contract.ts'

/** Microseconds of each question. */
export async function timed(
  { lead, count }: Pick<Ask, 'lead' | 'count'>,
  ask: () => Promise<unknown>
): Promise<number[]> {
  for (let i = 0; i < lead; i++) await ask()
  const times: number[] = []
  for (let i = 0; i < count; i++) {
    const began = performance.now()
    await ask()
    times.push(1000 * (performance.now() - began))
  }
  return times
}

/** The side that publishes: it counts what the other side acknowledges. */
export class AckCounter {
  #unacknowledged = 0
  #taken: () => void = () => {}

  /** @returns the port */
  async listen(): Promise<number> {
    const server = createServer({ noDelay: true }, (socket) => {
      socket.on('data', ({ length }) => {
        this.#unacknowledged -= length
        this.#taken()
      })
      socket.on('error', () => {})
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }

  /** Publishes each of the messages, which were made before. @param publish hands over one message */
  async publish<Message>(
    { spacing, window }: Publish,
    messages: readonly Message[],
    publish: (message: Message) => unknown
  ): Promise<Published['sent']> {
    const sent: number[] = []
    this.#unacknowledged = 0
    for (const message of messages) {
      sent.push(now())
      this.#unacknowledged++
      await publish(message)
      if (spacing > 0) await delay(spacing)
      else
        while (this.#unacknowledged >= window) await new Promise<void>((resolve) => (this.#taken = resolve))
    }
    return sent
  }
}

/** The side that subscribes: it keeps the moment of each message, and acknowledges it. */
export class Arrivals {
  #socket: Socket | undefined
  #came: number[] = []
  #expected = 0
  #unacknowledged = 0
  #step = 1
  #all = Promise.withResolvers<void>()
  /** What serve() answers of it. */
  readonly calls = {
    expect: (order: { readonly count: number; readonly step: number }): void => this.#expect(order),
    came: (): Promise<readonly number[]> => this.#allCame()
  }

  async connect(port: number): Promise<void> {
    this.#socket = connect({ host: '127.0.0.1', port, noDelay: true })
    await once(this.#socket, 'connect')
  }

  /** @param step messages that are acknowledged together */
  #expect({ count, step }: { readonly count: number; readonly step: number }): void {
    this.#came = []
    this.#unacknowledged = 0
    this.#expected = count
    this.#step = step
    this.#all = Promise.withResolvers()
  }

  /** One more came. */
  readonly arrived = (): void => {
    this.#came.push(now())
    this.#unacknowledged++
    if (this.#unacknowledged >= this.#step || this.#came.length === this.#expected) {
      this.#socket?.write(Buffer.alloc(this.#unacknowledged))
      this.#unacknowledged = 0
    }
    if (this.#came.length === this.#expected) this.#all.resolve()
  }

  async #allCame(): Promise<readonly number[]> {
    await this.#all.promise
    return this.#came
  }
}
