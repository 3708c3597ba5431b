import type { Clock } from '../../clock.ts'
import type { Log } from '../../log.ts'
import type { Access } from '../../peer/access/access.ts'
import type { Caller } from '../../peer/admission.ts'
import { ManageError, type ManageRequest } from '../../protocol/manage/index.ts'
import type { Operations } from '../api/operations.ts'
import type { LiveConfig } from '../configuration/live-config.ts'
import type { RecentLines } from '../log/recent-lines.ts'
import { ConfigChange } from './config-change.ts'

export interface ManagerInit {
  readonly clock: Clock
  readonly log: Log
  readonly access: Pick<Access, 'may'>
  readonly live: LiveConfig
  readonly recent: RecentLines
  readonly operations: Operations
  /** The home's folder; undefined for a node without one. */
  readonly home: string | undefined
  readonly labelOf: (peer: string) => string
  /** Milliseconds within which a put is confirmed. */
  readonly confirm: number
  /** Ends this node, which is started again; undefined where nothing would start it. */
  readonly restart: (() => void) | undefined
}

/** Lines of the log unless asked for another number. */
const LINES = 50
/** Milliseconds that the answer to a restart has to leave. */
const LEAVE_MS = 500

/** What those who may configure this node get, as lines of JSON. */
export class Manager {
  readonly #init: ManagerInit
  readonly #config: ConfigChange

  constructor(init: ManagerInit) {
    this.#init = init
    this.#config = new ConfigChange(init)
  }

  stop(): void {
    this.#config.stop()
  }

  async *answer(
    request: ManageRequest,
    caller: Caller,
    signal: AbortSignal
  ): AsyncGenerator<string, void, void> {
    if (request.op !== 'logs') yield JSON.stringify(await this.#answer(request, caller, signal))
    else if (request.follow === true) yield* this.#init.recent.follow(request.n ?? LINES, signal)
    else yield* this.#init.recent.last(request.n ?? LINES)
  }

  async #answer(
    request: Exclude<ManageRequest, { op: 'logs' }>,
    caller: Caller,
    signal: AbortSignal
  ): Promise<unknown> {
    switch (request.op) {
      case 'status':
        return await this.#init.operations.status()
      case 'doctor':
        return await this.#doctor(signal)
      case 'config':
        return await this.#config.show()
      case 'check':
        return await this.#config.check(request.text, caller)
      case 'put':
        return await this.#config.put(request.text, request.base, caller)
      case 'confirm':
        this.#config.confirm(request.ticket, caller)
        return { confirmed: true }
      case 'restart':
        return this.#restart(caller)
    }
  }

  async #doctor(signal: AbortSignal): Promise<unknown> {
    const { home, clock, live, operations } = this.#init
    if (home === undefined) throw new ManageError('unsupported', 'this node has no home to be checked')
    const { runChecks } = await import('../doctor/checks.ts')
    return await runChecks({ home, clock, signal, config: live.current, node: operations })
  }

  #restart(caller: Caller): unknown {
    const { access, clock, log, labelOf, restart } = this.#init
    if (!access.may({ kind: 'peer', caller }, 'own', { kind: 'node' }).allowed)
      throw new ManageError('denied', 'needs own; its owner grants it: kith book add NAME --may own')
    if (restart === undefined)
      throw new ManageError('unsupported', 'nothing starts it again: it does not run as a service of systemd')
    log.info('the node is restarted from afar', { who: labelOf(caller.peer), peer: caller.peer })
    clock.after(LEAVE_MS, restart)
    return { restarting: true }
  }
}
