import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '../../clock.ts'
import type { SwitchConfig } from '../../config/devices/switches.ts'
import { isNodeError, NodeError } from '../../error.ts'
import type { OwnChange } from '../../hal/actuator.ts'
import type { Access, Principal } from '../../peer/access/access.ts'
import { TokenBuckets } from '../../protocol/token-bucket.ts'
import type { Startable } from '../../startable.ts'
import type { SwitchCommand, SwitchState } from './command.ts'
import type { CommandLog, NewCommand } from './command-log.ts'
import type { SwitchLimits } from './limits.ts'
import { Outlet, type OutletInit } from './outlet.ts'
import { OwnTime } from './own-time.ts'
import { RecentCommands } from './recent-commands.ts'

export interface SwitchesInit {
  readonly configs: readonly SwitchConfig[]
  readonly outlet: Omit<OutletInit, 'onOwnChange' | 'onOwnFailure' | 'waiting' | 'clock'>
  readonly clock: Clock
  readonly limits: SwitchLimits
  readonly access: Pick<Access, 'may' | 'decide' | 'onChange'>
  readonly log: CommandLog
  /** How a peer is called here. */
  readonly labelOf: (peer: string) => string
  readonly random: (bytes: number) => Uint8Array
  /** A node for one command holds no outputs: they would return to safe when it ends. */
  readonly shortLived: boolean
}

/** All who may operate nothing have one rate, so that no number of them takes that of an operator. */
const STRANGERS = 'strangers'

/** The outputs of this node, each opened and supervised on its own; whoever commands them does it here. */
export class Switches {
  readonly name = 'switches'
  /** By which late commands are known. */
  readonly time: OwnTime
  readonly #init: SwitchesInit
  #outlets: readonly Outlet[]
  readonly #recent: RecentCommands<SwitchState>
  readonly #rates: TokenBuckets
  /** Who commanded the present state of an output. */
  readonly #holders = new Map<string, Principal>()
  /** The state of each output that the log tells. */
  readonly #logged = new Map<string, string>()
  #isStarted = false
  #isEnded = false
  #updating: Promise<void> = Promise.resolve()
  #unlisten: () => void = () => {}

  constructor(init: SwitchesInit) {
    const { clock, limits } = init
    this.#init = init
    this.time = new OwnTime(clock, init.random, init.outlet.slept)
    this.#recent = new RecentCommands(clock, limits.peers)
    this.#rates = new TokenBuckets(clock, { rate: limits.rate, burst: limits.burst, names: limits.peers })
    this.#outlets = init.shortLived ? [] : init.configs.map((config) => this.#outletOf(config))
  }

  get startable(): Startable {
    return { name: this.name, start: () => this.start(), stop: () => this.stop() }
  }

  /** @throws NodeError 'not-running' in a node for one command */
  all(): readonly Outlet[] {
    this.#checkRuns()
    return this.#outlets
  }

  /** Those that are opened; none in a node for one command. */
  get configs(): readonly SwitchConfig[] {
    return this.#outlets.map(({ config }) => config)
  }

  async start(): Promise<void> {
    this.#isStarted = true
    this.#unlisten = this.#init.access.onChange(() => void this.#revoke())
    await Promise.all(this.#outlets.map((outlet) => outlet.open()))
  }

  /** Each is put into the state of whenLost, whatever becomes of the others. @throws AggregateError */
  async stop(): Promise<void> {
    this.#isEnded = true
    this.#unlisten()
    const closed = await Promise.allSettled(this.#outlets.map((outlet) => outlet.close()))
    // What another list is opening meanwhile closes itself.
    await this.#updating
    this.#init.log.stop()
    const errors = closed.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    if (errors.length > 0) throw new AggregateError(errors, errors.map(String).join('; '))
  }

  /** Names of those whose line does not come back from a call. */
  get stalled(): string[] {
    return this.#outlets.filter(({ isStalled }) => isStalled).map(({ name }) => name)
  }

  /** Takes another list of outputs. One whose entry is the same keeps its level, its lease and all else. */
  update(configs: readonly SwitchConfig[]): Promise<void> {
    if (this.#init.shortLived) return Promise.resolve()
    const updated = this.#updating.then(() => this.#update(configs))
    this.#updating = updated.catch(() => {})
    return updated
  }

  /**
   * Switches an output. @returns its state as read back, whatever was wished
   * @throws NodeError 'denied', 'no-such', 'busy', 'late', 'locked', 'not-expected', 'bad-request', and why it cannot be driven
   */
  async command(command: SwitchCommand): Promise<SwitchState> {
    this.#checkRuns()
    let answer: Promise<SwitchState>
    try {
      this.#admit(command)
      answer = this.#once(command)
    } catch (error) {
      this.#note(command, error)
      throw error
    }
    return await answer
  }

  /** The output of that name. @throws NodeError 'no-such' */
  outlet(name: string): Outlet {
    this.#checkRuns()
    const found = this.#outlets.find((one) => one.name === name)
    if (found === undefined) throw unknown(name, this.#outlets)
    return found
  }

  #checkRuns(): void {
    if (!this.#init.shortLived) return
    throw new NodeError('not-running', 'no node runs here, and a switch holds only while its node runs', {
      hint: { command: 'kith run', program: 'createNode() starts one that holds them' }
    })
  }

  /** @throws NodeError 'busy', 'denied' */
  #admit({ by, name }: SwitchCommand): void {
    if (by.kind !== 'local' && !this.#rates.take(this.#mayOperate(by) ? whoOf(by) : STRANGERS))
      throw new NodeError('busy', 'too many commands', { remedy: 'retry' })
    if (!this.#init.access.may(by, 'operate', { kind: 'switch', name }).allowed) throw denied(name)
  }

  /** Whether it may operate any output. */
  #mayOperate(by: Principal): boolean {
    return this.#outlets.some(({ name }) => this.#isGranted(by, name))
  }

  #isGranted(by: Principal, name: string): boolean {
    return this.#init.access.decide(by, 'operate', { kind: 'switch', name }).allowed
  }

  /** @throws NodeError 'bad-request', 'busy' */
  #once(command: SwitchCommand): Promise<SwitchState> {
    const { by, name, on, cmd } = command
    if (cmd === undefined) return this.#carryOut(command)
    const content = JSON.stringify([name, on, command.for, command.expect])
    return this.#recent.once(whoOf(by), cmd, content, () => this.#carryOut(command), isPassing)
  }

  async #carryOut(command: SwitchCommand): Promise<SwitchState> {
    try {
      const state = await this.#switch(command)
      this.#note(command, undefined, state)
      return state
    } catch (error) {
      this.#note(command, error)
      throw error
    }
  }

  async #switch({ by, name, on, for: lease, expect, sent }: SwitchCommand): Promise<SwitchState> {
    const outlet = this.outlet(name)
    return await outlet.alone(async () => {
      const held = this.#holders.get(name)
      const { changes } = outlet
      if (expect !== undefined) await checkState(outlet, expect)
      try {
        await outlet.set(on, lease, () => {
          // It may have waited, for the output, for its state, for the disk.
          if (!this.#isGranted(by, name)) throw denied(name)
          this.#checkTime(by, name, sent)
          if (expect !== undefined && outlet.changes !== changes) throw notExpected(outlet)
          this.#holders.set(name, by)
        })
      } catch (error) {
        this.#holdAgain(name, by, held)
        throw error
      }
      return { name, ...(await outlet.state()) }
    })
  }

  /** @throws NodeError 'late' */
  #checkTime(by: Principal, name: string, sent: SwitchCommand['sent']): void {
    if (sent === undefined) return
    this.time.check(sent.seen, sent.within)
    if (this.#recent.isOvertaken(whoOf(by), name, sent.seen.ms))
      throw new NodeError('late', 'a newer command of this peer came before it: nothing was switched')
  }

  /** After a command that failed. */
  #holdAgain(name: string, by: Principal, held: Principal | undefined): void {
    if (this.#holders.get(name) !== by) return
    if (held === undefined) this.#holders.delete(name)
    else this.#holders.set(name, held)
  }

  /** @param isAnew whether one of that name was open before */
  #outletOf(config: SwitchConfig, isAnew = false): Outlet {
    const { outlet, clock, limits } = this.#init
    const onOwnChange: OutletInit['onOwnChange'] = (name, on, why) => this.#changed(name, on, why)
    const onOwnFailure: OutletInit['onOwnFailure'] = (name, asked, error) =>
      this.#init.log.add({ name, peer: null, who: 'kith', asked, lease: null, ...refusalOf(error) })
    return new Outlet(
      config,
      { ...outlet, clock, waiting: limits.waiting, onOwnChange, onOwnFailure },
      isAnew
    )
  }

  #changed(name: string, on: boolean, asked: OwnChange | 'start' | 'stop' | 'revoked'): void {
    this.#holders.delete(name)
    const answer = on ? 'on' : 'off'
    // A board that comes and goes fills no log.
    if (asked === 'start' && this.#logged.get(name) === answer) return
    this.#append({ name, peer: null, who: 'kith', asked, lease: null, answer, text: null })
  }

  #note(command: SwitchCommand, error: unknown, state?: SwitchState): void {
    const { by, name, on, for: lease, why } = command
    const peer = by.kind === 'peer' ? by.caller.peer : null
    const who = peer === null ? (why ?? whoOf(by)) : this.#init.labelOf(peer)
    const asked = on ? 'on' : 'off'
    const told = { name, peer, who, asked, lease: lease === undefined ? null : lease / 1000 }
    if (state !== undefined) this.#append({ ...told, answer: state.on ? 'on' : 'off', text: null })
    else this.#init.log.add({ ...told, ...refusalOf(error) })
  }

  #append(command: NewCommand): void {
    this.#logged.set(command.name, command.answer)
    this.#init.log.add(command)
  }

  /** Outputs of those that may no longer operate them return to safe at once. */
  async #revoke(): Promise<void> {
    const lost = this.#outlets.filter(({ name }) => {
      const by = this.#holders.get(name)
      return by !== undefined && !this.#isGranted(by, name)
    })
    await Promise.all(lost.map((outlet) => this.#makeSafe(outlet)))
  }

  async #makeSafe(outlet: Outlet): Promise<void> {
    this.#holders.delete(outlet.name)
    try {
      await outlet.toSafe()
      const { on } = await outlet.state()
      // One that waits for minOff tells its change itself.
      if (on === (outlet.config.safe === 'on')) this.#changed(outlet.name, on, 'revoked')
    } catch {
      // The output is lost, which was logged; it is safe when it is back.
    }
  }

  async #update(configs: readonly SwitchConfig[]): Promise<void> {
    if (this.#isEnded) return
    const before = this.#outlets
    const kept = (config: SwitchConfig): Outlet | undefined =>
      before.find((outlet) => isSameOutput(outlet.config, config))
    const stay = configs.flatMap((config) => kept(config) ?? [])
    const gone = before.filter((outlet) => !stay.includes(outlet))
    // Commands find none of them any more; lines are free before others take them.
    this.#outlets = stay
    await Promise.allSettled(gone.map((outlet) => outlet.close()))
    if (this.#isEnded) return
    const wasOpen = (name: string): boolean => gone.some((outlet) => outlet.name === name)
    const next = configs.map((config) => {
      const outlet = kept(config)
      outlet?.describe(config)
      return outlet ?? this.#outletOf(config, wasOpen(config.name))
    })
    this.#outlets = next
    if (!this.#isStarted) return
    const begun = next.filter((outlet) => !stay.includes(outlet))
    await Promise.all(begun.map((outlet) => outlet.open()))
    if (this.#isEnded) await Promise.allSettled(begun.map((outlet) => outlet.close()))
  }
}

/** How often its state is read, and who may see it, does not concern the output. */
function isSameOutput(one: SwitchConfig, other: SwitchConfig): boolean {
  const only = (config: SwitchConfig): SwitchConfig => ({ ...config, private: false, interval: 0 })
  return isDeepStrictEqual(only(one), only(other))
}

/** One that was not tried at all: the same command may be tried again. */
function isPassing(error: unknown): boolean {
  return isNodeError(error, 'busy') || isNodeError(error, 'denied')
}

/** @throws NodeError 'not-expected' */
async function checkState(outlet: Outlet, expect: boolean): Promise<void> {
  const { on } = await outlet.state()
  if (on !== expect) throw notExpected(outlet, on)
}

function notExpected({ name }: Outlet, on?: boolean): NodeError {
  const is = on === undefined ? 'has changed meanwhile' : `is ${on ? 'on' : 'off'}`
  return new NodeError('not-expected', `switch ${name} ${is}: nothing was switched`)
}

function denied(name: string): NodeError {
  return new NodeError(
    'denied',
    `needs operate on ${name}; its owner grants it: kith book add NAME --may operate:${name}`
  )
}

function unknown(name: string, outlets: readonly Outlet[]): NodeError {
  const names = outlets.map((outlet) => outlet.name)
  return new NodeError('no-such', `this node has no switch ${name}`, {
    hint: names.length === 0 ? 'the configuration lists them under switches' : `it has ${names.join(', ')}`
  })
}

function whoOf(by: Principal): string {
  if (by.kind === 'peer') return by.caller.peer
  return by.kind === 'local' ? (by.by ?? 'this machine') : by.name
}

function refusalOf(error: unknown): Pick<NewCommand, 'answer' | 'text'> {
  if (isNodeError(error)) return { answer: error.code, text: error.message }
  return { answer: 'internal', text: error instanceof Error ? error.message : String(error) }
}
