import {
  type ChipModel,
  type ChipModelFactory,
  crc8,
  crcWords,
  type ModelEnvironment,
  NotAcknowledged,
  PendingAnswer
} from '../../src/simulated.ts'

const [HUMIDITY, TEMPERATURE, USER, RESET, SERIAL_HIGH, SERIAL_LOW] = [0xf5, 0xf3, 0xe7, 0xfe, 0xfc, 0xc9]

/** What differs between the two chips: typical milliseconds, user register after reset, serial number. */
interface Make {
  readonly humidity: number
  readonly temperature: number
  readonly user: number
  readonly serial?: readonly number[]
}

/** Si7021-A20: conversion times (humidity takes a temperature along), user register, serial number. */
export const si7021: ChipModelFactory = (environment) =>
  new HumidityModel(environment, {
    humidity: 17,
    temperature: 7,
    user: 0x3a,
    serial: [0x15, 0xff, 0xff, 0xff]
  })

/** HPC199, measurement times at 12 and 14 bits, and the user register. */
export const htu21d: ChipModelFactory = (environment) =>
  new HumidityModel(environment, { humidity: 14, temperature: 44, user: 0x02 })

class HumidityModel implements ChipModel {
  readonly #environment: ModelEnvironment
  readonly #make: Make
  readonly #answer: PendingAnswer

  constructor(environment: ModelEnvironment, make: Make) {
    this.#environment = environment
    this.#make = make
    this.#answer = new PendingAnswer(environment.clock)
  }

  write([command, more]: Uint8Array): void {
    this.#answer.checkIdle()
    const { humidity, temperature, user, serial } = this.#make
    if (command === undefined) return
    if (command === HUMIDITY) this.#answer.begin(humidity, (at) => this.#humidity(at))
    else if (command === TEMPERATURE) this.#answer.begin(temperature, (at) => this.#temperature(at))
    else if (command === USER) this.#answer.begin(0, () => Uint8Array.of(user))
    else if (command === RESET) this.#answer.begin(5)
    else if (command === SERIAL_HIGH && more === SERIAL_LOW && serial !== undefined)
      this.#answer.begin(0, () => serialBytes(serial))
    else throw new NotAcknowledged('data')
  }

  read(count: number): Uint8Array {
    return this.#answer.read(count)
  }

  /** The lowest two bits are status: 2 for humidity, 0 for temperature. */
  #humidity(at: number): Uint8Array {
    return crcWords([(step((this.#environment.ambient.value('humidity', at) + 6) / 125) << 2) | 2], 0x00)
  }

  #temperature(at: number): Uint8Array {
    return crcWords([step((this.#environment.ambient.value('temperature', at) + 46.85) / 175.72) << 2], 0x00)
  }
}

/** One of the 14-bit steps. */
function step(part: number): number {
  return Math.round(Math.min(0x3fff, Math.max(0, part * 0x4000)))
}

/** Two bytes and a CRC, twice; the second CRC goes on from the first. [not checked; the driver does not ask] */
function serialBytes(serial: readonly number[]): Uint8Array {
  const upTo = (end: number): number => crc8(Uint8Array.from(serial.slice(0, end)), 0x00)
  return Uint8Array.from([...serial.slice(0, 2), upTo(2), ...serial.slice(2), upTo(4)])
}
