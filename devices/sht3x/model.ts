import {
  type ChipModel,
  type ChipModelFactory,
  crcWords,
  type ModelEnvironment,
  NotAcknowledged,
  PendingAnswer,
  wordShare
} from '../../src/simulated.ts'

/** By command: SHT3x-DIS datasheet, 4.3 and 2.2, typical milliseconds. */
const MEASUREMENTS: ReadonlyMap<number, number> = new Map([
  [0x2400, 12.5],
  [0x240b, 4.5],
  [0x2416, 2.5]
])
const [BREAK, RESET, STATUS, SERIAL] = [0x3093, 0x30a2, 0xf32d, 0x3780]
/** 4.11: alert pending, and a reset was noticed. */
const STATUS_AFTER_RESET = 0x8010
/** An example: every chip has its own. */
const SERIAL_NUMBER = [0x0f3a, 0x81c6]

export const model: ChipModelFactory = (environment) => new Sht3xModel(environment)

class Sht3xModel implements ChipModel {
  readonly #environment: ModelEnvironment
  readonly #answer: PendingAnswer

  constructor(environment: ModelEnvironment) {
    this.#environment = environment
    this.#answer = new PendingAnswer(environment.clock)
  }

  /** 4.1: a chip that measures does not acknowledge. */
  write(bytes: Uint8Array): void {
    this.#answer.checkIdle()
    const [high, low] = bytes
    if (high === undefined || low === undefined) return
    const command = (high << 8) | low
    const duration = MEASUREMENTS.get(command)
    if (duration !== undefined) this.#answer.begin(duration, (at) => this.#measured(at))
    else if (command === SERIAL) this.#answer.begin(0.5, () => crcWords(SERIAL_NUMBER, 0xff))
    else if (command === STATUS) this.#answer.begin(0, () => crcWords([STATUS_AFTER_RESET], 0xff))
    else if (command === BREAK || command === RESET) this.#answer.begin(1)
    else throw new NotAcknowledged('data')
  }

  read(count: number): Uint8Array {
    return this.#answer.read(count)
  }

  #measured(at: number): Uint8Array {
    const { ambient } = this.#environment
    const temperature = wordShare((ambient.value('temperature', at) + 45) / 175)
    return crcWords([temperature, wordShare(ambient.value('humidity', at) / 100)], 0xff)
  }
}
