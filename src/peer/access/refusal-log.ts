import type { Clock } from '../../clock.ts'
import type { Log } from '../../log.ts'
import type { AccessWord } from '../access-words.ts'
import type { Principal, Thing } from './decide.ts'

const PERIOD_MS = 60_000

export interface RefusalLogInit {
  readonly clock: Clock
  readonly log: Log
  /** Callers logged in a minute. */
  readonly callers: number
  /** How a peer is called here. */
  readonly labelOf: (peer: string) => string
}

/** Logs what was refused, once a minute a caller, and of so many callers a minute. */
export class RefusalLog {
  readonly #init: RefusalLogInit
  readonly #logged = new Set<string>()
  #since = -Infinity

  constructor(init: RefusalLogInit) {
    this.#init = init
  }

  add(principal: Principal, word: AccessWord, thing: Thing): void {
    const { clock, log, callers, labelOf } = this.#init
    const now = clock.monotonic()
    if (now - this.#since >= PERIOD_MS) {
      this.#logged.clear()
      this.#since = now
    }
    const id = principal.kind === 'peer' ? principal.caller.peer : nameOf(principal)
    if (this.#logged.has(id) || this.#logged.size >= callers) return
    this.#logged.add(id)
    const who = principal.kind === 'peer' ? labelOf(id) : id
    log.info(`access refused: ${word} on ${describeThing(thing)}`, {
      who,
      ...(principal.kind === 'peer' ? { peer: id } : {})
    })
  }
}

function nameOf(principal: Exclude<Principal, { kind: 'peer' }>): string {
  return principal.kind === 'bridge' ? principal.name : 'this machine'
}

/** `heater`, `air/temperature`, `/doc/notes/v1`, `the node`. */
export function describeThing(thing: Thing): string {
  return thing.kind === 'node' ? 'the node' : thing.name
}
