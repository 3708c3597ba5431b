import type { Clock } from '../../clock.ts'
import { EachMinute, type Log } from '../../log.ts'
import type { AccessWord } from '../access-words.ts'
import type { Principal, Thing } from './decide.ts'

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
  readonly #logged: EachMinute

  constructor(init: RefusalLogInit) {
    this.#init = init
    this.#logged = new EachMinute(init.clock, init.callers)
  }

  add(principal: Principal, word: AccessWord, thing: Thing): void {
    const { log, labelOf } = this.#init
    const id = principal.kind === 'peer' ? principal.caller.peer : nameOf(principal)
    if (!this.#logged.take(id)) return
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
