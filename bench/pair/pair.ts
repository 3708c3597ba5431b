import type { Code } from '../frame/code.ts'
import { countsOf } from '../frame/proc.ts'
import { profiled } from '../frame/profile.ts'
import { Worker } from '../frame/worker.ts'
import type { Ask, Listening, Publish, Published } from './contract.ts'

/** A program that is either side of a pair. */
export interface Side {
  /** How it is started. @throws Missing where it is not here */
  readonly command: () => readonly string[]
  /** What it takes with `listen` and `connect`. */
  readonly options?: Readonly<Record<string, unknown>>
  /** Whether each process is held to a processor; true unless given. */
  readonly isPinned?: boolean
}

/** Milliseconds for a round. */
const DEADLINE = 120_000
/** Messages that are acknowledged together where more are under way. */
const STEP = 32

export const ofNode = (path: string): readonly string[] => [process.execPath, path]

/** The two processes of one contender, connected. */
export class Pair {
  readonly #listening: Worker
  readonly #connecting: Worker
  readonly #name: string

  private constructor(listening: Worker, connecting: Worker, name: string) {
    this.#listening = listening
    this.#connecting = connecting
    this.#name = name
  }

  static async open(name: string, { command, options = {}, isPinned = true }: Side): Promise<Pair> {
    const words = command()
    const start = (processor: number): Worker => Worker.run(words, isPinned ? processor : undefined)
    const pair = new Pair(start(0), start(1), name)
    try {
      const listening = await pair.#listening.call<Listening>('listen', options)
      await pair.#connecting.call('connect', { ...options, ...listening })
      return pair
    } catch (error) {
      await pair.close()
      throw error
    }
  }

  /** @returns microseconds of each question, and of both processes together for one */
  async ask(order: Ask, profile?: string): Promise<{ times: number[]; cpu: number }> {
    const work = async () => await this.#connecting.call<number[]>('ask', order, DEADLINE)
    const { result: times, cpu } = await this.#counted(work, profile)
    return { times, cpu: cpu / (order.lead + order.count) }
  }

  async subscribe(): Promise<void> {
    await this.#connecting.call('subscribe')
  }

  /** @returns when each message was published and came, in milliseconds, and microseconds of both processes for one */
  async publish(order: Publish, profile?: string): Promise<Published & { came: number[]; cpu: number }> {
    const step = order.window > STEP ? STEP : 1
    await this.#connecting.call('expect', { count: order.count, step })
    const work = async (): Promise<Published & { came: number[] }> => {
      const [published, came] = await Promise.all([
        this.#listening.call<Published>('publish', order, DEADLINE),
        this.#connecting.call<number[]>('came', null, DEADLINE)
      ])
      return { ...published, came }
    }
    const { result, cpu } = await this.#counted(work, profile)
    return { ...result, cpu: cpu / order.count }
  }

  /** Transfers so many readings of history. @returns readings a second, and microseconds of both processes for one */
  async transfer(count: number, profile?: string): Promise<{ readonly rate: number; readonly cpu: number }> {
    await this.#listening.call('fill', { count }, DEADLINE)
    const work = async () =>
      await this.#connecting.call<{ readings: number; seconds: number }>('transfer', null, DEADLINE)
    const { result, cpu } = await this.#counted(work, profile)
    const { readings, seconds } = result
    if (readings < count) throw new Error(`${readings} readings came of ${count}`)
    return { rate: readings / seconds, cpu: cpu / readings }
  }

  /** @returns microseconds that both processes spent on a processor */
  async #counted<T>(work: () => Promise<T>, profile?: string): Promise<{ result: T; cpu: number }> {
    const both = [this.#listening, this.#connecting]
    const spent = (): number => both.reduce((sum, { pid }) => sum + countsOf(pid).processor, 0)
    const before = spent()
    const name = this.#name.replaceAll(/\W+/g, '-')
    const sides = { [`${name}-listening`]: this.#listening, [`${name}-connecting`]: this.#connecting }
    const result = await profiled(sides, profile, work)
    return { result, cpu: 1000 * (spent() - before) }
  }

  async close(): Promise<void> {
    await Promise.all([this.#listening.stop(), this.#connecting.stop()])
  }
}

/** A whole node of kith. */
export function kithSide(code: Code): Side {
  return { command: () => ofNode(code.program('pair/kith.ts')) }
}
