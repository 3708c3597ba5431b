/**
 * What a driver needs (docs/writing-a-driver.md): `import { … } from 'kith/driver'`.
 */

export type { Cancel, Clock } from './clock.ts'
export { withDeadline } from './clock.ts'
export { NodeError } from './error.ts'
export { askWords, identifyByAnswer, type WordQuestion } from './hal/ask-words.ts'
export { checkCrc, crcWords, parseCrcWords } from './hal/crc-words.ts'
export { crc8 } from './hal/crc8.ts'
export { defineSensor } from './hal/define-sensor.ts'
export type { Edge, InputLine, InputOptions, Level, Pins } from './hal/gpio.ts'
export { BusError, isBusError, type TransferOptions } from './hal/i2c.ts'
export type { I2cDevice } from './hal/i2c-device.ts'
export { checkIdentity, implausible, notKept } from './hal/identity.ts'
export type { DeviceMemory } from './hal/memory.ts'
export { type PollTiming, pollUntil, readWhenAcknowledged } from './hal/poll-until.ts'
export { hex, signed, view } from './hal/register-bytes.ts'
export type {
  Discovery,
  FileSensorDefinition,
  GpioSensorDefinition,
  I2cSensorDefinition,
  Identification,
  Lack,
  Likeness,
  Measure,
  Measurement,
  OpenContext,
  OptionDefinition,
  Options,
  PlainSensorDefinition,
  Sensor,
  SensorDefinition
} from './hal/sensor.ts'
export { SensorError, type SensorErrorCode } from './hal/sensor-error.ts'
export type { Sysfs } from './hal/sysfs.ts'
export { readWord, writeWord } from './hal/word-register.ts'
