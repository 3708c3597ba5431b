import { KITH, type Running } from '../process/kith.ts'
import { linesOf, started } from '../process/node.ts'
import type { Namespace } from './namespaces.ts'

/** What one command said. */
export interface Said {
  readonly status: number | string
  readonly out: string
  readonly err: string
}

/** `kith run` in a namespace, with a home of its own, and the commands of that home. */
export class KithNode {
  readonly peer: string
  readonly #machine: Namespace
  readonly #home: string

  private constructor(machine: Namespace, home: string, peer: string) {
    this.#machine = machine
    this.#home = home
    this.peer = peer
  }

  /** A simulated thermometer that measures each second. @param home a folder, which is made */
  static async start(machine: Namespace, home: string): Promise<KithNode> {
    const sensors = 'sensors=[{ type: tmp102, name: air, bus: i2c-1, interval: 1s }]'
    const settings = ['--set', `name=${machine.label}`, '--set', sensors]
    const running = machine.program(...kithWords(home, 'run', '--simulated', '--json', ...settings))
    return new KithNode(machine, home, (await started(running)).peer)
  }

  /** A command that runs beside; it ends with the namespace. */
  begin(...words: string[]): Running {
    return this.#machine.program(...kithWords(this.#home, ...words))
  }

  /** A command, once it ended. */
  async kith(...words: string[]): Promise<Said> {
    const { end, out, err } = this.begin(...words)
    return { status: await end, out: out(), err: err() }
  }

  /** The one document that a command prints with --json. @throws Error with what it said, where it failed */
  async told<T>(...words: string[]): Promise<T> {
    const { status, out, err } = await this.kith(...words, '--json')
    if (status !== 0) throw new Error(`kith ${words.join(' ')}: ${out}${err}`)
    return JSON.parse(out) as T
  }

  /** The lines that a command prints with --json. */
  async lines<T>(...words: string[]): Promise<T[]> {
    return linesOf((await this.kith(...words, '--json')).out) as T[]
  }
}

function kithWords(home: string, ...words: readonly string[]): string[] {
  return [process.execPath, KITH, ...words, '--home', home]
}
