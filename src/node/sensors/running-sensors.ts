import { isDeepStrictEqual } from 'node:util'
import { withDeadline } from '../../clock.ts'
import { describeError } from '../../error.ts'
import type { Startable } from '../../startable.ts'
import { createSensor, type RunningSensor, type SensorConfig, type SensorsInit } from './running-sensor.ts'

/** The sensors of this node, each sampled on its own; others may take their place while they run. */
export class RunningSensors {
  readonly #init: SensorsInit
  #all: readonly RunningSensor[]
  #isStarted = false

  constructor(init: SensorsInit) {
    this.#init = init
    this.#all = init.configs.map((config) => createSensor(config, init))
  }

  get all(): readonly RunningSensor[] {
    return this.#all
  }

  get startable(): Startable {
    return {
      name: 'sensors',
      start: () => {
        this.#isStarted = true
        for (const { sampler } of this.#all) sampler.start()
      },
      stop: async () => {
        this.#isStarted = false
        await this.#stop(this.#all)
      }
    }
  }

  /**
   * Takes other sensors: those that have changed are closed and opened anew, after all that end are closed, whose buses
   * and lines they may have. A sensor whose entry is the same is not touched.
   * @throws what the first that cannot be created throws, once all others run
   */
  async update(configs: readonly SensorConfig[]): Promise<void> {
    const before = this.#all
    const kept = (config: SensorConfig): RunningSensor | undefined =>
      before.find((sensor) => isSameButPrivate(sensor.config, config))
    const stay = configs.flatMap((config) => kept(config) ?? [])
    const ended = before.filter((sensor) => !stay.includes(sensor))
    this.#all = stay
    await this.#stop(ended)
    const failures: unknown[] = []
    const begun: RunningSensor[] = []
    this.#all = configs.flatMap((config): RunningSensor[] => {
      const sensor = kept(config)
      if (sensor !== undefined) return [{ ...sensor, config }]
      try {
        const fresh = createSensor(config, this.#init)
        begun.push(fresh)
        return [fresh]
      } catch (error) {
        failures.push(error)
        return []
      }
    })
    if (this.#isStarted) for (const { sampler } of begun) sampler.start()
    if (failures.length > 0) throw failures[0]
  }

  /** A driver that does not close in time is left behind. */
  async #stop(sensors: readonly RunningSensor[]): Promise<void> {
    const { world, limits, log } = this.#init
    const stop = ({ config, sampler }: RunningSensor): Promise<void> =>
      withDeadline(world.clock, limits.deadline, `closing ${config.name}`, () => sampler.stop()).catch(
        (error: unknown) => log.warn(describeError(error))
      )
    await Promise.all(sensors.map(stop))
  }
}

/** Who may read a sensor does not concern its sampling. */
function isSameButPrivate(one: SensorConfig, other: SensorConfig): boolean {
  return isDeepStrictEqual({ ...one, private: false }, { ...other, private: false })
}
