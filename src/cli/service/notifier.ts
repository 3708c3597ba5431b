import { write } from 'node:fs'
import { type Cancel, type Clock, every } from '../../clock.ts'
import { describeError } from '../../error.ts'
import type { Log } from '../../log.ts'
import type { Environment } from '../home.ts'

/** What a node says of itself. */
export interface Health {
  /** One line for `systemctl status`. */
  readonly status: string
  /** What makes no progress; the watchdog is fed only while this is empty. */
  readonly stalled: readonly string[]
}

export interface NotifierInit {
  readonly clock: Clock
  readonly log: Log
  /** Sends one datagram. */
  readonly send: (text: string) => Promise<void>
  /** Milliseconds after which systemd ends a process that feeds no watchdog; undefined where there is none. */
  readonly watchdog: number | undefined
}

/** Times that the watchdog is fed within its time: one that is late is not the last. */
const FED = 3
/** Milliseconds between two looks at the status where there is no watchdog. */
const STATUS_MS = 60_000
/** SD_LISTEN_FDS_START of sd_listen_fds(3). */
const FIRST_DESCRIPTOR = 3

/** Tells systemd how the node is: sd_notify(3), with Type=notify and WatchdogSec= of systemd.service(5). */
export class Notifier {
  readonly #init: NotifierInit
  #sent: Promise<void> = Promise.resolve()
  #waiting = 0
  #failed = false
  #stalled = ''
  #cancel: Cancel | undefined

  constructor(init: NotifierInit) {
    this.#init = init
  }

  /** The node runs: from now on its health is asked for, and the watchdog fed. */
  ready(health: () => Health): void {
    const { clock, watchdog } = this.#init
    this.#send(`READY=1\nSTATUS=${health().status}`)
    this.#cancel = every(clock, watchdog === undefined ? STATUS_MS : watchdog / FED, () =>
      this.#tell(health())
    )
  }

  /** The node stops. */
  stopping(): void {
    this.#cancel?.()
    this.#send('STOPPING=1\nSTATUS=stopping')
  }

  #tell({ status, stalled }: Health): void {
    const named = stalled.join(', ')
    if (named !== this.#stalled && named !== '')
      this.#init.log.error(`no progress: ${named}; the watchdog of systemd is not fed`)
    this.#stalled = named
    if (this.#waiting > 0) return
    if (named === '') this.#send(`WATCHDOG=1\nSTATUS=${status}`)
    else this.#send(`STATUS=no progress: ${named}`)
  }

  /** In order; a manager that does not read delays nobody. */
  #send(text: string): void {
    this.#waiting += 1
    const { send, log } = this.#init
    this.#sent = this.#sent
      .then(() => send(text))
      .catch((error: unknown) => {
        if (!this.#failed) log.warn(`systemd cannot be told how the node is: ${describeError(error)}`)
        this.#failed = true
      })
      .finally(() => {
        this.#waiting -= 1
      })
  }
}

/**
 * The notifier of the descriptor that systemd 253 and newer pass where the unit says
 * `OpenFile=/run/systemd/notify:notify:graceful`; its datagrams come from this process itself, as NotifyAccess=main
 * wants.
 * @returns undefined where there is no such descriptor
 */
export function notifierOf(
  environment: Environment,
  pid: number,
  init: Pick<NotifierInit, 'clock' | 'log'>
): Notifier | undefined {
  const at = (environment['LISTEN_FDNAMES'] ?? '').split(':').indexOf('notify')
  if (at < 0 || environment['LISTEN_PID'] !== String(pid)) return undefined
  const descriptor = FIRST_DESCRIPTOR + at
  const watchdog = watchdogOf(environment, pid)
  return new Notifier({ ...init, watchdog, send: (text) => sendDatagram(descriptor, text) })
}

/** sd_watchdog_enabled(3): microseconds, meant for one process. */
function watchdogOf(environment: Environment, pid: number): number | undefined {
  const microseconds = Number(environment['WATCHDOG_USEC'])
  const owner = environment['WATCHDOG_PID'] ?? String(pid)
  return microseconds > 0 && owner === String(pid) ? microseconds / 1000 : undefined
}

/** Not on the event loop: the descriptor blocks where the manager does not read. */
function sendDatagram(descriptor: number, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    write(descriptor, text, (error) => (error === null ? resolve() : reject(error)))
  })
}
