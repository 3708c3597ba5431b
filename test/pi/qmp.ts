import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'

interface Answer {
  readonly return?: unknown
  readonly error?: { readonly desc: string }
}

/** How long the emulator may take: it answers between two instructions of the board. */
const DEADLINE = 10_000

/** QEMU's machine protocol: one JSON object a line, one answer to each command (QEMU, qmp-spec). */
export class Qmp {
  readonly #socket: Socket
  readonly #lines: AsyncIterator<string>

  private constructor(socket: Socket) {
    this.#socket = socket
    this.#lines = createInterface({ input: socket })[Symbol.asyncIterator]()
  }

  static async open(path: string): Promise<Qmp> {
    const socket = connect(path)
    await once(socket, 'connect', { signal: AbortSignal.timeout(DEADLINE) })
    socket.setTimeout(0).on('error', () => undefined)
    const qmp = new Qmp(socket)
    await qmp.execute('qmp_capabilities')
    return qmp
  }

  /** One at a time. @throws Error with QEMU's words */
  async execute(command: string, given: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    this.#socket.write(`${JSON.stringify({ execute: command, arguments: given })}\n`)
    for (;;) {
      const answer = await this.#next(command)
      if (answer.error !== undefined) throw new Error(`QEMU refuses ${command}: ${answer.error.desc}`)
      if ('return' in answer) return answer.return
    }
  }

  /** Changes what a chip of `-device …,id=CHIP` measures. */
  async set(chip: string, property: string, value: number): Promise<void> {
    await this.execute('qom-set', { path: `/machine/peripheral/${chip}`, property, value })
  }

  /** A register of 32 bits, at a physical address. */
  async register(address: number): Promise<number> {
    const line = `xp /1wx 0x${address.toString(16)}`
    const text = String(await this.execute('human-monitor-command', { 'command-line': line }))
    return Number(/: (0x[0-9a-f]+)/.exec(text)?.[1])
  }

  close(): void {
    this.#socket.destroy()
  }

  /** The next line that is no greeting and no event's end. */
  async #next(command: string): Promise<Answer> {
    const late = AbortSignal.timeout(DEADLINE)
    const end = once(late, 'abort').then(() => {
      throw new Error(`QEMU does not answer ${command} within ${DEADLINE / 1000} s`)
    })
    const line = await Promise.race([this.#lines.next(), end])
    if (line.done === true) throw new Error(`QEMU has ended before it answered ${command}`)
    return JSON.parse(line.value) as Answer
  }
}
