import { defined } from '../../defined.ts'
import { describeError, NodeError } from '../../error.ts'
import type { Access } from '../../peer/access/access.ts'
import type { Caller } from '../../peer/admission.ts'
import type { Moment, SetRequest, WireState } from '../../protocol/actuator/codec.ts'
import { SWITCH_PROTOCOL } from '../../protocol/actuator/constants.ts'
import type { SwitchOutputs as Outputs } from '../../protocol/actuator/switch-ops.ts'
import type { Outlet, OutletState } from './outlet.ts'
import type { Switches } from './switches.ts'

/** The outputs of this node as /actuator/switch/v1 gives them to other nodes: what they may see, in seconds. */
export class SwitchOutputs implements Outputs {
  readonly #switches: Switches
  readonly #access: Pick<Access, 'may' | 'decide'>

  constructor(switches: Switches, access: Pick<Access, 'may' | 'decide'>) {
    this.#switches = switches
    this.#access = access
  }

  now(): Moment {
    return this.#switches.time.now()
  }

  async states(caller: Caller, name: string | undefined): Promise<WireState[]> {
    if (name === undefined) {
      const shown = this.#switches.all().filter((outlet) => this.#shows(caller, outlet.name))
      if (shown.length === 0 && !this.#isAnswered(caller)) this.#deny(caller, undefined)
      return await Promise.all(shown.map(wireState))
    }
    if (!this.#shows(caller, name)) {
      if (!this.#isAnswered(caller)) this.#deny(caller, name)
      throw new NodeError('no-such', `this node has no switch ${name}`)
    }
    return [await wireState(this.#switches.outlet(name))]
  }

  async set(caller: Caller, request: SetRequest): Promise<WireState> {
    const { n: name, on, cmd, seen, within, for: lease, expect } = request
    const by = { kind: 'peer', caller } as const
    const sent = { seen, within: within * 1000 }
    const state = await this.#switches.command({
      ...{ by, name, on, cmd, expect, sent },
      for: lease === undefined ? undefined : lease * 1000
    })
    return wireOf(name, state)
  }

  /** Who may operate it sees it too. */
  #shows(caller: Caller, name: string): boolean {
    const by = { kind: 'peer', caller } as const
    const thing = { kind: 'switch', name } as const
    return this.#access.decide(by, 'operate', thing).allowed || this.#access.decide(by, 'read', thing).allowed
  }

  /** Whether it is answered about what is not private: to it, private switches do not exist. */
  #isAnswered(caller: Caller): boolean {
    const thing = { kind: 'protocol', name: SWITCH_PROTOCOL } as const
    return this.#access.decide({ kind: 'peer', caller }, 'read', thing).allowed
  }

  /** Counted and logged as other refusals are. @throws NodeError 'denied' */
  #deny(caller: Caller, name: string | undefined): never {
    const thing = name === undefined ? ({ kind: 'node' } as const) : ({ kind: 'switch', name } as const)
    this.#access.may({ kind: 'peer', caller }, 'read', thing)
    const what = name ?? 'its switches'
    throw new NodeError('denied', `needs read or operate on ${what}; its owner grants it: kith book add NAME`)
  }
}

async function wireState(outlet: Outlet): Promise<WireState> {
  try {
    return wireOf(outlet.name, await outlet.state())
  } catch (error) {
    return { n: outlet.name, since: Math.floor(outlet.since / 1000), fault: describeError(error) }
  }
}

function wireOf(n: string, { on, since, left, lock }: OutletState): WireState {
  const up = (ms: number | undefined): number | undefined =>
    ms === undefined ? undefined : Math.ceil(ms / 1000)
  return { n, on, since: Math.floor(since / 1000), ...defined({ until: up(left), lock: up(lock) }) }
}
