import { join } from 'node:path'
import { command } from '../pi/command.ts'
import { Host } from '../pi/host.ts'
import { Machine } from '../pi/machine.ts'
import { until } from '../pi/until.ts'
import type { Card } from './card.ts'

/** Real milliseconds: the emulator is slow, and this machine may be busy. */
export const BOOT = 900_000

/** An emulated Raspberry Pi that was switched on with a card in it. */
export class Board {
  readonly machine: Machine
  readonly #work: string

  private constructor(machine: Machine, work: string) {
    this.machine = machine
    this.#work = work
  }

  static async start(card: Card, work: string): Promise<Board> {
    return new Board(await Machine.start(await card.boot(), card.path, work), work)
  }

  /** Its kith is ready when systemd says so; the console tells what systemd does. @throws Error with the console's end */
  async ready(): Promise<void> {
    await this.#says(/Started .*kith\.service/)
  }

  /** @throws Error with the console's end */
  async provisioned(): Promise<void> {
    await this.#says(/(Finished|Failed to start) .*kith-provision/)
  }

  /** Runs a command as root, over ssh. The key of the host is remembered: it must be the same after each boot. */
  async run(line: string): Promise<string> {
    const known = [
      '-o',
      'StrictHostKeyChecking=accept-new',
      '-o',
      `UserKnownHostsFile=${join(this.#work, 'known')}`
    ]
    const login = ['-i', join(this.#work, 'key'), '-p', String(this.machine.shell.port), 'root@127.0.0.1']
    const words = [
      '-o',
      'BatchMode=yes',
      '-o',
      'ConnectTimeout=120',
      '-o',
      'LogLevel=ERROR',
      ...known,
      ...login,
      line
    ]
    return (await command('ssh', words, { deadline: 300_000 })).trim()
  }

  /** A kith on this machine that knows the board's by its PeerId. */
  async host(peer: string, home: string): Promise<Host> {
    return await Host.start(home, peer, this.machine.port)
  }

  async #says(pattern: RegExp): Promise<void> {
    await until(BOOT, String(pattern), async () => {
      const { console } = this.machine
      if (!console.some((line) => pattern.test(line))) throw new Error(console.slice(-25).join('\n'))
    })
  }
}
