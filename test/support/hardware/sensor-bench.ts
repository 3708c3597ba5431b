// Authors of drivers outside of this tree have it, too: as kith/simulated.
export {
  defaultOptions,
  SensorBench,
  type SensorBenchOptions
} from '../../../src/hal/simulated/sensor-bench.ts'
