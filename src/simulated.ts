/**
 * What the model of a chip and its test need (docs/writing-a-driver.md): `import { … } from 'kith/simulated'`.
 */

export { i2cDevice } from './hal/bus/i2c-device.ts'
export type { AmbientQuantity } from './hal/simulated/ambient.ts'
export { ByteRegisters } from './hal/simulated/chip/byte-registers.ts'
export { PendingAnswer } from './hal/simulated/chip/pending-answer.ts'
export { WordRegisters } from './hal/simulated/chip/word-registers.ts'
export type { ChipFault, Faults } from './hal/simulated/faults.ts'
export {
  type ChipModel,
  type ChipModelFactory,
  type ModelEnvironment,
  NotAcknowledged
} from './hal/simulated/model.ts'
export { SensorBench, type SensorBenchOptions } from './hal/simulated/sensor-bench.ts'
export { VirtualClock } from './hal/simulated/virtual-clock.ts'
export { type SimulatedWorld, simulatedWorld } from './hal/simulated/world.ts'
