/**
 * What a driver needs (docs/writing-a-driver.md): `import { … } from 'kith/driver'`.
 */

export type { Cancel, Clock } from './clock.ts'
export { withDeadline } from './clock.ts'
export { NodeError } from './error.ts'
export type { I2cDevice } from './hal/bus/i2c-device.ts'
export type { DeviceState as DeviceMemory } from './hal/device-state.ts'
export {
  commandWords as askWords,
  identifyByAnswer,
  type WordCommand as WordQuestion
} from './hal/driver-kit/command-words.ts'
export { checkCrc, crc8, crcWords, parseCrcWords } from './hal/driver-kit/crc-words.ts'
export { defineSensor } from './hal/driver-kit/define-sensor.ts'
export { checkIdentity, implausible, notKept } from './hal/driver-kit/identity.ts'
export { type PollTiming, pollUntil, readWhenAcknowledged } from './hal/driver-kit/poll-until.ts'
export { readWord, writeWord } from './hal/driver-kit/word-register.ts'
export type { Edge, InputLine, InputOptions, Level, Pins } from './hal/gpio.ts'
export { BusError, isBusError, type TransferOptions } from './hal/i2c.ts'
export { hex, signed, view } from './hal/register-bytes.ts'
export type {
  Discovery,
  FileSensorDefinition,
  GpioSensorDefinition,
  I2cSensorDefinition,
  Identification,
  MatchResult as Likeness,
  Measure,
  Measurement,
  MissingMeasurement as Lack,
  OpenContext,
  OptionDefinition,
  Options,
  PlainSensorDefinition,
  Sensor,
  SensorDefinition
} from './hal/sensor.ts'
export { SensorError, type SensorErrorCode } from './hal/sensor-error.ts'
export type { Sysfs } from './hal/sysfs.ts'
