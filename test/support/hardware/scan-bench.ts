import type { Test } from 'tap'
import { i2cDevice } from '../../../src/hal/bus/i2c-device.ts'
import { volatileState } from '../../../src/hal/device-state.ts'
import type { Candidate } from '../../../src/hal/scan/recognise.ts'
import { ByteRegisters } from '../../../src/hal/simulated/chip/byte-registers.ts'
import type { ChipModelFactory } from '../../../src/hal/simulated/model.ts'
import type { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import type { SimulatedWorld } from '../../../src/hal/simulated/world.ts'
import { defaultOptions } from './sensor-bench.ts'

/** A chip of 256 registers that are all alike but for those given. */
export function filledChip(fill: number, others: Readonly<Record<number, number>> = {}): ChipModelFactory {
  return () => {
    const registers = new ByteRegisters()
    registers.set(0, ...Array.from({ length: 256 }, () => fill))
    for (const [register, value] of Object.entries(others)) registers.set(Number(register), value)
    return {
      write: ([pointer]) => {
        registers.pointer = pointer ?? registers.pointer
      },
      read: (count) => registers.read(count)
    }
  }
}

/** A chip with one register of its own, which is what was written last: a port expander, a multiplexer. */
export function oneRegister(state: { value: number }): ChipModelFactory {
  return () => ({
    write: (bytes) => {
      state.value = bytes.at(-1) ?? state.value
    },
    read: (count) => new Uint8Array(count).fill(state.value)
  })
}

/** Whatever it was asked before: the driver of its type can use it. */
export async function isUsable(
  t: Test,
  candidate: Candidate,
  { world, clock }: { readonly world: SimulatedWorld; readonly clock: VirtualClock },
  address: number
): Promise<void> {
  const { signal } = new AbortController()
  const device = i2cDevice(await world.buses.open('i2c-1'), address, candidate.type)
  if (!('measures' in candidate)) {
    const source = await clock.run(candidate.open(device, { clock, signal }))
    t.equal((await clock.run(source.status())).quality, 1)
    return
  }
  const context = { clock, name: 'scanned', signal, state: volatileState() }
  const sensor = await clock.run(candidate.open(device, defaultOptions(candidate), context))
  t.ok((await clock.run(sensor.sample(signal))).length > 0)
}
