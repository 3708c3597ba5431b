import type { Cancel } from '../../clock.ts'
import type { SwitchConfig } from '../../config/devices/switches.ts'
import type { NodeConfig } from '../../config/schema.ts'
import { describeError, NodeError } from '../../error.ts'
import type { Actuator, ActuatorDefinition } from '../../hal/actuator.ts'
import type { World } from '../../hal/world.ts'
import type { Log } from '../../log.ts'
import type { Startable } from '../../startable.ts'
import { errorView } from '../api/error-view.ts'
import type { SwitchRequest, SwitchView } from '../api/operations.ts'

export interface SwitchesInit {
  readonly config: Pick<NodeConfig, 'switches' | 'limits'>
  /** The device of every switch. */
  readonly relay: ActuatorDefinition
  readonly world: Pick<World, 'clock' | 'pins'>
  readonly log: Log
  /** A node for one command holds no outputs: they would return to safe when it ends. */
  readonly shortLived: boolean
}

/** The outputs of this node, each opened and supervised on its own. */
export class Switches {
  readonly #init: SwitchesInit
  readonly #outlets: readonly Outlet[]

  constructor(init: SwitchesInit) {
    this.#init = init
    this.#outlets = init.shortLived ? [] : init.config.switches.map((config) => new Outlet(config, init))
  }

  get startables(): Startable[] {
    return this.#outlets.map((outlet) => ({
      name: `switch ${outlet.name}`,
      start: () => outlet.open(),
      stop: () => outlet.close()
    }))
  }

  /** Switches one where `to` is given. @returns its state afterwards; all states where none is named */
  async switch({ name, to }: SwitchRequest): Promise<SwitchView[]> {
    if (this.#init.shortLived) {
      throw new NodeError('not-running', 'no node runs here, and a switch holds only while its node runs', {
        hint: { command: 'kith run', program: 'createNode() starts one that holds them' }
      })
    }
    if (name === undefined) return await Promise.all(this.#outlets.map((outlet) => outlet.view()))
    const outlet = this.#outlets.find((one) => one.name === name)
    if (outlet === undefined) throw unknown(name, this.#outlets)
    if (to !== undefined) await outlet.set(to === 'on')
    return [await outlet.view()]
  }
}

function unknown(name: string, outlets: readonly Outlet[]): NodeError {
  const names = outlets.map((outlet) => outlet.name)
  return new NodeError('no-such', `this node has no switch ${name}`, {
    hint: names.length === 0 ? 'the configuration lists them under switches' : `it has ${names.join(', ')}`
  })
}

/** One output, which is opened again while its line is refused or lost. */
class Outlet {
  readonly #config: SwitchConfig
  readonly #init: SwitchesInit
  #actuator: Actuator | undefined
  #fault: unknown
  #failures = 0
  #ended = false
  #cancel: Cancel = () => {}

  constructor(config: SwitchConfig, init: SwitchesInit) {
    this.#config = config
    this.#init = init
  }

  get name(): string {
    return this.#config.name
  }

  /** Never rejects: a node whose relay board is unplugged still measures. */
  async open(): Promise<void> {
    const { relay, world } = this.#init
    const { clock, pins } = world
    try {
      const actuator = await relay.open(pins, this.#config.line, this.#config, { clock })
      if (this.#ended) return await actuator.close()
      this.#actuator = actuator
      this.#opened(actuator)
    } catch (error) {
      this.#failed(error)
    }
  }

  async close(): Promise<void> {
    this.#ended = true
    this.#cancel()
    const actuator = this.#actuator
    this.#actuator = undefined
    await actuator?.close()
  }

  /** @throws NodeError why the output was not set */
  async set(on: boolean): Promise<void> {
    const { log } = this.#init
    const actuator = this.#ready()
    try {
      await actuator.set(on)
      log.info(`switch ${this.name} is ${on ? 'on' : 'off'}`)
    } catch (error) {
      await this.#lose(actuator, error)
      throw error
    }
  }

  async view(): Promise<SwitchView> {
    const { name, line, safe, maxOn } = this.#config
    const place = { name, line, safe, maxOn: maxOn / 1000 }
    try {
      const actuator = this.#ready()
      const { on, left } = await actuator.state()
      const persists = actuator.persists ?? null
      return { ...place, state: on ? 'on' : 'off', left: left === undefined ? null : left / 1000, persists }
    } catch (error) {
      if (this.#actuator !== undefined) await this.#lose(this.#actuator, error)
      return { ...place, state: 'fault', left: null, persists: null, fault: errorView(error) }
    }
  }

  #ready(): Actuator {
    if (this.#actuator !== undefined) return this.#actuator
    throw (
      this.#fault ?? new NodeError('not-ready', `switch ${this.name} is not open yet`, { remedy: 'retry' })
    )
  }

  #opened({ persists }: Actuator): void {
    const { log } = this.#init
    const { name, line, safe } = this.#config
    if (this.#failures > 0) log.info(`switch ${name} is open again, and ${safe}`)
    this.#failures = 0
    this.#fault = undefined
    if (persists !== true) return
    log.warn(`switch ${name}: were kith killed, ${line} would stay as it is until kith runs again`, {
      hint: 'dtparam=strict_gpiod in /boot/firmware/config.txt makes it an input then: a pull resistor decides'
    })
  }

  async #lose(actuator: Actuator, error: unknown): Promise<void> {
    if (this.#actuator !== actuator) return
    this.#actuator = undefined
    await actuator.close().catch(() => {})
    this.#failed(error)
  }

  #failed(error: unknown): void {
    const { config, log, world } = this.#init
    const { retryMin, retryMax } = config.limits.sampling
    if (this.#failures === 0) log.warn(`switch ${this.name}: ${describeError(error)}`)
    this.#fault = error
    this.#failures += 1
    if (this.#ended) return
    const wait = Math.min(retryMax, retryMin * 2 ** Math.min(this.#failures - 1, 30))
    this.#cancel = world.clock.after(wait, () => void this.open())
  }
}
