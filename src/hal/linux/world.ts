import { randomBytes } from 'node:crypto'
import { type Clock, systemClock } from '../../clock.ts'
import type { World } from '../world.ts'
import { BlockingCalls } from './blocking-calls.ts'
import { LinuxBuses } from './buses.ts'
import { LinuxDatagramSockets } from './datagram-socket.ts'
import { LinuxPins } from './gpio/pins.ts'
import { machineBoot } from './machine-boot.ts'
import { LinuxProcessMemory } from './process-memory.ts'
import { LinuxSysfs } from './sysfs.ts'
import { LinuxTimeSource } from './time-source.ts'

/** This machine. Native packages are loaded when the first bus or line is opened. */
export function linuxWorld(clock: Clock = systemClock): World {
  const calls = new BlockingCalls({ clock })
  const sysfs = new LinuxSysfs({ calls })
  const buses = new LinuxBuses({ clock, calls })
  const pins = new LinuxPins({ clock, sysfs })
  return {
    kind: 'linux',
    clock,
    time: new LinuxTimeSource({ clock }),
    buses,
    pins,
    sysfs,
    datagrams: new LinuxDatagramSockets(),
    memory: new LinuxProcessMemory(),
    boot: machineBoot(),
    random: (bytes) => randomBytes(bytes),
    close: async () => {
      await Promise.all([buses.close(), pins.close()])
      await calls.close()
    }
  }
}
