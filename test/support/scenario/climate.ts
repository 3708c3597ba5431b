import type { Test } from 'tap'
import type { SensorBench } from '../hardware/sensor-bench.ts'
import { near } from '../near.ts'

/** °C and %RH, to the ends of what chips for rooms can measure. */
const CLIMATES = [
  [21.5, 40],
  [-40, 0],
  [85, 100]
] as const

/** A sample of temperature and humidity is what surrounds the chip now, to one of its steps. */
export async function followsClimate(
  t: Test,
  bench: SensorBench,
  steps: { readonly temperature: number; readonly humidity: number }
): Promise<void> {
  const sensor = await bench.open()
  for (const [temperature, humidity] of CLIMATES) {
    bench.world.ambient.hold('temperature', temperature)
    bench.world.ambient.hold('humidity', humidity)
    const measured = await bench.sample(sensor)
    t.same(
      measured.map(({ quantity }) => quantity),
      ['temperature', 'humidity']
    )
    near(t, measured[0]?.value, temperature, steps.temperature)
    near(t, measured[1]?.value, humidity, steps.humidity)
  }
}
