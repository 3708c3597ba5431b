import { ByteRegisters } from '../../../src/hal/simulated/chip/byte-registers.ts'
import type { ChipModel } from '../../../src/hal/simulated/model.ts'

/** 256 registers of a byte; register n holds n after power-on. A write of more than the pointer is stored. */
export function memoryChip(): ChipModel {
  const registers = new ByteRegisters()
  registers.set(0, ...Array.from({ length: 256 }, (_, index) => index))
  return {
    write: ([pointer, ...bytes]) => {
      if (pointer === undefined) return
      registers.set(pointer, ...bytes)
      registers.pointer = pointer
    },
    read: (count) => registers.read(count)
  }
}
