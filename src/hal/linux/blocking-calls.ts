import { type Cancel, type Clock, withDeadline } from '../../clock.ts'
import { NodeError } from '../../error.ts'
import { type AtExit, atExitLast } from './at-exit.ts'

/** A call of hardware that occupies a thread of libuv until the kernel returns. */
export interface BlockingCall {
  /** Its name in messages: the path of a file, or a bus. */
  readonly what: string
  /** Calls of one lane run one after the other. */
  readonly lane: string
  /** The 1-wire lanes together have W1_THREADS. */
  readonly w1?: boolean
}

export interface BlockingCallsOptions {
  readonly clock: Clock
  readonly atExit?: AtExit
  /** Ends this process at once. @param what the calls that do not return */
  readonly kill?: (what: string) => void
}

/**
 * libuv has four threads for files, DNS and crypto [docs.libuv.org, threadpool]. Hardware gets three, so that one
 * remains for the node itself where three calls never return.
 */
const THREADS = 3
/** One blocked 1-wire master must not stop another, and all of them must leave a thread to other hardware. */
const W1_THREADS = 2
/**
 * Milliseconds after which a call is stuck, and calls that would wait for it are refused. A conversion of 1-wire
 * takes 750 ms, and is tried three times [linux w1_therm.c, W1_THERM_MAX_TRY]; a transfer of I2C 1 s [i2c-bcm2835].
 */
const STUCK = 4000
/** Milliseconds that close() waits for running calls. */
const DRAIN = 1000

interface Running extends BlockingCall {
  stuck: boolean
}

interface Waiting {
  readonly call: Running
  start(): void
  refuse(error: Error): void
}

/**
 * Bounds the threads that hardware holds. A call that the kernel does not return from cannot be cancelled: it keeps
 * its thread, and Node waits for it at exit without end. Where that would happen, the process ends by SIGKILL.
 */
export class BlockingCalls {
  readonly #options: BlockingCallsOptions
  readonly #running = new Set<Running>()
  #waiting: Waiting[] = []
  #idle: (() => void)[] = []
  #disarm: Cancel | undefined

  constructor(options: BlockingCallsOptions) {
    this.#options = options
  }

  /** @throws NodeError 'busy', which names the call that does not return; what the work throws */
  async run<T>(call: BlockingCall, work: () => Promise<T>): Promise<T> {
    const running = { ...call, stuck: false }
    if (this.#blockers(call).length > 0) await this.#turn(running)
    else this.#running.add(running)
    this.#disarm ??= this.#armExit()
    const cancel = this.#options.clock.after(STUCK, () => this.#isStuck(running))
    try {
      return await work()
    } finally {
      cancel()
      this.#running.delete(running)
      this.#next()
    }
  }

  /** Waits for running calls, at most DRAIN. */
  async close(): Promise<void> {
    if (this.#running.size === 0) return
    const idle = (): Promise<void> => new Promise((resolve) => this.#idle.push(resolve))
    await withDeadline(this.#options.clock, DRAIN, 'hardware', idle).catch(() => {})
  }

  /** The running calls that a call must wait for; none where it may start. */
  #blockers({ lane, w1 = false }: BlockingCall): readonly Running[] {
    const running = [...this.#running]
    const before = running.filter((each) => each.lane === lane)
    if (before.length > 0) return before
    const ofW1 = running.filter((each) => each.w1 === true)
    if (w1 && ofW1.length >= W1_THREADS) return ofW1
    return running.length >= THREADS ? running : []
  }

  #turn(call: Running): Promise<void> {
    this.#refuseIfStuck(call)
    return new Promise((start, refuse) => this.#waiting.push({ call, start, refuse }))
  }

  #isStuck(running: Running): void {
    running.stuck = true
    this.#waiting = this.#waiting.filter((waiting) => {
      try {
        this.#refuseIfStuck(waiting.call)
        return true
      } catch (error) {
        waiting.refuse(error instanceof Error ? error : new Error(String(error)))
        return false
      }
    })
  }

  /** @throws NodeError where all that a call waits for is stuck */
  #refuseIfStuck(call: BlockingCall): void {
    const blockers = this.#blockers(call)
    if (blockers.length === 0 || !blockers.every(({ stuck }) => stuck)) return
    throw new NodeError(
      'busy',
      `${namesOf(blockers)} ${blockers.length === 1 ? 'has' : 'have'} not returned for ${STUCK / 1000} s`,
      {
        hint: 'unplug that device, or remove it from the configuration; sudo dmesg may say what its driver waits for',
        remedy: 'retry'
      }
    )
  }

  /** Starts what may start, in the order of the calls. */
  #next(): void {
    for (;;) {
      const index = this.#waiting.findIndex(({ call }) => this.#blockers(call).length === 0)
      const [waiting] = index === -1 ? [] : this.#waiting.splice(index, 1)
      if (waiting === undefined) break
      this.#running.add(waiting.call)
      waiting.start()
    }
    if (this.#running.size > 0) return
    this.#disarm?.()
    this.#disarm = undefined
    for (const resolve of this.#idle.splice(0)) resolve()
  }

  /** While a call is running, the exit must not wait for it. */
  #armExit(): Cancel {
    const { atExit = atExitLast, kill = killThisProcess } = this.#options
    return atExit(() => kill(namesOf([...this.#running])))
  }
}

function namesOf(calls: readonly BlockingCall[]): string {
  return calls.map(({ what }) => what).join(' and ')
}

function killThisProcess(what: string): void {
  process.stderr.write(`kith: ends by SIGKILL, because the kernel does not return from ${what}\n`)
  process.kill(process.pid, 'SIGKILL')
}
