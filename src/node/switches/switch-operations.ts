import { defined } from '../../defined.ts'
import type { WireState } from '../../protocol/actuator/codec.ts'
import type { SwitchClient } from '../../protocol/actuator/index.ts'
import type { CommandRow } from '../../reading/history/store/command-table.ts'
import { errorView } from '../api/error-view.ts'
import type { Operations } from '../api/operations.ts'
import type { LoggedCommand, SwitchRequest, SwitchView } from '../api/outputs/switch-views.ts'
import type { PeerResolver } from '../peers/resolver.ts'
import type { CommandLog } from './command-log.ts'
import type { Outlet, OutletState } from './outlet.ts'
import type { Switches } from './switches.ts'

export interface SwitchOperationsInit {
  readonly switches: Pick<Switches, 'command' | 'outlet' | 'all'>
  readonly log: Pick<CommandLog, 'newest'>
  readonly resolver: Pick<PeerResolver, 'one' | 'isSelf' | 'connect'>
  readonly labelOf: (peer: string) => string
  /** Loaded with the first question to another node. */
  readonly client: () => Promise<SwitchClient>
}

/** Entries of the log that are answered unless a number is given. */
const LOGGED = 20

/** What people and programs of this machine ask of outputs, of this node and of others. */
export class SwitchOperations implements Pick<Operations, 'switch' | 'switchLog'> {
  readonly #init: SwitchOperationsInit

  constructor(init: SwitchOperationsInit) {
    this.#init = init
  }

  /**
   * Switches one where `to` is given.
   * @param by the part of this node that asks, for the log of commands
   * @returns its state afterwards; all states where none is named
   */
  async switch(
    request: SwitchRequest,
    signal: AbortSignal = new AbortController().signal,
    by?: string
  ): Promise<SwitchView[]> {
    const { who } = request
    if (who !== undefined) {
      const { resolver } = this.#init
      const target = await resolver.one(who, signal)
      if (!resolver.isSelf(target.peer)) {
        await resolver.connect(target, signal)
        return await this.#ask(target.peer, request, signal)
      }
    }
    return await this.#switchOwn(request, by)
  }

  async switchLog({ name, limit = LOGGED }: { name?: string; limit?: number }): Promise<LoggedCommand[]> {
    return this.#init.log.newest(limit, name).map(loggedCommand)
  }

  async #switchOwn({ name, to, for: lease, expect }: SwitchRequest, by?: string): Promise<SwitchView[]> {
    const { switches } = this.#init
    if (name === undefined) return await Promise.all(switches.all().map(viewOf))
    if (to !== undefined)
      await switches.command({
        by: { kind: 'local', ...defined({ by }) },
        name,
        on: to === 'on',
        for: lease === undefined ? undefined : lease * 1000,
        expect: expect === undefined ? undefined : expect === 'on'
      })
    return [await viewOf(switches.outlet(name))]
  }

  async #ask(
    peer: string,
    { name, to, for: lease, expect }: SwitchRequest,
    signal: AbortSignal
  ): Promise<SwitchView[]> {
    const client = await this.#init.client()
    const who = this.#init.labelOf(peer)
    const view = (state: WireState): SwitchView => remoteView(state, peer, who)
    if (name === undefined || to === undefined) return (await client.states(peer, name, signal)).map(view)
    const wish = { n: name, on: to === 'on', ...defined({ for: lease, expect: expect && expect === 'on' }) }
    return [view(await client.set(peer, wish, signal))]
  }
}

async function viewOf(outlet: Outlet): Promise<SwitchView> {
  const { name, line, safe, initial, whenLost, maxOn, minOff } = outlet.config
  const place = { name, line, safe, initial, whenLost, maxOn: maxOn / 1000, minOff: minOff / 1000 }
  try {
    const state = await outlet.state()
    return { ...place, ...seconds(state), persists: outlet.persists ?? null }
  } catch (error) {
    const none = { left: null, lock: null, persists: null }
    return { ...place, state: 'fault', since: outlet.since / 1000, ...none, fault: errorView(error) }
  }
}

function seconds({
  on,
  since,
  left,
  lock
}: OutletState): Pick<SwitchView, 'state' | 'since' | 'left' | 'lock'> {
  const scaled = (ms: number | undefined): number | null => (ms === undefined ? null : ms / 1000)
  return { state: on ? 'on' : 'off', since: since / 1000, left: scaled(left), lock: scaled(lock) }
}

function remoteView({ n, on, since, until, lock, fault }: WireState, peer: string, who: string): SwitchView {
  const state = on === undefined ? 'fault' : on ? 'on' : 'off'
  const told = { name: n, who, peer, state, since, left: until ?? null, lock: lock ?? null } as const
  return fault === undefined ? told : { ...told, fault: { code: 'fault', message: fault } }
}

function loggedCommand({ lease, text, ...row }: CommandRow): LoggedCommand {
  return { ...row, for: lease, error: text }
}
