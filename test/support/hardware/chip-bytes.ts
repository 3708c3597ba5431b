import type { SensorBench } from './sensor-bench.ts'

/**
 * What the simulated chip answers, past its driver.
 * @param written hex; nothing where it is empty
 * @param count bytes to read; none where it is 0
 * @param wait milliseconds between the two
 * @returns hex
 */
export async function chipBytes(
  bench: SensorBench,
  written: string,
  count: number,
  wait = 0
): Promise<string> {
  const bus = await bench.world.buses.open('i2c-1')
  if (written !== '') await bus.transaction(bench.address, [{ write: Buffer.from(written, 'hex') }])
  await bench.clock.advance(wait)
  if (count === 0) return ''
  const [bytes = new Uint8Array()] = await bus.transaction(bench.address, [{ read: count }])
  return Buffer.from(bytes).toString('hex')
}
