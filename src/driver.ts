/**
 * What a driver needs (docs/writing-a-driver.md): `import { … } from 'kith/driver'`. The drivers of devices/
 * import nothing else of src/, so that a driver from outside has the same kit. `kith/simulated` is its
 * counterpart for the model of a chip.
 */

// What a driver defines, is given and returns.

export type { Cancel, Clock } from './clock.ts'
export { withDeadline } from './clock.ts'
export { defined } from './defined.ts'
export { isNodeError, NodeError } from './error.ts'
export type { DeviceState } from './hal/device-state.ts'
export { defineSensor } from './hal/driver-kit/define-sensor.ts'
export { measureEach } from './hal/driver-kit/measure-each.ts'
export { uniqueMeasures } from './hal/driver-kit/unique-measures.ts'
export type {
  Discovery,
  FileSensorDefinition,
  GpioSensorDefinition,
  I2cSensorDefinition,
  Identification,
  MatchResult,
  Measure,
  Measurement,
  MissingMeasurement,
  OpenContext,
  OptionDefinition,
  Options,
  OwnQuantity,
  PlainSensorDefinition,
  Sensor,
  SensorDefinition
} from './hal/sensor.ts'
export { SensorError, type SensorErrorCode } from './hal/sensor-error.ts'

// Chips on I2C: registers, identities, commands with checksums, waiting for a conversion.

export type { I2cDevice } from './hal/bus/i2c-device.ts'
export {
  CommandSensor,
  commandWords,
  identifyByAnswer,
  type WordCommand
} from './hal/driver-kit/command-words.ts'
export { checkCrc, crc8, crcWords, parseCrcWords } from './hal/driver-kit/crc-words.ts'
export { cropHumidity } from './hal/driver-kit/crop-humidity.ts'
export { checkIdentity, implausible, notKept } from './hal/driver-kit/identity.ts'
export { type PollTiming, pollUntil, readWhenAcknowledged } from './hal/driver-kit/poll-until.ts'
export { readWord, writeWord } from './hal/driver-kit/word-register.ts'
export { BusError, type BusErrorKind, isBusError, type TransferOptions } from './hal/i2c.ts'
export { hex, signed, view } from './hal/register-bytes.ts'

// Lines of GPIO: inputs, their bouncing contacts, and outputs.

export type {
  Actuator,
  ActuatorContext,
  ActuatorDefinition,
  ActuatorOptions,
  ActuatorState,
  ActuatorTarget,
  OwnChange
} from './hal/actuator.ts'
export { LockedError } from './hal/actuator.ts'
export { biasOption } from './hal/driver-kit/bias-option.ts'
export { Debounce, type DebounceOptions } from './hal/driver-kit/debounce.ts'
export type { Edge, InputLine, InputOptions, Level, OutputLine, Pins } from './hal/gpio.ts'

// Files in which the kernel shows a device.

export { byNumber } from './hal/kernel/by-number.ts'
export { isAbsent, KernelFiles, kernelNumber } from './hal/kernel/files.ts'
export { I2C_DEVICES, I2C_PLACE, placesOf } from './hal/kernel/i2c.ts'
export { KernelSensor, type ReadChannel } from './hal/kernel/sensor.ts'
export { type SysfsClass, type SysfsEntry, SysfsFolder, sysfsEntries } from './hal/kernel/sysfs-class.ts'
export type { FileSystemSpace, Sysfs } from './hal/sysfs.ts'

// Clocks with a battery.

export type { ClockContext, ClockDefinition } from './hal/clock-chip.ts'
export type { ClockStatus, TimeSource } from './hal/time-source.ts'
