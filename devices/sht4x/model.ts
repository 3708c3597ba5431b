import {
  type ChipModel,
  type ChipModelFactory,
  crcWords,
  type ModelEnvironment,
  NotAcknowledged,
  PendingAnswer,
  wordShare
} from '../../src/simulated.ts'

/** By command: SHT4x datasheet, 4.5 and 3.2, typical milliseconds. */
const MEASUREMENTS: ReadonlyMap<number, number> = new Map([
  [0xfd, 6.9],
  [0xf6, 3.7],
  [0xe0, 1.3]
])
const [RESET, SERIAL] = [0x94, 0x89]
/** An example: every chip has its own. */
const SERIAL_NUMBER = [0x0f5c, 0x2b91]

export const model: ChipModelFactory = (environment) => new Sht4xModel(environment)

class Sht4xModel implements ChipModel {
  readonly #environment: ModelEnvironment
  readonly #answer: PendingAnswer

  constructor(environment: ModelEnvironment) {
    this.#environment = environment
    this.#answer = new PendingAnswer(environment.clock)
  }

  write([command]: Uint8Array): void {
    this.#answer.checkIdle()
    if (command === undefined) return
    const duration = MEASUREMENTS.get(command)
    if (duration !== undefined) this.#answer.begin(duration, (at) => this.#measured(at))
    else if (command === SERIAL) this.#answer.begin(0.5, () => crcWords(SERIAL_NUMBER, 0xff))
    else if (command === RESET) this.#answer.begin(1)
    else throw new NotAcknowledged('data')
  }

  read(count: number): Uint8Array {
    return this.#answer.read(count)
  }

  #measured(at: number): Uint8Array {
    const { ambient } = this.#environment
    const temperature = wordShare((ambient.value('temperature', at) + 45) / 175)
    return crcWords([temperature, wordShare((ambient.value('humidity', at) + 6) / 125)], 0xff)
  }
}
