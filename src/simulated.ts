/**
 * What the model of a chip, of kernel files or of a line needs, and the test of a driver
 * (docs/writing-a-driver.md): `import { … } from 'kith/simulated'`. The models of devices/ import nothing else
 * of src/, and no part of a driver: they are independent witnesses of one datasheet.
 */

export type { Cancel, Clock } from './clock.ts'
export { i2cDevice } from './hal/bus/i2c-device.ts'
export { crc8, crcWords } from './hal/driver-kit/crc-words.ts'
export type { Level } from './hal/gpio.ts'
export type { AmbientConditions, AmbientQuantity } from './hal/simulated/ambient.ts'
export { ByteRegisters } from './hal/simulated/chip/byte-registers.ts'
export { PendingAnswer, wordShare } from './hal/simulated/chip/pending-answer.ts'
export { WordRegisters } from './hal/simulated/chip/word-registers.ts'
export type { ChipFault, Faults } from './hal/simulated/faults.ts'
export {
  type ChipModel,
  type ChipModelFactory,
  type FileModelFactory,
  filesUnder,
  type LineModelFactory,
  type ModelEnvironment,
  NotAcknowledged
} from './hal/simulated/model.ts'
export { hash, noise, type SeededRandom } from './hal/simulated/random.ts'
export { SensorBench, type SensorBenchOptions } from './hal/simulated/sensor-bench.ts'
export type { FileContent } from './hal/simulated/sysfs.ts'
export { VirtualClock } from './hal/simulated/virtual-clock.ts'
export { type SimulatedWorld, simulatedWorld } from './hal/simulated/world.ts'
